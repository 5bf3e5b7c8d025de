"""Files of market events hold every event to the last bit, in order, in columns that others can read."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alphaforge.model.errors import DataError
from alphaforge.model.instrument import InstrumentTable
from alphaforge_parquet.event_file import write_event_file
from alphaforge_parquet.recording import ParquetRecording
from hypothesis import given, settings
from hypothesis import strategies as st

AT = 1_767_225_600_000_000_000
TIMES = st.integers(-(2**63), 2**63 - 1)
SEQUENCES = st.integers(0, 2**64 - 1)
TICKS = st.integers(1, 10**9)


def price(ticks: int, handle: int) -> str:
    return f"{Decimal(ticks) / (10_000 if handle == 0 else 2):f}"


def quantity(lots: int, handle: int) -> str:
    return f"{Decimal(lots) / (1 if handle == 0 else 1_000):f}"


@st.composite
def event(draw: st.DrawFn):
    """The name of a method of EventBatch, and its arguments."""
    handle, kind = draw(st.integers(0, 1)), draw(st.integers(0, 5))
    head = (handle, draw(TIMES), draw(st.none() | TIMES))
    prices = [price(ticks, handle) for ticks in draw(st.lists(TICKS, min_size=4, max_size=4))]
    sizes = [quantity(lots, handle) for lots in draw(st.lists(TICKS, min_size=4, max_size=4))]
    levels = list(zip(prices, sizes, strict=True))
    bids, asks = levels[: draw(st.integers(0, 4))], levels[draw(st.integers(0, 4)) :]
    first, last = draw(SEQUENCES), draw(SEQUENCES)
    if kind == 0:
        side = draw(st.sampled_from([None, "buy", "sell"]))
        return "add_trade", (*head, draw(st.integers(0, 2**128 - 1)), prices[0], sizes[0], side)
    if kind == 1:
        quote = (prices[0], sizes[0], prices[1], sizes[1])
        return "add_quote", (*head, draw(st.none() | SEQUENCES), *quote)
    if kind == 2:
        return "add_snapshot", (*head, last, bids, asks)
    if kind == 3:
        return "add_diff", (*head, first, last, bids, asks)
    if kind == 4:
        return "add_venue_bar", (handle, head[1], 60, AT, *prices, sizes[0], last)
    return "add_feed_notice", (handle, head[1], draw(st.booleans()))


def filling(events):
    def fill(batch):
        for name, arguments in events:
            getattr(batch, name)(*arguments)

    return fill


@settings(max_examples=60)
@given(batches=st.lists(st.lists(event(), max_size=12), max_size=4))
def test_any_events_come_back_as_they_were(batches, event_file) -> None:
    written = event_file(*[filling(events) for events in batches])
    assert written.count == sum(len(events) for events in batches)
    assert written.columns() == written.expected


def test_an_event_of_every_kind_comes_back(event_file, every_kind) -> None:
    written = event_file(every_kind, every_kind)
    assert written.count == 22
    assert written.columns() == written.expected
    assert len(set(written.expected["kind"])) == 6


def test_instruments_and_notes_come_back(event_file, every_kind) -> None:
    written = event_file(every_kind, notes=["a note"])
    recording = ParquetRecording(written.path)
    assert recording.instruments == list(written.feed.table.instruments)
    assert recording.notes == ["a note"]


def test_what_others_read_is_typed_and_exact(event_file, every_kind) -> None:
    table = pq.read_table(event_file(every_kind).path)
    assert table.schema.field("ts_recv").type == pa.timestamp("ns", tz="UTC")
    assert table["ts_recv"].cast(pa.int64()).to_pylist()[:3] == [AT, AT + 1, AT + 2]
    table = table.drop_columns(["ts_recv", "ts_event", "ts_open"])
    trade, _, quote = table.slice(0, 3).to_pylist()
    assert (trade["kind"], trade["instrument"], trade["aggressor"]) == ("trade", "OTHER:COARSE", "sell")
    assert (trade["price"], trade["quantity"]) == (Decimal("100.5000"), Decimal("0.125"))
    assert (trade["trade_id"], trade["trade_id_high"]) == (3, 2**63)
    assert trade["bids"] is trade["sequence"] is trade["bid_price"] is None
    assert (quote["bid_price"], quote["ask_quantity"]) == (Decimal("99.5"), Decimal("2.5"))
    assert quote["sequence"] == 11
    snapshot = table.slice(4, 1).to_pylist()[0]
    assert snapshot["bids"] == [
        {"price": Decimal("100.5"), "quantity": Decimal("1.25")},
        {"price": Decimal(99), "quantity": Decimal(0)},
    ]
    assert snapshot["asks"] == []


def test_a_strategy_is_given_batches_of_bounded_size(event_file, at) -> None:
    def many(batch):
        for number in range(70_000):
            batch.add_trade(1, at + number, None, number, "1.5", "1")

    written = event_file(many)
    recording = ParquetRecording(written.path)
    sizes = [len(batch) for batch in recording.batches(InstrumentTable(recording.instruments))]
    assert sum(sizes) == 70_000
    assert max(sizes) <= 65_536
    done, total = recording.progress
    assert done == total > 0


def test_it_is_there_whole_or_not_at_all(event_file, made_feed, tmp_path, every_kind) -> None:
    def breaks(batch):
        batch.add_trade(1, 1, None, 1, "1.25", "1")

    path = tmp_path / "events.parquet"
    with pytest.raises(DataError, match="does not fit"):
        write_event_file(made_feed(every_kind, breaks), path)
    assert list(tmp_path.iterdir()) == []
    write_event_file(made_feed(every_kind), path)
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"events\.parquet: exists already: remove it, or write to another"):
        write_event_file(made_feed(), path)
    assert [path.name for path in tmp_path.iterdir()] == ["events.parquet"]
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(made_feed, tmp_path) -> None:
    with pytest.raises(DataError, match=r"none/events\.parquet: cannot be written: No such file"):
        write_event_file(made_feed(), tmp_path / "none" / "events.parquet")
