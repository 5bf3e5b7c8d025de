"""Recordings that are made in the test, of instruments with different decimals."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from alphaforge.feeds.recorded import RecordedFeed
from alphaforge.model.events import EventBatch, encode_columns
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge_parquet.event_file import write_event_file
from alphaforge_parquet.recording import ParquetRecording

AT = 1_767_225_600_000_000_000
INSTRUMENTS = (
    Instrument(
        venue="TEST", symbol="FINE", base="BTC", quote="USDT", tick_size="0.0001", lot_size="1",
        min_quantity="2", max_notional="123456789.5", status="cancel_only",
    ),
    Instrument(venue="OTHER", symbol="COARSE", base="ETH", quote="EUR", tick_size="0.5", lot_size="0.001"),
)  # fmt: skip

Fill = Callable[[EventBatch], object]


class Made:
    """A recording whose batches the test fills."""

    progress = (0, 1)

    def __init__(self, fills: Sequence[Fill], notes: Sequence[str] = ()) -> None:
        self.instruments = INSTRUMENTS
        self.notes = list(notes)
        self._fills = fills

    def batches(self, table: InstrumentTable) -> Iterator[EventBatch]:
        """A batch for each function."""
        for fill in self._fills:
            batch = EventBatch(table)
            fill(batch)
            yield batch


class Written:
    """A file of market events, and what it was made of."""

    def __init__(self, path: Path, fills: Sequence[Fill], notes: Sequence[str]) -> None:
        self.path = path
        self.feed = RecordedFeed([(path, Made(fills, notes))])
        self.count = write_event_file(self.feed, path)
        self.expected = columns_of(self.feed.batches())

    def columns(self) -> dict[str, bytes]:
        """What is read from it."""
        recording = ParquetRecording(self.path)
        return columns_of(recording.batches(InstrumentTable(recording.instruments)))


def columns_of(batches: Iterator[EventBatch]) -> dict[str, bytes]:
    """All events of batches, to the last bit, however they are cut."""
    columns: dict[str, bytes] = {}
    for batch in batches:
        for name, cells in encode_columns(batch, price_scale=4, quantity_scale=3).items():
            columns[name] = columns.get(name, b"") + cells
    return {name: cells for name, cells in columns.items() if cells}


@pytest.fixture(scope="session")
def event_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Written]:
    """`event_file(fill, fill, ..., notes=[...])` writes a file of market events, a batch for each `fill`."""

    def write(*fills: Fill, notes: Sequence[str] = ()) -> Written:
        return Written(tmp_path_factory.mktemp("events") / "events.parquet", fills, notes)

    return write


@pytest.fixture(scope="session")
def made_feed() -> Callable[..., RecordedFeed]:
    """`made_feed(fill, fill, ...)` is a feed of such batches."""
    return lambda *fills: RecordedFeed([(Path("made"), Made(fills))])


def one_of_each(batch: EventBatch) -> None:
    """An event of every kind."""
    levels = [("100.5", "1.25"), ("99.0", "0")]
    batch.add_trade(1, AT, AT - 5, 2**127 + 3, "100.5", "0.125", "sell")
    batch.add_trade(0, AT + 1, None, 4, "0.0001", "7")
    batch.add_quote(1, AT + 2, AT, 11, "99.5", "1.5", "100", "2.5")
    batch.add_quote(1, AT + 3, None, None, "99.5", "1.5", "100", "2.5")
    batch.add_snapshot(1, AT + 4, None, 12, levels, [])
    batch.add_snapshot(1, AT + 5, AT, 13, [], levels, partial=True)
    batch.add_diff(1, AT + 6, AT, 14, 15, levels, levels)
    batch.add_diff(1, AT + 6, None, 16, 2**64 - 1, [], [])
    batch.add_venue_bar(0, AT + 7, 60_000_000_000, AT, "1.5", "2", "1", "1.75", "42", 9)
    batch.add_feed_notice(0, AT + 8, connected=False)
    batch.add_feed_notice(0, AT + 9, connected=True)


@pytest.fixture(scope="session")
def every_kind() -> Fill:
    """Fills a batch with an event of every kind."""
    return one_of_each


@pytest.fixture(scope="session")
def at() -> int:
    """When the events begin."""
    return AT
