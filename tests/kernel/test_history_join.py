"""Bars of a history and of a run that follows it equal the bars of the whole, wherever the two are cut.

The history ends after any event, in the middle of a bar or not, and the run begins there or any number of
events before. Trades come late, at equal times and with ids of any kind; other events carry times that close
bars; the venue makes bars of its own. Compared are all bars of all kinds, and how many trades were late.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from alphaforge_rs import Bar, EventBatch, Instrument, InstrumentTable, Runtime
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SECOND_NS = 1_000_000_000
START_NS = 1_767_225_600 * SECOND_NS
SPECS = ("1s", "7s", "1m", "6s of 2s", "1d@Europe/Zurich", "3t", "2.5v", "20n", "1s@venue", "4s of 1s@venue")
TABLE = InstrumentTable(
    [Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size="0.01", lot_size="0.1")]
)


LATENESSES_NS = (0, 0, 0, 200_000_000, SECOND_NS, 10 * SECOND_NS)


@dataclass(frozen=True)
class Event:
    """A trade, a quote that carries a time, or a bar of the venue, whose times follow each other."""

    kind: str
    ts_event: int
    number: int
    price: int
    quantity: int

    def append_to(self, batch: EventBatch) -> None:
        if self.kind == "trade":
            price, quantity = f"{self.price / 100:.2f}", f"{self.quantity / 10:.1f}"
            batch.add_trade(0, self.ts_event, self.ts_event, self.number, price, quantity)
        elif self.kind == "quote":
            batch.add_quote(0, self.ts_event, self.ts_event, None, "1", "1", "2", "1")
        else:
            at = START_NS + self.number * SECOND_NS
            prices = [f"{self.price / 100:.2f}"] * 4
            batch.add_venue_bar(0, self.ts_event, SECOND_NS, at, *prices, "1.0", 1)


@dataclass
class Bars:
    """What a strategy is given, by kind."""

    found: dict[str, list[tuple[int | str, ...]]] = field(
        default_factory=lambda: {spec: [] for spec in SPECS}
    )

    def keep(self, bar: Bar) -> None:
        prices = (bar.open_decimal, bar.high_decimal, bar.low_decimal, bar.close_decimal, bar.volume_decimal)
        row = (bar.ts_open, bar.ts_close, *map(str, prices), bar.trade_count)
        self.found[bar.spec].append(row)


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError(f"{strategy}.{callback} raised") from error


def batch_of(events: Sequence[Event]) -> EventBatch:
    batch = EventBatch(TABLE)
    for event in events:
        event.append_to(batch)
    return batch


def bars_of(history: Sequence[Event], run: Sequence[Event]) -> tuple[Bars, int, int]:
    """All bars of a history and a run, how many trades were late, and how many gaps were told."""
    runtime = Runtime("main", 1, TABLE, raise_fault)
    runtime.add_external_venue("X", highest_fee=0)
    runtime.add_instruments()
    bars = Bars()
    port = runtime.add_strategy("keeper", {"on_bar": bars.keep, "on_history_bar": bars.keep})
    for spec in SPECS:
        assert port.subscribe_bars(TABLE.instruments[0], spec, 1_000) == spec
    runtime.take_history(batch_of(history))
    runtime.start()
    runtime.run(batch_of(run))
    return bars, runtime.counters().late_trades, len(runtime.history_gaps())


@st.composite
def markets(draw: st.DrawFn, latenesses_ns: Sequence[int] = LATENESSES_NS) -> list[Event]:
    """Events in the order in which they were received."""
    ids = draw(st.sampled_from(["counted", "random"]))
    chance = random.Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, 60))
    time, trades, bars = START_NS, 0, 0
    numbers = chance.sample(range(2**62), count)
    events = []
    for _ in range(count):
        time += chance.choice((0, 1, 300_000_000, SECOND_NS, 3 * SECOND_NS, 70 * SECOND_NS))
        late = chance.choice(latenesses_ns)
        kind = chance.choice(("trade", "trade", "trade", "quote", "bar"))
        number = {"trade": trades if ids == "counted" else numbers[trades], "quote": 0, "bar": bars}[kind]
        trades, bars = trades + (kind == "trade"), bars + (kind == "bar")
        ts_event = max(time - late, START_NS)
        events.append(Event(kind, ts_event, number, chance.randint(1, 500), chance.randint(1, 30)))
    return events


@given(st.data(), markets())
@settings(max_examples=400)
def test_bars_of_history_and_run_equal_those_of_the_whole(data: st.DataObject, events: list[Event]) -> None:
    cut = data.draw(st.integers(0, len(events)), label="cut")
    overlap = data.draw(st.integers(0, cut), label="overlap")
    history, run = events[:cut], events[cut - overlap :]
    joined, joined_late, gaps = bars_of(history, run)
    # Where nothing tells that the run continues the history, a gap is told: that is another test.
    assume(gaps == 0)
    whole, whole_late, _ = bars_of([], events)
    waits = not any(event.kind == "trade" for event in run)
    for spec in SPECS:
        expected = whole.found[spec]
        if waits and not spec.endswith("@venue"):
            # No bar closes before the first trade of the run has told whether it continues the history.
            assert joined.found[spec] == expected[: len(joined.found[spec])]
        else:
            assert joined.found[spec] == expected, spec
    assert joined_late == whole_late


@given(st.data(), markets(latenesses_ns=(0,)))
def test_a_counted_trade_that_is_missing_is_told(data: st.DataObject, events: list[Event]) -> None:
    trades = [index for index, event in enumerate(events) if event.kind == "trade"]
    assume(len(trades) > 2)
    missing = data.draw(st.integers(1, len(trades) - 2), label="missing")
    cut = trades[missing]
    history, run = events[:cut], events[cut + 1 :]
    found, _, gaps = bars_of(history, run)
    assert gaps >= 1
    whole, _, _ = bars_of([], events)
    # What is given of time is whole: no bar lacks the trade that is missing.
    for spec in ("1s", "7s", "1m", "6s of 2s", "1d@Europe/Zurich"):
        assert set(found.found[spec]) <= set(whole.found[spec]), spec


def test_most_cuts_join() -> None:
    """The property above would hold of nothing if a gap were told everywhere."""
    chance = random.Random(1)
    told = [0, 0]
    for _ in range(200):
        times = [START_NS + number * 300_000_000 for number in range(20)]
        events = [Event("trade", time, number, 100, 10) for number, time in enumerate(times)]
        cut = chance.randint(0, 20)
        *_, gaps = bars_of(events[:cut], events[chance.randint(0, cut) :])
        told[gaps > 0] += 1
    assert told == [200, 0]
