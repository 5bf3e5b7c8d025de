"""Pacing: as fast as it goes, or as fast as it was."""

import time
from collections.abc import AsyncIterator
from typing import Literal

import anyio

from alphaforge.model.events import EventBatch

_LONGEST_WAIT_S = 0.05


class Pacer:
    """Splits batches into what is due now. In real time the pace is that of the receive times."""

    def __init__(self, pace: Literal["max", "realtime"]) -> None:
        self._realtime = pace == "realtime"
        self._offset_ns: int | None = None
        """Feed time minus monotonic time."""

    async def parts(self, batch: EventBatch) -> AsyncIterator[tuple[EventBatch, int | None]]:
        """Parts of the batch with the feed time up to which other work (timers) is due too.

        At full speed that is the whole batch and no time: other work waits for later events.
        """
        if not self._realtime:
            yield batch, None
            return
        first_ts = batch.first_ts
        while first_ts is not None:
            if self._offset_ns is None:
                self._offset_ns = first_ts - time.monotonic_ns()
            now_ns = time.monotonic_ns() + self._offset_ns
            yield batch.take_until(now_ns), now_ns
            first_ts = batch.first_ts
            if first_ts is not None:
                wait_s = (first_ts - self._offset_ns - time.monotonic_ns()) / 1e9
                await anyio.sleep(min(max(wait_s, 0.0), _LONGEST_WAIT_S))
