"""No strategy sees the future, and what comes after a moment changes nothing before it.

A strategy looks at everything it can in each of its callbacks: book, mark, bars, position, balance, orders
and the clock. First, all that it sees is compared with what had been received until then. Second, the data
after a moment is changed, removed or added to: until that moment it is told and sees the same, its orders
have the same fate, and the records of the node are the same.

The markets are simulated, with seeds from Hypothesis, and the capture of Binance in `../shared/data`, where
that folder lies beside the repository. The grid of the capture is known from the first event: a recording
that holds no exchangeInfo is read once before the run, to learn its decimals (docs/adr/0005).
"""

import gzip
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import anyio
import pytest
from alphaforge import Bar, Book, FeedStatus, Fill, Order, Quote, Strategy, Trade
from alphaforge.engine.node import Node
from alphaforge.sinks.rows import row
from alphaforge_binance.recording import BinanceRecording
from alphaforge_rs import DepthDiff, DepthSnapshot, EventBatch, InstrumentTable, SimulatedMarket
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

START_NS = 1_767_225_600_000_000_000
SECOND_NS = 1_000_000_000
MARKET_S = 8
LATENCY_NS = 20_000_000
SPECS = ("1s", "2s of 1s", "5t", "0.3v")
CAPTURE = Path(__file__).parents[3] / "shared" / "data" / "binance-spot" / "btcusdt_20240808.gz"
CAPTURED_LINES = 2_000
TOML = f'[paper]\nlatency_ms = 20\ntaker_fee = "0.001"\n[[strategies]]\nuse = "{__name__}:Looking"\n'
# A case runs a node twice, so that shrinking would take minutes.
unhurried = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


@dataclass(frozen=True)
class Look:
    """All that a strategy sees in a callback."""

    callback: str
    now: int
    given: str
    mark: tuple[float, float] | None
    sequence: int | None
    levels: tuple[Any, ...]
    bars: dict[str, list[Any]]
    position: Decimal
    rest: tuple[Any, ...]


class Looking(Strategy):
    """Looks in every callback, and trades by what it sees, so that a glimpse of the future would show."""

    def on_start(self) -> None:
        self.looks: list[Look] = []
        self.fills: list[tuple[int, Decimal]] = []
        for spec in SPECS:
            self.subscribe_bars(spec)
        self.set_timer("often", interval_s=0.25)

    def look(self, callback: str, given: str) -> None:
        book, position, balance = self.book(), self.position(), self.balance(self.instrument.quote)
        assert balance is not None
        orders = [(order.id, order.state, order.filled_decimal) for order in self.open_orders()]
        self.looks.append(
            Look(
                callback,
                self.now,
                given,
                self.mark(),
                book.sequence if book.is_synced else None,
                (book.bids_decimal(3), book.asks_decimal(3)),
                {spec: self.bars(spec, 3).tolist() for spec in SPECS},
                position.quantity_decimal,
                (position.realised, position.unrealised, balance.total, balance.free, *orders),
            )
        )

    def on_trade(self, trade: Trade) -> None:
        assert trade.ts_recv <= self.now
        self.look("trade", repr(trade))
        if len(self.looks) % 7 == 0 and (mark := self.mark()):
            # Rests at the near side, or takes the far one.
            side = "buy" if trade.price >= sum(mark) / 2 else "sell"
            self.submit(side, "0.01", None if len(self.looks) % 2 else mark[side == "sell"])
        if len(self.open_orders()) > 3:
            self.cancel(self.open_orders()[0])

    def on_quote(self, quote: Quote) -> None:
        assert quote.ts_recv <= self.now
        self.look("quote", repr(quote))

    def on_book(self, book: Book) -> None:
        self.look("book", repr(book))

    def on_bar(self, bar: Bar) -> None:
        self.look("bar", repr(bar))
        if bar.spec == "1s" and not self.position().is_flat:
            self.close()

    def on_feed_status(self, status: FeedStatus) -> None:
        self.look("status", repr(status))

    def on_order(self, order: Order) -> None:
        assert order.created_at <= order.ts <= self.now
        self.look("order", repr(order))

    def on_fill(self, fill: Fill) -> None:
        assert fill.ts == self.now
        order = self.order(fill.order_id)
        assert order is not None
        assert fill.ts >= order.created_at + 2 * LATENCY_NS
        signed = fill.quantity_decimal if fill.side == "buy" else -fill.quantity_decimal
        self.fills.append((fill.ts, signed))
        self.look("fill", repr(fill))

    def on_timer(self, name: str) -> None:
        self.look("timer", name)


