"""The venue's clock."""

import time


class EmulatorClock:
    """A wall clock that runs with the monotonic one, and that a fault can set wrong."""

    def __init__(self) -> None:
        self._anchor_ns = time.time_ns() - time.monotonic_ns()
        self._started_ns = time.monotonic_ns()
        self.offset_ns = 0

    def now_ns(self) -> int:
        """The venue's time, ns since the epoch."""
        return time.monotonic_ns() + self._anchor_ns + self.offset_ns

    def now_ms(self) -> int:
        """The venue's time, ms since the epoch."""
        return self.now_ns() // 1_000_000

    def elapsed_s(self) -> float:
        """How long the emulator has run; a wrong clock does not change it."""
        return (time.monotonic_ns() - self._started_ns) / 1e9
