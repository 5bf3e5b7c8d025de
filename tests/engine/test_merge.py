"""Merging recordings: the same as sorting all events by time, without changing the order of equal times."""

from collections.abc import Iterator

from alphaforge.feeds.merge import merged
from alphaforge_rs import EventBatch, Instrument, InstrumentTable
from hypothesis import given, settings
from hypothesis import strategies as st

TABLE = InstrumentTable(
    [Instrument(venue="SIM", symbol="AB", base="A", quote="B", tick_size="1", lot_size="1")]
)
# A stream is a list of batches; a batch a list of receive times.
STREAMS = st.lists(
    st.lists(st.lists(st.integers(0, 30), max_size=6), max_size=6), min_size=1, max_size=4
).map(lambda streams: [in_order(stream) for stream in streams])


def in_order(stream: list[list[int]]) -> list[list[int]]:
    """The same batches with their times sorted throughout."""
    times = iter(sorted(time for batch in stream for time in batch))
    return [[next(times) for _ in batch] for batch in stream]


def batches_of(number: int, stream: list[list[int]]) -> Iterator[EventBatch]:
    """Batches of trades, whose ids tell the stream and the place in it."""
    count = 0
    for times in stream:
        batch = EventBatch(TABLE)
        for time in times:
            count += 1
            batch.add_trade(0, time, None, number * 1000 + count, "1", "1")
        yield batch


def ids(batches: Iterator[EventBatch]) -> list[tuple[int, int]]:
    return [(event.ts_recv, event.trade_id) for batch in batches for event in batch.events()]


@settings(deadline=None)
@given(STREAMS)
def test_merged_is_sorted_stable(streams: list[list[list[int]]]) -> None:
    one_after_the_other = [
        event for number, stream in enumerate(streams) for event in ids(batches_of(number, stream))
    ]
    found = ids(merged([batches_of(number, stream) for number, stream in enumerate(streams)]))
    assert found == sorted(one_after_the_other, key=lambda event: event[0])


@settings(deadline=None)
@given(STREAMS)
def test_merged_batches_are_never_empty_and_each_begins_after_the_last_ended(streams) -> None:
    last = -1
    for batch in merged([batches_of(number, stream) for number, stream in enumerate(streams)]):
        assert len(batch) > 0
        assert batch.first_ts > last
        last = batch.last_ts


def test_a_stream_is_read_no_further_than_needed() -> None:
    read: list[str] = []

    def noted(name: str, stream: list[list[int]]) -> Iterator[EventBatch]:
        for batch in batches_of(0, stream):
            read.append(name)
            yield batch

    streams = merged([noted("long", [[1], [2], [3], [4]]), noted("late", [[3], [9]])])
    assert len(next(streams)) == 1
    assert read == ["long", "late", "long"]
    next(streams)
    assert read == ["long", "late", "long", "long"]


def test_no_stream_gives_nothing() -> None:
    assert list(merged([])) == []
    assert list(merged([batches_of(0, [[], []])])) == []
