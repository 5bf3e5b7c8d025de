"""Bars equal a polars group-by over the same trades, exactly.

Compared: the bars that `alphaforge_rs.Runtime` delivers to an `on_bar` callback, and the rows that
`StrategyPort.packed_bars` gives, with a group-by over the trades as integers: ticks, lots and nanoseconds.
The trades are random ones, those of the simulated market, and those of the real captures of Binance in
`../shared/data/binance-spot`, where that folder lies beside the repository.

A time bar holds the trades of an interval by the venue's trade time, or by the time of receipt where the
venue sends none. It closes with the first trade of a later interval, or when event time passes its end by
half a second. A bar that is still forming at the end is not delivered. Days, weeks and months in a time zone
are those of `group_by_dynamic`. Bars of volume and notional close with the trade that reaches the threshold.

By default about 40,000 random trades and 10 minutes of the simulated market are compared;
`ALPHAFORGE_TEST_SCALE=50` compares 2,000,000 trades and 100 such markets. The captures are always whole.
"""

import os
import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from alphaforge_binance.recording import BinanceRecording
from alphaforge_rs import (
    Bar,
    EventBatch,
    Instrument,
    InstrumentTable,
    Runtime,
    SimulatedMarket,
    StrategyPort,
    Trade,
)

SCALE = int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))

SECOND_NS = 1_000_000_000
CLOSE_GRACE_NS = 500_000_000
START_NS = 1_767_225_600_000_000_000
# The name of each kind of time bars, and its length.
INTERVALS = {
    "1s": SECOND_NS,
    "5s": 5 * SECOND_NS,
    "7s": 7 * SECOND_NS,
    "1m": 60 * SECOND_NS,
    "5m": 300 * SECOND_NS,
    "1h": 3_600 * SECOND_NS,
    "1d": 86_400 * SECOND_NS,
}
# The name of each kind of calendar bars, and what polars calls their interval and their time zone.
CALENDARS = {
    "1w": ("1w", "UTC"),
    "1mo": ("1mo", "UTC"),
    "3mo": ("3mo", "UTC"),
    "1d@Europe/Zurich": ("1d", "Europe/Zurich"),
    "1w@America/New_York": ("1w", "America/New_York"),
    "1mo@Asia/Kolkata": ("1mo", "Asia/Kolkata"),
}
# Bars that are made of smaller ones, and the bars of the trades that they equal.
COMPOSITES = {
    "5s of 1s": "5s",
    "1m of 5s": "1m",
    "1h of 1m": "1h",
    "1d@Europe/Zurich of 30m": "1d@Europe/Zurich",
    "1w of 1d": "1w",
    "3mo of 1mo": "3mo",
}
# The name of each kind of counted bars, and how many trades make one.
COUNTS = {"1t": 1, "2t": 2, "7t": 7, "100t": 100}
# How much quantity and how much value make a bar, as exact numbers.
VOLUMES = {"2.5v": Decimal("2.5"), "700v": Decimal(700)}
NOTIONALS = {"100000n": Decimal(100_000), "0.75n": Decimal("0.75")}

COLUMNS = ("ts_open", "ts_close", "open", "high", "low", "close", "volume", "trade_count")
PACKED_ROW = struct.Struct("<qqdddddq")
REPOSITORY = Path(__file__).resolve().parents[2]
CAPTURES = REPOSITORY.parent / "shared" / "data" / "binance-spot"


