"""Merging several streams of batches into one, by receive time."""

from collections.abc import Iterator, Sequence

from alphaforge_rs import EventBatch


def merged(streams: Sequence[Iterator[EventBatch]]) -> Iterator[EventBatch]:
    """The events of all streams by receive time; at equal times in the order of the streams.

    Each stream must be in order itself. At most one batch of each is held at a time.
    """
    heads: dict[int, EventBatch] = {}
    exhausted: set[int] = set()
    while True:
        for index, stream in enumerate(streams):
            _fill(index, stream, heads, exhausted)
        if not heads:
            return
        # Up to here every stream has given all it has.
        until = min(_last_ts(head) for head in heads.values())
        parts = [heads[index].take_until(until) for index in sorted(heads)]
        heads = {index: head for index, head in heads.items() if len(head)}
        yield EventBatch.merged([part for part in parts if len(part)])


def _fill(
    index: int, stream: Iterator[EventBatch], heads: dict[int, EventBatch], exhausted: set[int]
) -> None:
    """Hold the next batch of a stream that has events, unless one is held or there is none."""
    while index not in heads and index not in exhausted:
        batch = next(stream, None)
        if batch is None:
            exhausted.add(index)
        elif len(batch):
            heads[index] = batch


def _last_ts(batch: EventBatch) -> int:
    last = batch.last_ts
    if last is None:
        raise ValueError("a held batch is never empty")
    return last
