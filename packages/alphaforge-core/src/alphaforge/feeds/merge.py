"""Merging several streams of batches into one, by receive time."""

from collections.abc import Iterator, Sequence

from alphaforge_rs import EventBatch


def merged(streams: Sequence[Iterator[EventBatch]]) -> Iterator[EventBatch]:
    """The events of all streams by receive time; at equal times in the order of the streams.

    Each stream must be in order itself. Of each no more is held than a batch, and what has its last time.
    """
    heads = [_Head(stream) for stream in streams]
    while True:
        live = [head for head in heads if head.has_events()]
        if not live:
            return
        until = min(head.last_ts for head in live)
        parts = [part for head in live for part in head.take_until(until)]
        yield EventBatch.merged(parts)


class _Head:
    """The next batches of a stream, none of them empty."""

    def __init__(self, stream: Iterator[EventBatch]) -> None:
        self._stream = stream
        self._held: list[EventBatch] = []

    def has_events(self) -> bool:
        """Whether there are events left; then some are held."""
        return bool(self._held) or self._read()

    @property
    def last_ts(self) -> int:
        """The time of the last event held."""
        last = self._held[-1].last_ts
        if last is None:
            raise ValueError("a held batch is never empty")
        return last

    def take_until(self, ts: int) -> list[EventBatch]:
        """All events of the stream up to a time, whose last may be in its next batch."""
        while self.last_ts <= ts:
            if not self._read():
                break
        parts = [batch.take_until(ts) for batch in self._held]
        self._held = [batch for batch in self._held if len(batch)]
        return [part for part in parts if len(part)]

    def _read(self) -> bool:
        for batch in self._stream:
            if len(batch):
                self._held.append(batch)
                return True
        return False