class BarTest:
    """A runtime whose strategy wants bars of every kind, and the trades it was shown."""

    def __init__(self, table: InstrumentTable, handle: int = 0) -> None:
        self.instrument = table.instruments[handle]
        self.runtime = Runtime("main", 1, table, raise_fault)
        for venue in {instrument.venue for instrument in table.instruments}:
            self.runtime.add_external_venue(venue, highest_fee=0)
        self.runtime.add_instruments()
        specs = (*INTERVALS, *CALENDARS, *COMPOSITES, *COUNTS, *VOLUMES, *NOTIONALS)
        self.bars: dict[str, list[Bar]] = {spec: [] for spec in specs}
        self.port: StrategyPort = self.runtime.add_strategy("watcher", {"on_bar": self.on_bar})
        for spec in self.bars:
            assert self.port.subscribe_bars(self.instrument, spec) == spec
        self.trades: list[tuple[int, int, int]] = []
        self.event_time = 0

    def on_bar(self, bar: Bar) -> None:
        self.bars[bar.spec].append(bar)

    def run(self, batch: EventBatch) -> None:
        """Show the runtime a batch, and note its trades as (time, ticks, lots)."""
        self.runtime.run(batch)
        for event in batch.events():
            ts_event = getattr(event, "ts_event", None)
            self.event_time = max(self.event_time, ts_event or 0)
            if isinstance(event, Trade):
                time = event.ts_recv if ts_event is None else ts_event
                self.trades.append((time, *self.whole(event.price_decimal, event.quantity_decimal)))

    def whole(self, price: Decimal, quantity: Decimal) -> tuple[int, int]:
        """Price and quantity as integers at the instrument's decimals."""
        instrument = self.instrument
        ticks = price.scaleb(instrument.price_decimals)
        lots = quantity.scaleb(instrument.quantity_decimals)
        assert (ticks, lots) == (int(ticks), int(lots))
        return int(ticks), int(lots)

    def check(self) -> None:
        """Every kind of bars is that of the group-by."""
        frame = pl.DataFrame(
            self.trades, schema=dict.fromkeys(("time", "price", "quantity"), pl.Int64), orient="row"
        )
        for spec, interval_ns in INTERVALS.items():
            self.check_bars(spec, time_bars(frame, interval_ns, self.event_time))
        for spec, (every, zone) in CALENDARS.items():
            self.check_bars(spec, calendar_bars(frame, every, zone, self.event_time))
        for spec, count in COUNTS.items():
            ones = [1] * len(self.trades)
            self.check_bars(spec, filled_bars(frame, ones, count))
        decimals = self.instrument.quantity_decimals
        for spec, volume in VOLUMES.items():
            self.check_bars(spec, filled_bars(frame, frame["quantity"], volume.scaleb(decimals)))
        decimals += self.instrument.price_decimals
        values = [price * quantity for _, price, quantity in self.trades]
        for spec, notional in NOTIONALS.items():
            self.check_bars(spec, filled_bars(frame, values, notional.scaleb(decimals)))
        for spec, direct in COMPOSITES.items():
            assert list(map(self.as_row, self.bars[spec])) == list(map(self.as_row, self.bars[direct])), spec
        assert self.runtime.counters().late_trades == 0
        assert self.runtime.counters().trades == len(self.trades)

    def check_bars(self, spec: str, expected: pl.DataFrame) -> None:
        assert [self.as_row(bar) for bar in self.bars[spec]] == expected.rows(), spec
        packed = self.port.packed_bars(self.instrument, spec, len(expected) + 1)
        assert list(PACKED_ROW.iter_unpack(packed)) == [self.as_packed(row) for row in expected.rows()]
        assert [as_floats(bar) for bar in self.bars[spec]] == list(PACKED_ROW.iter_unpack(packed))

    def as_row(self, bar: Bar) -> tuple[int, ...]:
        prices = (bar.open_decimal, bar.high_decimal, bar.low_decimal, bar.close_decimal)
        ticks = [self.whole(price, bar.volume_decimal)[0] for price in prices]
        lots = self.whole(prices[0], bar.volume_decimal)[1]
        return (bar.ts_open, bar.ts_close, *ticks, lots, bar.trade_count)

    def as_packed(self, row: tuple[int, ...]) -> tuple[float, ...]:
        """The row with the floats that are nearest to its exact numbers."""
        ts_open, ts_close, *ticks, lots, trade_count = row
        prices = [tick / 10**self.instrument.price_decimals for tick in ticks]
        return (ts_open, ts_close, *prices, lots / 10**self.instrument.quantity_decimals, trade_count)


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError(f"{strategy}.{callback} raised") from error


