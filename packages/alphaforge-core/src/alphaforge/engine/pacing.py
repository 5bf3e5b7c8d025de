"""Pacing: as fast as it goes, or as fast as it was, or so many times faster."""

import time
from collections.abc import AsyncIterator
from typing import Literal

import anyio

from alphaforge.model.events import EventBatch

_LONGEST_WAIT_S = 0.05


class Pacer:
    """Splits batches into what is due now. In real time the pace is that of the receive times."""

    def __init__(self, pace: Literal["max", "realtime"], speed: float = 1.0) -> None:
        self._realtime = pace == "realtime"
        self._speed = speed
        self._began: tuple[int, int] | None = None
        """The feed time of the first event, and the monotonic time when it was due."""

    async def parts(self, batch: EventBatch) -> AsyncIterator[tuple[EventBatch, int | None]]:
        """Parts of the batch with the feed time up to which other work (timers) is due too.

        None instead of a time: other work waits for later events. It is so at full speed, and with the
        last events at hand, so that the end of a feed, and with it the result, is the same at every speed.
        """
        first_ts = batch.first_ts
        if not self._realtime or first_ts is None:
            yield batch, None
            return
        while first_ts is not None:
            now_ns = self._feed_time_ns(first_ts)
            part = batch.take_until(now_ns)
            first_ts = batch.first_ts
            yield part, None if first_ts is None else now_ns
            if first_ts is not None:
                wait_s = (first_ts - self._feed_time_ns(first_ts)) / (1e9 * self._speed)
                await anyio.sleep(min(max(wait_s, 0.0), _LONGEST_WAIT_S))

    def _feed_time_ns(self, first_ts: int) -> int:
        """What time it is in the feed, whose first event was due when it was first asked for."""
        now_ns = time.monotonic_ns()
        if self._began is None:
            self._began = first_ts, now_ns
        began_feed_ns, began_ns = self._began
        return began_feed_ns + round((now_ns - began_ns) * self._speed)
