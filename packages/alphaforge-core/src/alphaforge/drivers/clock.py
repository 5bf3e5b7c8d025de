"""The node's clock: wall-clock time that never goes backwards."""

import logging
import time
from collections.abc import Callable

from alphaforge.sansio.clock_offset import WallClockWatch

log = logging.getLogger("alphaforge.drivers")


class Clock:
    """A wall-clock anchor plus monotonic time.

    A wall clock that is set while the node runs does not move it: the jump is reported, and whoever knows
    better (the venue's time does) decides to re-anchor.
    """

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        wall, monotonic = wall_ns(), monotonic_ns()
        self._difference_ns = wall - monotonic
        self._last_ns = wall
        self._watch = WallClockWatch(wall, monotonic)

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch; never less than before."""
        now_ns = self._monotonic_ns() + self._difference_ns
        if now_ns < self._last_ns:
            return self._last_ns
        self._last_ns = now_ns
        return now_ns

    def now_s(self) -> float:
        """`now_ns` in seconds, for rate limits."""
        return self.now_ns() / 1e9

    def monotonic_s(self) -> float:
        """Monotonic seconds, for durations and deadlines; they have no relation to any date."""
        return self._monotonic_ns() / 1e9

    def wall_jump_ns(self) -> int | None:
        """By how much the wall clock was set since the last call; None if it was not. A jump is logged."""
        jump_ns = self._watch.jump_ns(self._wall_ns(), self._monotonic_ns())
        if jump_ns is not None:
            log.warning("the wall clock was set by %+.3f s; the node's time goes on as before", jump_ns / 1e9)
        return jump_ns

    def re_anchor(self) -> int:
        """Follow the wall clock from now on; returns by how many ns the time changes.

        Where it would go backwards, time stands still until the wall clock has caught up.
        """
        difference_ns = self._wall_ns() - self._monotonic_ns()
        change_ns = difference_ns - self._difference_ns
        self._difference_ns = difference_ns
        return change_ns
