"""The same orders have the same fills in a backtest and on the matching engine used as an exchange.

An exchange takes random orders of others and of ours. What a participant sees of it (the book without
our orders, and the trades but for those in which we were the taker) goes to a paper venue, which gets the
same orders of ours at the same moments.

Trades come before the levels that they have changed, but where they fire an order of ours: it meets the
levels as they are after the trades.

Left out, because market data cannot show it: the cancel of an order that stands before ours at its
price, the next slice of an iceberg of ours among trades of the same moment, which trades at several
prices belong to one order, so that a trigger fires after the last of them, and an order of others that
fills one of ours and fires another.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from alphaforge_rs import (
    EventBatch,
    ExchangeEvent,
    FeeTiers,
    Fill,
    Instrument,
    InstrumentTable,
    Latency,
    MatchingEngine,
    QueueModel,
    Runtime,
)

RUNS = 40 * int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
STEPS = 150
OURS = 0
START_NS = 1_767_225_600_000_000_000
STEP_NS = 1_000_000_000
INSTRUMENT = Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size=1, lot_size=1)

Level = tuple[str, Decimal]
Book = dict[Level, Decimal]
Traded = tuple[str, Decimal, Decimal, str]


@dataclass
class OwnOrder:
    """An order of ours as the exchange has it."""

    side: str
    quantity: Decimal
    price: Decimal = Decimal(0)
    filled: Decimal = Decimal(0)
    rests: bool = False

    def take(self, event: ExchangeEvent) -> None:
        """Keep up with what happened to it."""
        if event.kind in {"rested", "replaced"}:
            self.price = event.price
        if event.kind == "rested":
            self.rests = True
        elif event.kind == "replaced":
            self.quantity = event.quantity
        elif event.kind == "filled":
            self.filled += event.quantity
            self.rests = self.rests and event.leaves > 0
        elif event.kind in {"cancelled", "expired"}:
            self.rests = False


def summed(fills: list[Traded]) -> Counter[tuple[str, Decimal, str]]:
    """How much traded at which price. An exchange fills order by order and a book shows a level, and what
    an order of others trades at one moment has no order among itself."""
    traded: Counter[tuple[str, Decimal, str]] = Counter()
    for side, price, quantity, liquidity in fills:
        traded[side, price, liquidity] += quantity
    return traded


class Exchange:
    """The matching engine, and what of it is ours."""

    def __init__(self) -> None:
        self.engine = MatchingEngine(INSTRUMENT)
        self.own: dict[int, OwnOrder] = {}
        self.others: dict[int, tuple[Decimal, int]] = {}
        self.fills: list[Traded] = []

    def take(self, events: list[ExchangeEvent]) -> list[ExchangeEvent]:
        """Keep up with what happened."""
        for event in events:
            if event.account == OURS:
                self.own[event.order_id].take(event)
                if event.kind == "filled":
                    self.fills.append((event.side, event.price, event.quantity, event.liquidity))
            elif event.kind == "rested":
                self.others[event.order_id] = (event.price, event.account)
        return events

    def book(self) -> Book:
        """The levels without our orders."""
        levels: Book = {("buy", price): quantity for price, quantity in self.engine.bids()}
        levels |= {("sell", price): quantity for price, quantity in self.engine.asks()}
        for order in self.own.values():
            if order.rests:
                levels[order.side, order.price] -= order.quantity - order.filled
        return {level: quantity for level, quantity in levels.items() if quantity}


class Backtest:
    """A paper venue without latency, fed with what the exchange shows."""

    def __init__(self, book: Book) -> None:
        self.fills: list[Traded] = []
        self.table = InstrumentTable([INSTRUMENT])
        self.runtime = Runtime("main", 1, self.table, self._fault)
        self.runtime.add_paper_venue(
            "X", latency=Latency.constant(0, 0), fees=FeeTiers(0, 0), queue=QueueModel.risk_averse()
        )
        self.runtime.add_instruments()
        self.port = self.runtime.add_strategy("only", {"on_fill": self._on_fill})
        self.runtime.set_limits([], buying_power_buffer=0, market_slippage="0.5")
        for currency in ("A", "B"):
            self.runtime.set_balance("X", currency, 10**9)
        self.now = START_NS
        self.ids: dict[int, int] = {}
        self.shown = book
        self._sequence = 1
        self._trades = 0
        batch = EventBatch(self.table)
        levels = {"buy": [], "sell": []}
        for (side, price), quantity in book.items():
            levels[side].append((str(price), str(quantity)))
        batch.add_snapshot(0, self.now, self.now, 1, levels["buy"], levels["sell"])
        self.run(batch)

    def _fault(self, strategy: str, callback: str, error: BaseException) -> None:
        raise AssertionError(f"{strategy}.{callback} raised") from error

    def _on_fill(self, fill: Fill) -> None:
        self.fills.append((fill.side, fill.price_decimal, fill.quantity_decimal, fill.liquidity))

    def run(self, batch: EventBatch | None = None) -> None:
        self.runtime.run(batch or EventBatch(self.table), self.now)

    def trade(self, trades: Counter[Level]) -> None:
        """Trades by the side of the taker and the price."""
        batch = EventBatch(self.table)
        for (side, price), quantity in trades.items():
            self._trades += 1
            batch.add_trade(0, self.now, self.now, self._trades, str(price), str(quantity), side)
        self.run(batch)

    def show(self, book: Book) -> None:
        """The levels that have changed."""
        batch = EventBatch(self.table)
        changes = {"buy": [], "sell": []}
        for level in self.shown.keys() | book.keys():
            if self.shown.get(level) != book.get(level):
                changes[level[0]].append((str(level[1]), str(book.get(level, 0))))
        self._sequence += 1
        batch.add_diff(0, self.now, self.now, self._sequence, self._sequence, *changes.values())
        self.shown = book
        self.run(batch)


class Scenario:
    """Random orders of others and ours; ours are all on one side, so that they never meet."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.side = self.chance.choice(("buy", "sell"))
        self.ids = 0
        self.exchange = Exchange()
        for ticks in range(1, 60):
            self.others("buy", 100 - ticks, 3)
            self.others("sell", 100 + ticks, 3)
        self.backtest = Backtest(self.exchange.book())
        self.kinds: Counter[str] = Counter()
        # Triggers go by trades only once there was one.
        self.show(self.others("buy", None, 1), set())

    def others(self, side: str, price: int | None, quantity: int) -> list[ExchangeEvent]:
        self.ids += 1
        account = self.chance.randint(1, 3)
        return self.exchange.take(self.exchange.engine.submit(self.ids, account, side, quantity, price))

    def step(self) -> bool:
        """Somebody does something; False where market data cannot show it."""
        self.backtest.now += STEP_NS
        self.exchange.take(self.exchange.engine.expire_until(self.backtest.now))
        self.backtest.run()
        drawn = self.chance.random()
        rested = {(order.side, order.price) for order in self.exchange.own.values() if order.rests}
        if drawn < 0.75:
            return self.show(self.step_of_others(), rested)
        self.step_of_ours(drawn)
        return self.show([], rested)

    def show(self, events: list[ExchangeEvent], rested: set[Level]) -> bool:
        """What others have done, and what orders of ours have taken that it fired; `rested` is where ours
        stood before it."""
        book = self.exchange.book()
        fired = any(event.account == OURS and event.kind == "triggered" for event in events)
        met = any(event.account == OURS and event.liquidity == "maker" for event in events)
        if fired and met:
            return False
        traded: Counter[Level] = Counter()
        other_side = "sell" if self.side == "buy" else "buy"
        before = dict(book)
        # What stands before ours is not shown to have gone before the trade that took it.
        before |= {level: self.backtest.shown.get(level, Decimal(0)) for level in rested}
        for event in events:
            if event.kind == "filled" and event.liquidity == "taker":
                if event.account == OURS:
                    level = (other_side, event.price)
                    before[level] = before.get(level, Decimal(0)) + event.quantity
                else:
                    traded[event.side, event.price] += event.quantity
        if fired:
            self.backtest.show(before)
        self.backtest.trade(traded)
        self.backtest.show(book)
        return True

    def step_of_others(self) -> list[ExchangeEvent]:
        own_prices = {order.price for order in self.exchange.own.values() if order.rests}
        others = self.exchange.others.items()
        free = [(order, account) for order, (price, account) in others if price not in own_prices]
        if free and self.chance.random() < 0.2:
            return self.exchange.take(self.exchange.engine.cancel(*self.chance.choice(free)))
        side = self.chance.choice(("buy", "sell"))
        engine = self.exchange.engine
        best = int((engine.asks() if side == "buy" else engine.bids())[0][0])
        wanted = best if self.chance.random() < 0.4 else self.chance.randint(92, 108)
        price = min(best, wanted) if side == "buy" else max(best, wanted)
        return self.others(side, price, self.chance.randint(1, 7))

    def step_of_ours(self, drawn: float) -> None:
        live = [number for number, order in self.exchange.own.items() if order.rests]
        if live and drawn < 0.80:
            self.cancel(self.chance.choice(live))
        elif live and drawn < 0.85:
            self.replace(self.chance.choice(live))
        else:
            self.submit()

    def submit(self) -> None:
        self.ids += 1
        kind, price, options = self.draw()
        in_quote = "quote_quantity" in options
        quantity = 10**6 if in_quote else self.chance.randint(1, 6)
        self.kinds[kind] += 1
        self.exchange.own[self.ids] = OwnOrder(self.side, Decimal(quantity))
        events = self.exchange.engine.submit(self.ids, OURS, self.side, quantity, price, **options)
        self.exchange.take(events)
        handle = self.backtest.port.submit(
            INSTRUMENT, self.side, None if in_quote else quantity, price, **options
        )
        assert handle.accepted, (handle.reason, kind, price, options)
        self.backtest.ids[self.ids] = handle.order_id
        self.backtest.run()

    def draw(self) -> tuple[str, int | None, dict[str, Any]]:
        chance = self.chance
        price = chance.randint(94, 106)
        trigger = chance.randint(94, 106)
        until = self.backtest.now + chance.randint(1, 40) * STEP_NS + STEP_NS // 2
        kinds: list[tuple[str, int | None, dict[str, Any]]] = [
            ("limit", price, {}),
            ("limit", price, {}),
            ("ioc", price, {"time_in_force": "ioc"}),
            ("fok", price, {"time_in_force": "fok"}),
            ("post only", price, {"post_only": True}),
            ("market", None, {}),
            ("gtd", price, {"expires_at": until}),
            ("stop market", None, {"stop": trigger}),
            ("stop limit", price, {"stop": trigger}),
            ("take profit", None, {"take_profit": trigger}),
            ("take profit limit", price, {"take_profit": trigger}),
            ("trailing", None, {"trailing": chance.randint(1, 4)}),
            ("quote quantity", None, {"quote_quantity": chance.randint(100, 900)}),
        ]
        return chance.choice(kinds)

    def cancel(self, number: int) -> None:
        self.kinds["cancel"] += 1
        self.exchange.take(self.exchange.engine.cancel(number, OURS))
        assert self.backtest.port.cancel(self.backtest.ids[number]).accepted
        self.backtest.run()

    def replace(self, number: int) -> None:
        self.kinds["replace"] += 1
        price, quantity = self.chance.randint(94, 106), self.chance.randint(1, 6)
        self.exchange.take(self.exchange.engine.replace(number, OURS, price, quantity))
        self.backtest.port.replace(self.backtest.ids[number], price, quantity)
        self.backtest.run()


ALL_KINDS = {
    "limit", "ioc", "fok", "post only", "market", "gtd", "stop market", "stop limit", "take profit",
    "take profit limit", "trailing", "quote quantity", "cancel", "replace",
}  # fmt: skip


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What the runs so far have tried, and how much traded."""
    return Counter()


@pytest.mark.parametrize("seed", range(RUNS))
def test_fills_are_the_same(seed: int, seen: Counter[str]) -> None:
    scenario = Scenario(seed)
    for step in range(STEPS):
        if not scenario.step():
            break
        assert summed(scenario.backtest.fills) == summed(scenario.exchange.fills), f"step {step}"
    seen.update(scenario.kinds)
    seen["maker"] += sum(fill[3] == "maker" for fill in scenario.exchange.fills)
    seen["taker"] += sum(fill[3] == "taker" for fill in scenario.exchange.fills)


def test_everything_was_tried(seen: Counter[str]) -> None:
    assert set(seen) == ALL_KINDS | {"maker", "taker"}
    assert seen["maker"] > 3 * RUNS
    assert seen["taker"] > 3 * RUNS
