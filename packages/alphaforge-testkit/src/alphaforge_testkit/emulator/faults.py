"""The faults that are armed now, and which of them strike."""

import random
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from alphaforge_testkit.emulator.fault import KINDS, Fault, Point, parse_fault

OnVenueFault = Callable[[Fault], "Callable[[], None] | None"]
"""Makes a fault of the venue happen; returns what undoes it, where it ends."""


class ArmedFault:
    """A fault with its count."""

    def __init__(self, number: int, fault: Fault, armed_at_s: float, seed: int) -> None:
        self.number = number
        self.fault = fault
        self.armed_at_s = armed_at_s
        self.matched = 0
        self.fired = 0
        self._random = random.Random(seed)  # noqa: S311 - a replayable sequence is what is wanted

    def is_over(self, now_s: float) -> bool:
        """Whether it will never fire again."""
        most, duration_s = self.fault.most, self.fault.duration_s
        is_spent = most is not None and self.fired >= most
        return is_spent or (duration_s is not None and now_s >= self.armed_at_s + duration_s)

    def fires(self, target: str, now_s: float) -> bool:
        """Count a match, and tell whether the fault strikes."""
        if now_s < self.armed_at_s or self.is_over(now_s) or not fnmatchcase(target, self.fault.match):
            return False
        self.matched += 1
        if self.matched < self.fault.nth or self._random.random() >= self.fault.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """All faults of an emulator. The same seed and the same traffic give the same faults."""

    def __init__(
        self,
        *,
        seed: int,
        elapsed_s: Callable[[], float],
        more_kinds: Mapping[str, tuple[Point, str]],
    ) -> None:
        self.kinds = KINDS | dict(more_kinds)
        self.on_venue_fault: OnVenueFault | None = None
        self.added = 0
        self._seed = seed
        self._elapsed_s = elapsed_s
        self._armed: dict[Point, list[ArmedFault]] = {"connect": [], "request": [], "frame": [], "venue": []}
        self._undo: list[tuple[ArmedFault, Callable[[], None] | None]] = []
        self._history: list[ArmedFault] = []

    def add(self, fault: Fault | None = None, **fields: Any) -> ArmedFault:
        """Arm a fault, given whole or by its fields: `add(kind="drop", match="*@depth*")`.

        Raises:
            SetupError: a field cannot be used.
        """
        if fault is None:
            fault = parse_fault(fields, self.kinds)
        self.added += 1
        armed_at_s = self._elapsed_s() + fault.after_s
        armed = ArmedFault(self.added, fault, armed_at_s, self._seed * 1_000_003 + self.added)
        self._history.append(armed)
        point, _ = self.kinds[fault.kind]
        self._armed[point].append(armed)
        if point == "venue":
            self.happen()
        return armed

    def clear(self) -> None:
        """Disarm all faults; those of the venue are undone."""
        for faults in self._armed.values():
            faults.clear()
        undo, self._undo = self._undo, []
        for _, action in undo:
            if action is not None:
                action()

    @property
    def has_frame_faults(self) -> bool:
        """Whether frames must be looked at one by one."""
        return bool(self._armed["frame"])

    def striking(self, point: Point, target: str) -> Iterator[Fault]:
        """The faults that strike at this target now; each is counted."""
        armed = self._armed[point]
        if not armed:
            return
        now_s = self._elapsed_s()
        self._armed[point] = [each for each in armed if not each.is_over(now_s)]
        for each in self._armed[point]:
            if each.fires(target, now_s):
                yield each.fault

    def first(self, point: Point, target: str) -> Fault | None:
        """The first fault that strikes here."""
        return next(self.striking(point, target), None)

    def happen(self) -> None:
        """Make the venue's faults happen whose time has come, and undo those whose time is over."""
        now_s = self._elapsed_s()
        due = [each for each in self._armed["venue"] if now_s >= each.armed_at_s]
        for each in due:
            self._armed["venue"].remove(each)
            each.fired += 1
            undo = self.on_venue_fault(each.fault) if self.on_venue_fault is not None else None
            if each.fault.duration_s is not None:
                self._undo.append((each, undo))
        for each, undo in list(self._undo):
            if now_s >= each.armed_at_s + (each.fault.duration_s or 0):
                self._undo.remove((each, undo))
                if undo is not None:
                    undo()

    def report(self) -> list[dict[str, Any]]:
        """Every fault so far: its fields, how often it matched, and how often it struck."""
        return [
            {
                "number": each.number,
                "fault": msgspec.to_builtins(each.fault),
                "matched": each.matched,
                "fired": each.fired,
            }
            for each in self._history
        ]
