"""One symbol's market: its engine, its trades, and what it shows of its book."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from alphaforge_rs import MatchingEngine

from alphaforge_binance.emulator.klines import Klines
from alphaforge_binance.emulator.numbers import ZERO
from alphaforge_binance.emulator.order import Order, Side
from alphaforge_binance.emulator.symbols import Symbol

_KEPT_TRADES = 20_000
_KEPT_SNAPSHOTS = 64
_AVERAGED_NS = 300 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """A trade as everybody sees it."""

    trade_id: int
    price: Decimal
    quantity: Decimal
    time_ns: int
    buyer_is_maker: bool


@dataclass(slots=True)
class AggregateTrade:
    """The trades of one taker at one price."""

    aggregate_id: int
    price: Decimal
    quantity: Decimal
    first_id: int
    last_id: int
    time_ns: int
    buyer_is_maker: bool


@dataclass(slots=True)
class DayStatistics:
    """What has been traded since the emulator started, which is the last day of the tickers."""

    opened_ns: int = 0
    open: Decimal = ZERO
    high: Decimal = ZERO
    low: Decimal = ZERO
    last_quantity: Decimal = ZERO
    volume: Decimal = ZERO
    quote_volume: Decimal = ZERO
    first_id: int = -1
    last_id: int = -1
    count: int = 0

    def add(self, trade: PublicTrade) -> None:
        """Count a trade."""
        if self.count == 0:
            self.opened_ns, self.first_id = trade.time_ns, trade.trade_id
            self.open = self.high = self.low = trade.price
        self.high, self.low = max(self.high, trade.price), min(self.low, trade.price)
        self.last_quantity, self.last_id = trade.quantity, trade.trade_id
        self.volume += trade.quantity
        self.quote_volume += trade.quantity * trade.price
        self.count += 1


class RecentTrades:
    """The trades of the last five minutes, summed up as they come and go."""

    def __init__(self) -> None:
        self._trades: deque[PublicTrade] = deque()
        self._volume, self._value = ZERO, ZERO

    def add(self, trade: PublicTrade) -> None:
        """Count a trade."""
        self._trades.append(trade)
        self._volume += trade.quantity
        self._value += trade.quantity * trade.price

    def average(self, now_ns: int) -> Decimal | None:
        """Their average price by volume; None where there was none."""
        while self._trades and self._trades[0].time_ns < now_ns - _AVERAGED_NS:
            old = self._trades.popleft()
            self._volume -= old.quantity
            self._value -= old.quantity * old.price
        return self._value / self._volume if self._trades else None


class RecordedBook:
    """The book that a recording comes to."""

    def __init__(self) -> None:
        self.last_update_id = 0
        self._sides: dict[Side, dict[Decimal, Decimal]] = {"BUY": {}, "SELL": {}}

    def set(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Set a level; a quantity of zero removes it."""
        if quantity:
            self._sides[side][price] = quantity
        else:
            self._sides[side].pop(price, None)

    def levels(self, side: Side, depth: int | None) -> list[tuple[Decimal, Decimal]]:
        """The levels of a side, best first."""
        return sorted(self._sides[side].items(), reverse=side == "BUY")[:depth]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A book as somebody was told it: price and quantity of each level."""

    update_id: int
    sides: dict[Side, dict[Decimal, Decimal]]


@dataclass(slots=True)
class Market:
    """A symbol, its engine and its history."""

    symbol: Symbol
    engine: MatchingEngine
    orders: int = 0
    """The id of the latest order."""
    update_id: int = 1_000
    """The number of the book's latest change."""
    trade_id: int = 0
    live: dict[int, Order] = field(default_factory=dict)
    """The open orders of clients by id; those of the simulated traders are the engine's alone."""
    waiting: dict[int, Order] = field(default_factory=dict)
    """Those of them that wait for their stop."""
    snapshots: deque[Snapshot] = field(default_factory=lambda: deque(maxlen=_KEPT_SNAPSHOTS))
    """The latest books that were told; a diff that follows says of each of their levels what has changed."""
    last_price: Decimal | None = None
    previous_close: Decimal = ZERO
    trades: deque[PublicTrade] = field(default_factory=lambda: deque(maxlen=_KEPT_TRADES))
    aggregates: deque[AggregateTrade] = field(default_factory=lambda: deque(maxlen=_KEPT_TRADES))
    aggregate_id: int = -1
    recent: RecentTrades = field(default_factory=RecentTrades)
    day: DayStatistics = field(default_factory=DayStatistics)
    klines: Klines = field(default_factory=Klines)
    recorded: RecordedBook | None = None
    """What is shown in place of the engine's book, where a recording is the market."""
    market_leaves: dict[int, Decimal] = field(default_factory=dict)
    """What is left of the market's own orders that have traded, where a recording is the market."""

    def next_order_id(self) -> int:
        """The id of a new order."""
        self.orders += 1
        return self.orders

    def best(self, side: Side) -> tuple[Decimal, Decimal] | None:
        """The best price of a side and its quantity."""
        levels = self.engine.bids(1) if side == "BUY" else self.engine.asks(1)
        return levels[0] if levels else None

    def levels(self, side: Side, depth: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """What can be traded with on a side of the book, best first."""
        return self.engine.bids(depth) if side == "BUY" else self.engine.asks(depth)

    def shown(self, side: Side, depth: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """What everybody sees of a side of the book, best first."""
        return self.levels(side, depth) if self.recorded is None else self.recorded.levels(side, depth)

    def take_snapshot(self, depth: int) -> Snapshot:
        """The book to be told, so many levels of each side."""
        sides: dict[Side, dict[Decimal, Decimal]] = {
            "BUY": dict(self.shown("BUY", depth)),
            "SELL": dict(self.shown("SELL", depth)),
        }
        self.snapshots.append(Snapshot(self.shown_update_id, sides))
        return self.snapshots[-1]

    @property
    def shown_update_id(self) -> int:
        """The number of the latest change of the book that everybody sees."""
        return self.update_id if self.recorded is None else self.recorded.last_update_id

    def would_take(self, side: Side, price: Decimal) -> bool:
        """Whether an order at this price would trade on arrival."""
        best = self.best("SELL" if side == "BUY" else "BUY")
        return best is not None and (price >= best[0] if side == "BUY" else price <= best[0])

    def record(self, trade: PublicTrade, *, continues: bool) -> AggregateTrade:
        """Add a trade to the history; returns the aggregate that it is part of."""
        self.last_price = trade.price
        self.trades.append(trade)
        self.day.add(trade)
        self.recent.add(trade)
        self.klines.add(
            trade.time_ns,
            trade.price,
            trade.quantity,
            buyer_is_taker=not trade.buyer_is_maker,
            trade_id=trade.trade_id,
        )
        last = self.aggregates[-1] if self.aggregates else None
        if continues and last is not None and last.price == trade.price:
            last.quantity += trade.quantity
            last.last_id = trade.trade_id
            return last
        self.aggregate_id += 1
        aggregate = AggregateTrade(
            self.aggregate_id,
            trade.price,
            trade.quantity,
            trade.trade_id,
            trade.trade_id,
            trade.time_ns,
            trade.buyer_is_maker,
        )
        self.aggregates.append(aggregate)
        return aggregate

    def average_price(self, now_ns: int) -> Decimal | None:
        """The average price of the last five minutes by volume; else the last price."""
        return self.recent.average(now_ns) or self.last_price

    def reach(self, side: Side, own: dict[Decimal, Decimal]) -> Iterator[tuple[Decimal, Decimal]]:
        """What a taker of `side` can trade with, best first, without `own` quantities by price."""
        for price, quantity in self.levels("SELL" if side == "BUY" else "BUY"):
            others = quantity - own.get(price, ZERO)
            if others > 0:
                yield price, others


def cost_of(levels: Iterable[tuple[Decimal, Decimal]], quantity: Decimal) -> Decimal:
    """What it costs to trade a quantity through the levels, as far as they reach."""
    cost = ZERO
    for price, available in levels:
        part = min(quantity, available)
        cost += part * price
        quantity -= part
        if quantity <= 0:
            break
    return cost


def quantity_for(levels: Iterable[tuple[Decimal, Decimal]], budget: Decimal, step: Decimal) -> Decimal:
    """How much a budget buys through the levels, in whole steps.

    Where the levels end first, what the rest would have bought at the last price counts too: such an
    order ends unfilled.
    """
    total, price = ZERO, ZERO
    for price, available in levels:
        part = min(budget // (price * step) * step, available)
        total += part
        budget -= part * price
        if part < available:
            return total
    return total + (budget // (price * step) * step if price else step)