def as_floats(bar: Bar) -> tuple[float, ...]:
    return tuple(getattr(bar, column) for column in COLUMNS)


def figures() -> list[pl.Expr]:
    """What a bar says of its trades, which come in the order in which they were received."""
    return [
        pl.col("price").first().alias("open"),
        pl.col("price").max().alias("high"),
        pl.col("price").min().alias("low"),
        pl.col("price").last().alias("close"),
        pl.col("quantity").sum().alias("volume"),
        pl.len().cast(pl.Int64).alias("trade_count"),
    ]


def time_bars(trades: pl.DataFrame, interval_ns: int, event_time: int) -> pl.DataFrame:
    """The closed bars of an interval: all but the last, and the last where event time has passed it."""
    start = (pl.col("time") // interval_ns * interval_ns).alias("ts_open")
    bars = trades.group_by(start, maintain_order=True).agg(figures()).sort("ts_open")
    bars = bars.with_columns(ts_close=pl.col("ts_open") + interval_ns).select(COLUMNS)
    has_passed = pl.col("ts_close") + CLOSE_GRACE_NS <= event_time
    return bars.filter(has_passed | (pl.col("ts_open") < pl.col("ts_open").max()))


def calendar_bars(trades: pl.DataFrame, every: str, zone: str, event_time: int) -> pl.DataFrame:
    """The closed bars of days, weeks or months in a time zone."""
    local = pl.col("time").cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone(zone).alias("start")
    bars = trades.with_columns(local).group_by_dynamic("start", every=every).agg(figures())
    ends = {"ts_open": pl.col("start"), "ts_close": pl.col("start").dt.offset_by(every)}
    whole = {name: time.dt.convert_time_zone("UTC").cast(pl.Int64) for name, time in ends.items()}
    bars = bars.with_columns(**whole).select(COLUMNS)
    has_passed = pl.col("ts_close") + CLOSE_GRACE_NS <= event_time
    return bars.filter(has_passed | (pl.col("ts_open") < pl.col("ts_open").max()))


def filled_bars(trades: pl.DataFrame, amounts: Iterable[int], enough: Decimal | int) -> pl.DataFrame:
    """The bars that close when their amounts reach enough; what is left at the end is still forming."""
    numbers, number, amount = [], 0, 0
    for each in amounts:
        numbers.append(number)
        amount += each
        if amount >= enough:
            number, amount = number + 1, 0
    ends = [pl.col("time").first().alias("ts_open"), pl.col("time").max().alias("ts_close")]
    numbered = trades.with_columns(number=pl.Series(numbers, dtype=pl.Int64))
    bars = numbered.group_by("number", maintain_order=True).agg(*ends, *figures())
    return bars.filter(pl.col("number") < number).select(COLUMNS)


@dataclass(frozen=True)
class Stream:
    """A grid, and how random trades come: with the venue's time or without, and how far apart."""

    tick: str
    lot: str
    has_venue_time: bool
    pauses_ns: tuple[int, ...]


STREAMS = (
    # Dense, with many equal times.
    Stream("0.01", "0.001", True, (0, 0, 1, 1_000_000, 90_000_000)),
    # Sparse: seconds and minutes without a trade, and trades on the very border of an interval.
    Stream("0.5", "0.00001", True, (0, SECOND_NS, 7 * SECOND_NS, 61 * SECOND_NS, 999_999_999)),
    # The venue sends no time.
    Stream("1", "1", False, (0, 1_000, 400_000_000, 3 * SECOND_NS)),
    Stream("0.00000001", "0.00000001", True, (0, 250_000_000, 2 * 3_600 * SECOND_NS)),
    # Decades: days of 23 and 25 hours, weeks and months, some of them empty.
    Stream("0.01", "0.1", True, (0, 3_600 * SECOND_NS, 9 * 3_600 * SECOND_NS, 9 * 86_400 * SECOND_NS)),
)


def random_trades(seed: int, stream: Stream, table: InstrumentTable, count: int) -> EventBatch:
    chance = random.Random(seed)
    batch = EventBatch(table)
    time, ticks = START_NS, 1_000_000
    for trade_id in range(count):
        time += chance.choice(stream.pauses_ns)
        ticks = max(ticks + chance.randint(-5, 5), 1)
        price = ticks * Decimal(stream.tick)
        quantity = chance.randint(1, 10**6) * Decimal(stream.lot)
        # The time of receipt goes its own way, so that a bar by the wrong time shows.
        ts_recv = time + 123_456_789 if stream.has_venue_time else time
        ts_event = time if stream.has_venue_time else None
        batch.add_trade(0, ts_recv, ts_event, trade_id, f"{price:f}", f"{quantity:f}", "buy")
    return batch


@pytest.mark.parametrize("stream", STREAMS, ids=["dense", "sparse", "no venue time", "fine grid", "decades"])
@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_bars_of_random_trades(seed: int, stream: Stream) -> None:
    """40,000 trades by default, 2,000,000 with ALPHAFORGE_TEST_SCALE=50."""
    instrument = Instrument(
        venue="X", symbol="AB", base="A", quote="B", tick_size=stream.tick, lot_size=stream.lot
    )
    table = InstrumentTable([instrument])
    test = BarTest(table)
    test.run(random_trades(seed, stream, table, 4_000))
    test.check()
    assert len(test.bars["1s"]) > 50
    if stream is STREAMS[-1]:
        lengths = {
            (bar.ts_close - bar.ts_open) // (3_600 * SECOND_NS) for bar in test.bars["1d@Europe/Zurich"]
        }
        assert lengths == {23, 24, 25}


@pytest.mark.parametrize(("past_the_end_ns", "closed"), [(CLOSE_GRACE_NS - 1, 0), (CLOSE_GRACE_NS, 1)])
def test_a_quiet_bar_closes_when_event_time_has_passed_it(past_the_end_ns: int, closed: int) -> None:
    instrument = Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size=1, lot_size=1)
    table = InstrumentTable([instrument])
    batch = EventBatch(table)
    batch.add_trade(0, START_NS, START_NS, 1, "7", "3")
    later = START_NS + SECOND_NS + past_the_end_ns
    batch.add_quote(0, later, later, None, "6", "1", "8", "1")
    test = BarTest(table)
    test.run(batch)
    test.check()
    assert len(test.bars["1s"]) == closed


@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_bars_of_the_simulated_market(seed: int) -> None:
    """Two markets of 5 minutes by default, 100 with ALPHAFORGE_TEST_SCALE=50."""
    instrument = Instrument(
        venue="SIM", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.5", lot_size="0.00001"
    )
    table = InstrumentTable([instrument])
    market = SimulatedMarket(table, 0, seed=seed, start_ns=START_NS, price=50_000, quantity="0.05")
    test = BarTest(table)
    for second in range(1, 301):
        test.run(market.next_batch(START_NS + second * SECOND_NS))
    test.check()
    assert len(test.bars["1s"]) > 200


captures = sorted(CAPTURES.glob("*.gz"))


@pytest.mark.skipif(not captures, reason="there are no captures in ../shared/data/binance-spot")
@pytest.mark.parametrize("path", captures or [CAPTURES], ids=lambda path: path.stem)
def test_bars_of_the_real_captures(path: Path) -> None:
    """All trades of each capture, by the venue's trade time."""
    recording = BinanceRecording(path)
    table = InstrumentTable(recording.instruments)
    assert len(table) == 1
    test = BarTest(table)
    for batch in recording.batches(table):
        test.run(batch)
    test.check()
    assert len(test.bars["1s"]) > 100