class Kept:
    """A sink that keeps the records."""

    def __init__(self) -> None:
        self.records: list[Any] = []

    def open(self) -> None:
        """Nothing to open."""

    def write(self, records: Sequence[Any]) -> None:
        self.records += records

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Given:
    """A feed of these events, in batches of so many nanoseconds."""

    table: InstrumentTable
    events: EventBatch
    batch_ns: int
    notes: Sequence[str] = ()
    progress: tuple[int, int] = (0, 0)

    def history(self) -> Iterator[EventBatch]:
        yield from ()

    def batches(self) -> Iterator[EventBatch]:
        while (first := self.events.first_ts) is not None:
            yield self.events.take_until(first + self.batch_ns)


@dataclass
class Ran:
    """What came of a run."""

    looks: list[Look]
    records: list[Any]
    fills: list[tuple[int, Decimal]]


Market = Callable[[InstrumentTable], EventBatch]


@dataclass
class Runs:
    """Runs the strategy over a market, as often as is wanted."""

    nodes: Any
    toml: str = TOML
    events: list[Any] = field(default_factory=list)

    def run(self, market: Market, batch_ns: int = SECOND_NS) -> Ran:
        kept = Kept()
        parts = self.nodes.compose(self.toml, [("kept", kept)])
        table = parts.feed.table
        batch = market(table)
        self.events = batch.events()
        node = Node(replace(parts, feed=Given(table, batch, batch_ns)))
        result = anyio.run(node.run)
        assert result.faults == []
        (running,) = parts.strategies
        return Ran(running.strategy.looks, kept.records, running.strategy.fills)


def simulated(table: InstrumentTable, seed: int) -> EventBatch:
    """A market of some seconds."""
    market = SimulatedMarket(table, 0, seed=seed, start_ns=START_NS, price=50_000, quantity="0.05")
    return market.next_batch(START_NS + MARKET_S * SECOND_NS)


@pytest.fixture
def capture(nodes, tmp_path: Path) -> tuple[Runs, Market]:
    """The beginning of a capture."""
    if not CAPTURE.exists():
        pytest.skip(f"the capture {CAPTURE.name} is not here: ../shared/data/binance-spot is absent")
    beginning = tmp_path / "beginning.jsonl"
    with gzip.open(CAPTURE, "rb") as lines:
        beginning.write_bytes(b"".join(islice(lines, CAPTURED_LINES)))
    recording = BinanceRecording(beginning)
    toml = f'[feed]\nsource = "recorded"\nfiles = ["{beginning}"]\n{TOML}'
    return Runs(nodes, toml), lambda table: EventBatch.merged(list(recording.batches(table)))


class Received:
    """What had been received after each event of a market."""

    def __init__(self, events: Sequence[Any]) -> None:
        self.clocks = list(accumulate((event.ts_recv for event in events), max))
        self.quotes: list[tuple[float, float] | None] = [None]
        self.event_times = [0]
        self.sequences: dict[int, int] = {}
        trades = []
        for number, event in enumerate(events, 1):
            is_quote = isinstance(event, Quote)
            self.quotes.append((event.bid, event.ask) if is_quote else self.quotes[-1])
            self.event_times.append(max(self.event_times[-1], getattr(event, "ts_event", None) or 0))
            if isinstance(event, DepthSnapshot | DepthDiff):
                last = event.sequence if isinstance(event, DepthSnapshot) else event.last_sequence
                self.sequences.setdefault(last, number)
            elif isinstance(event, Trade):
                trades.append((event.ts_event or event.ts_recv, number, event.quantity))
        self.trades = sorted(trades)

    def shows(self, look: Look) -> bool:
        """Whether all that was seen had been received, after one of the events of that moment."""
        counts = range(bisect_left(self.clocks, look.now), bisect_right(self.clocks, look.now) + 1)
        return any(
            look.mark == (self.quotes[count] or look.mark)
            and (look.sequence is None or self.sequences[look.sequence] <= count)
            and all(self.holds(bar, spec, count) for spec, bars in look.bars.items() for bar in bars)
            for count in counts
        )

    def holds(self, bar: tuple[Any, ...], spec: str, count: int) -> bool:
        """Whether a bar was over after so many events, and its trades were all there."""
        ts_open, ts_close, *_, volume, trade_count = bar
        if self.event_times[count] < ts_close:
            return False
        found = self.trades[bisect_left(self.trades, (ts_open,)) : bisect_left(self.trades, (ts_close + 1,))]
        if not spec.endswith("s"):
            return sum(number <= count for _, number, _ in found) >= trade_count
        inside = [quantity for time, number, quantity in found if time < ts_close and number <= count]
        return len(inside) == trade_count and abs(sum(inside) - volume) < 1e-9


