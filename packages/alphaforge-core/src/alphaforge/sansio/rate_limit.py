"""Rate limits by weight, with a share that is kept for what matters most."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alphaforge.sansio.priority import Priority

SHARES: Mapping[Priority, float] = {
    Priority.CANCEL: 1.0,
    Priority.ORDER: 0.9,
    Priority.QUERY: 0.75,
    Priority.MARKET_DATA: 0.5,
}
"""Up to which share of a limit requests of a priority may go: the rest is kept for the more urgent."""


@dataclass(frozen=True, slots=True)
class RateWindow:
    """At most `limit` within `window_s` seconds."""

    limit: int
    window_s: float
    guard_s: float | None = None
    """None: within any `window_s` seconds. Otherwise within each window of the venue's clock that begins at a
    multiple of `window_s` since the epoch, and nobody knows better than to `guard_s` seconds when that is."""

    def __post_init__(self) -> None:
        if self.limit < 1 or self.window_s <= 0:
            raise ValueError(f"rate window {self.limit} in {self.window_s} s: both must be positive")
        if self.guard_s is not None and not 0 <= self.guard_s < self.window_s / 2:
            raise ValueError(f"guard_s {self.guard_s}: at least 0 and less than half of {self.window_s} s")


class WeightBudget:
    """What may still be sent, by all the limits of a venue at once.

    Times are seconds since the epoch by a clock that never goes backwards (`Clock.now_s`). A budget of
    rolling windows alone may run on any monotonic clock.
    """

    def __init__(self, windows: Sequence[RateWindow], shares: Mapping[Priority, float] = SHARES) -> None:
        self._counts = [_count_of(window) for window in windows]
        self._most = {
            priority: [_most_of(count.window.limit, share) for count in self._counts]
            for priority, share in shares.items()
        }
        self._blocked_until_s = -math.inf

    @property
    def blocked_until_s(self) -> float:
        """Until when the venue has told us to be silent; long ago if it has not."""
        return self._blocked_until_s

    def reserve(self, weight: int, priority: Priority, now_s: float) -> float:
        """Take `weight` and return 0, or take nothing and return in how many seconds to ask again.

        Raises:
            ValueError: such a weight never fits into the share of this priority.
        """
        wait_s = self._blocked_until_s - now_s
        for count, most in zip(self._counts, self._most[priority], strict=True):
            if weight > most:
                raise ValueError(f"weight {weight}: more than {priority.name} may ever use ({most})")
            wait_s = max(wait_s, count.wait_s(weight, most, now_s))
        if wait_s > 0:
            return wait_s
        self.charge(weight, now_s)
        return 0.0

    def charge(self, weight: int, now_s: float) -> None:
        """Count what must go out whatever is left (a pong)."""
        for count in self._counts:
            count.add(weight, now_s)

    def observe(self, used: int, now_s: float, window: int = 0) -> None:
        """Take over what the venue says is used of a window (by its place); never less than we know of."""
        self._counts[window].observe(used, now_s)

    def block(self, until_s: float) -> None:
        """Nothing more is sent until then: the venue has answered 429 or 418."""
        self._blocked_until_s = max(self._blocked_until_s, until_s)

    def used(self, now_s: float, window: int = 0) -> int:
        """What is used of a window (by its place)."""
        return self._counts[window].used(now_s)


def _most_of(limit: int, share: float) -> int:
    # The least limit that has room for all leaves one for whatever is more urgent.
    return limit if share >= 1 else min(max(int(limit * share), 1), max(limit - 1, 1))


class _Count(Protocol):
    """What is used of one window."""

    window: RateWindow

    def wait_s(self, weight: int, most: int, now_s: float) -> float: ...

    def add(self, weight: int, now_s: float) -> None: ...

    def observe(self, used: int, now_s: float) -> None: ...

    def used(self, now_s: float) -> int: ...


def _count_of(window: RateWindow) -> _Count:
    return _RollingCount(window) if window.guard_s is None else _AlignedCount(window, window.guard_s)


class _RollingCount:
    """What was used within the last `window_s` seconds."""

    def __init__(self, window: RateWindow) -> None:
        self.window = window
        self._taken: deque[tuple[float, int]] = deque()
        self._used = 0

    def used(self, now_s: float) -> int:
        # An instant that is exactly one window old still counts: who knows how the venue rounds.
        while self._taken and self._taken[0][0] + self.window.window_s < now_s:
            self._used -= self._taken.popleft()[1]
        return self._used

    def wait_s(self, weight: int, most: int, now_s: float) -> float:
        excess = self.used(now_s) + weight - most
        if excess <= 0:
            return 0.0
        for taken_s, taken in self._taken:
            excess -= taken
            if excess <= 0:
                return math.nextafter(taken_s + self.window.window_s, math.inf) - now_s
        return self.window.window_s

    def add(self, weight: int, now_s: float) -> None:
        self._taken.append((now_s, weight))
        self._used += weight

    def observe(self, used: int, now_s: float) -> None:
        unknown = used - self.used(now_s)
        if unknown > 0:
            self.add(unknown, now_s)


class _AlignedCount:
    """What was used within each window of the venue's clock.

    What is sent near a boundary counts on both sides: nobody knows on which side the venue counts it.
    """

    def __init__(self, window: RateWindow, guard_s: float) -> None:
        self.window = window
        self._guard_s = guard_s
        self._by_index: dict[int, int] = {}
        self._oldest = 0
        """What was used of the windows before this one is forgotten."""

    def used(self, now_s: float) -> int:
        first, last = self._indices(now_s)
        return max(self._by_index.get(first, 0), self._by_index.get(last, 0))

    def wait_s(self, weight: int, most: int, now_s: float) -> float:
        if self.used(now_s) + weight <= most:
            return 0.0
        return (self._indices(now_s)[0] + 1) * self.window.window_s + self._guard_s - now_s

    def add(self, weight: int, now_s: float) -> None:
        first, last = self._indices(now_s)
        if first > self._oldest:
            self._by_index = {index: used for index, used in self._by_index.items() if index >= first}
            self._oldest = first
        self._by_index[first] = self._by_index.get(first, 0) + weight
        if last != first:
            self._by_index[last] = self._by_index.get(last, 0) + weight

    def observe(self, used: int, now_s: float) -> None:
        # Near a boundary it is held to be of the window before, like most answers that are under way then.
        index = self._indices(now_s)[0]
        self._by_index[index] = max(self._by_index.get(index, 0), used)

    def _indices(self, now_s: float) -> tuple[int, int]:
        """The windows that now may be in: two near a boundary, the same twice elsewhere."""
        earliest_s, latest_s = now_s - self._guard_s, now_s + self._guard_s
        return int(earliest_s // self.window.window_s), int(latest_s // self.window.window_s)
