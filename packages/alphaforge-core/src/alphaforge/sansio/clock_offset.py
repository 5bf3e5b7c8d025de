"""How far the venue's clock is from ours, and whether ours was moved."""

from collections import deque
from dataclasses import dataclass

_NS_PER_S = 1_000_000_000
_DRIFT_NS = 50_000_000
"""How far two good clocks may drift apart between two samples of the window."""


@dataclass(frozen=True, slots=True)
class OffsetSample:
    """One question for the venue's time, and its answer. In ns; ours by a clock that never goes back."""

    sent_ns: int
    received_ns: int
    venue_ns: int

    @property
    def offset_ns(self) -> int:
        """Venue's time less ours, if question and answer took equally long."""
        return self.venue_ns - (self.sent_ns + self.received_ns) // 2

    @property
    def uncertainty_ns(self) -> int:
        """By how much the offset can be wrong at most: half of the round trip."""
        return (self.received_ns - self.sent_ns + 1) // 2


class ClockOffset:
    """The best of the last samples: the shorter the round trip, the surer the offset (NTP's clock filter)."""

    def __init__(self, window_s: float = 600.0) -> None:
        self._window_ns = round(window_s * _NS_PER_S)
        self._samples: deque[OffsetSample] = deque()
        self._best: OffsetSample | None = None
        self._last_venue_ns = 0
        self.is_doubted = False
        """The venue has refused a time that we told it: measure anew, and soon."""

    def doubt(self) -> None:
        """The venue has refused a time that we told it."""
        self.is_doubted = True

    def add(self, sample: OffsetSample) -> None:
        """Take a sample into account.

        Raises:
            ValueError: its answer came before its question.
        """
        if sample.received_ns < sample.sent_ns:
            raise ValueError(f"received_ns {sample.received_ns} is before sent_ns {sample.sent_ns}")
        self._samples.append(sample)
        while self._samples[0].received_ns < sample.received_ns - self._window_ns:
            self._samples.popleft()
        self._best = min(self._samples, key=lambda kept: (kept.uncertainty_ns, -kept.received_ns))

    def agrees_with(self, sample: OffsetSample) -> bool:
        """Whether a sample can be true together with the best of those that are there."""
        best = self._best
        if best is None:
            return True
        apart_ns = abs(sample.offset_ns - best.offset_ns)
        return apart_ns <= sample.uncertainty_ns + best.uncertainty_ns + _DRIFT_NS

    def clear(self) -> None:
        """Forget all samples, and the times that were told by them: a clock was set anew."""
        self._samples.clear()
        self._best = None
        self._last_venue_ns = 0

    @property
    def is_known(self) -> bool:
        """Whether there is a sample."""
        return self._best is not None

    @property
    def offset_ns(self) -> int:
        """Venue's time less ours; 0 while unknown."""
        return 0 if self._best is None else self._best.offset_ns

    @property
    def uncertainty_ns(self) -> int | None:
        """By how much the offset can be wrong at most; None while unknown."""
        return None if self._best is None else self._best.uncertainty_ns

    def venue_now_ns(self, now_ns: int) -> int:
        """The venue's time when ours is `now_ns`. It never goes backwards, whatever newer samples say."""
        self._last_venue_ns = max(self._last_venue_ns, now_ns + self.offset_ns)
        return self._last_venue_ns


class WallClockWatch:
    """Tells when the wall clock was set: when it moved otherwise than the monotonic clock did."""

    def __init__(self, wall_ns: int, monotonic_ns: int, threshold_ns: int = _NS_PER_S // 4) -> None:
        self._difference_ns = wall_ns - monotonic_ns
        self._threshold_ns = threshold_ns

    def jump_ns(self, wall_ns: int, monotonic_ns: int) -> int | None:
        """By how much the wall clock has jumped since the last jump that was told; None if it has not."""
        jump_ns = wall_ns - monotonic_ns - self._difference_ns
        if abs(jump_ns) < self._threshold_ns:
            return None
        self._difference_ns += jump_ns
        return jump_ns