def check_looks(ran: Ran, received: Received) -> None:
    """All that was seen had been received."""
    nows = [look.now for look in ran.looks]
    assert nows == sorted(nows)
    for look in ran.looks:
        assert received.shows(look), look
        earlier = sum((signed for ts, signed in ran.fills if ts < look.now), Decimal(0))
        now = (signed for ts, signed in ran.fills if ts == look.now)
        assert look.position in list(accumulate(now, initial=earlier))
    for callback in ("trade", "quote", "book", "bar", "status", "order", "fill", "timer"):
        assert any(look.callback == callback for look in ran.looks), callback


@given(st.integers(0, 2**32), st.integers(1, 3 * SECOND_NS))
@settings(unhurried, max_examples=5)
def test_what_a_strategy_sees_had_been_received(nodes, seed: int, batch_ns: int) -> None:
    runs = Runs(nodes)
    ran = runs.run(lambda table: simulated(table, seed), batch_ns)
    check_looks(ran, Received(runs.events))


def test_what_a_strategy_sees_of_a_capture_had_been_received(capture) -> None:
    runs, market = capture
    ran = runs.run(market)
    check_looks(ran, Received(runs.events))


def test_the_check_sees_a_glimpse_of_the_future(nodes) -> None:
    """What was seen is held against a market that knew everything a moment later."""
    runs = Runs(nodes)
    ran = runs.run(lambda table: simulated(table, 1))
    received = Received(runs.events)
    received.clocks = [clock + 1 for clock in received.clocks]
    for seen in ("mark", "sequence", "bars"):
        nothing = {"mark": None, "sequence": None, "bars": {}} | {"mark": (0.0, 0.0)}
        received.quotes = [None] * len(received.quotes) if seen != "mark" else received.quotes
        glimpses = [replace(look, **{k: v for k, v in nothing.items() if k != seen}) for look in ran.looks]
        assert not all(map(received.shows, glimpses)), seen


FUTURES = ("another", "more", "less", "none")


def intruders(table: InstrumentTable, since: int) -> EventBatch:
    """Trades at a price that the market is far from, and a stream that is lost."""
    batch = EventBatch(table)
    for number in range(20):
        at = since + number * SECOND_NS // 10
        batch.add_trade(0, at, at, 10**9 + number, "51000", "1", "buy")
    batch.add_feed_notice(0, since + SECOND_NS // 2, False)
    return batch


def changed(market: EventBatch, other: EventBatch, until: int, future: str) -> EventBatch:
    """A market that is the same until a moment, and has another future."""
    before = market.take_until(until)
    last = market.last_ts
    assert last is not None
    if future == "another":
        other.take_until(until)
        return EventBatch.merged([before, other])
    if future == "more":
        return EventBatch.merged([before, market, intruders(market.table, until + 1)])
    market.take_until(until + SECOND_NS // 2 if future == "less" else last - 1)
    return EventBatch.merged([before, market])


def told_before(ran: Ran, until: int) -> tuple[list[Look], list[dict[str, Any]]]:
    """All that came of a run before a moment: what was seen and done, and the records."""
    rows = map(row, ran.records)
    return [look for look in ran.looks if look.now < until], [one for one in rows if one["ts"] < until]


def check_futures(runs: Runs, market: Market, change: Market, until: int) -> None:
    """A market and one that is changed after a moment."""
    as_it_is = runs.run(market)
    events = runs.events
    as_changed = runs.run(change, SECOND_NS // 7)
    later = min(event.ts_recv for event in (*events, *runs.events) if event.ts_recv > until)
    expected, found = told_before(as_it_is, later), told_before(as_changed, later)
    assert found[0] == expected[0]
    assert found[1] == expected[1]
    assert expected[0]
    assert as_changed.looks != as_it_is.looks, "nothing was changed"


@given(st.integers(0, 2**32), st.integers(SECOND_NS, (MARKET_S - 1) * SECOND_NS), st.sampled_from(FUTURES))
@unhurried
def test_what_comes_after_a_moment_changes_nothing_before_it(nodes, seed: int, at: int, future: str) -> None:
    def change(table: InstrumentTable) -> EventBatch:
        return changed(simulated(table, seed), simulated(table, seed + 1), START_NS + at, future)

    check_futures(Runs(nodes), partial(simulated, seed=seed), change, START_NS + at)


@pytest.mark.parametrize(("share", "future"), [(0.2, "less"), (0.5, "none"), (0.8, "less")])
def test_what_comes_later_in_a_capture_changes_nothing_before_it(capture, share: float, future: str) -> None:
    runs, market = capture
    whole = market(runs.nodes.compose(runs.toml).feed.table)
    until = whole.first_ts + round(share * (whole.last_ts - whole.first_ts))
    check_futures(runs, market, lambda table: changed(market(table), market(table), until, future), until)
