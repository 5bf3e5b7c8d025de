"""The matching engine equals a naive exchange, event by event.

Compared: `alphaforge_rs.MatchingEngine` with `NaiveExchange` below, on random operations. After each
operation the whole list of events, the depth of both sides and the number of orders must be the same.

The naive exchange is written from the documented rules. It keeps its orders in one plain list and sorts
it by price, then by time, whenever it looks at it. Money is `decimal`.

Each run takes `OPERATIONS_PER_RUN` operations from its own seed. By default 4 runs make 20,000
operations; `ALPHAFORGE_TEST_SCALE=50` makes 200 runs and 1,000,000 operations.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from operator import attrgetter

import pytest
from alphaforge_rs import Instrument, MatchingEngine

SCALE = int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
RUNS = 4 * SCALE
OPERATIONS_PER_RUN = 5_000

MONEY = Context(prec=100, rounding=ROUND_HALF_EVEN)
FEE_STEP = Decimal("1e-18")
# An amount is an i128 of 10^-18 units.
LARGEST_AMOUNT = Decimal(2**127 - 1).scaleb(-18, MONEY)
LARGEST_MANTISSA = 2**63 - 1

WOULD_TAKE = "the post-only order would trade on arrival"
DUPLICATE_ID = "an order with this id is open"
OUT_OF_RANGE = "price or quantity is out of range"
UNKNOWN_ORDER = "no such order is open"
NOTHING_LEFT = "the new quantity is not above the filled quantity"
ON_REQUEST = "cancelled on request"
SELF_TRADE = "self-trade prevention"
IMMEDIATE_OR_CANCEL = "immediate-or-cancel: no more liquidity within the limit"
FILL_OR_KILL = "fill-or-kill: not enough liquidity within the limit"
NO_LIQUIDITY = "market order: no more liquidity within the worst price"
TIME_PASSED = "the time till which it was good has passed"

LOWEST_TICKS, HIGHEST_TICKS = 95, 105

SELF_TRADE_MODES = ("allow", "expire_taker", "expire_maker", "expire_both")


@dataclass(frozen=True, slots=True)
class Event:
    """What the exchange tells; None where the kind of event has no such field."""

    kind: str
    order_id: int
    account: int
    side: str | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    leaves: Decimal | None = None
    liquidity: str | None = None
    trade_id: int | None = None
    fee: Decimal | None = None
    reason: str | None = None


as_row = attrgetter(*Event.__slots__)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a client sends; without a price it is a market order."""

    order_id: int
    account: int
    side: str
    quantity: Decimal
    price: Decimal | None
    time_in_force: str
    post_only: bool
    worst_price: Decimal | None
    self_trade: str
    stop: Decimal | None = None
    take_profit: Decimal | None = None
    trailing: Decimal | None = None
    display: Decimal | None = None
    quote_quantity: Decimal | None = None
    expires_at: int | None = None

    @property
    def trigger(self) -> Decimal | None:
        return next((one for one in (self.stop, self.take_profit, self.trailing) if one is not None), None)

    @property
    def limit(self) -> Decimal | None:
        """The worst price at which it may trade; a limit order has its limit and nothing else."""
        return self.worst_price if self.price is None else self.price

    @property
    def must_not_take(self) -> bool:
        return self.post_only and self.price is not None


@dataclass(slots=True)
class Resting:
    """An order on the book."""

    order_id: int
    account: int
    side: str
    price: Decimal
    quantity: Decimal
    filled: Decimal
    post_only: bool
    self_trade: str
    time: int
    display: Decimal | None
    shown: Decimal

    @property
    def leaves(self) -> Decimal:
        return self.quantity - self.filled


@dataclass(slots=True)
class Waiting:
    """An order whose trigger has not fired; `price` is where it does, of a trailing stop so far."""

    order: NewOrder
    price: Decimal | None

    def fires(self, market: Decimal) -> bool:
        """Whether it fires at a price; a trailing stop that does not follows it."""
        order = self.order
        buys = order.side == "buy"
        if order.trailing is not None:
            nearest = market + order.trailing if buys else market - order.trailing
            if self.price is None or (nearest < self.price if buys else nearest > self.price):
                self.price = nearest
        above = buys != (order.take_profit is not None)
        return market >= self.price if above else market <= self.price


@dataclass(slots=True)
class Taker:
    """An order that trades now: a new one, or one on the book that was moved."""

    order_id: int
    account: int
    side: str
    limit: Decimal | None
    self_trade: str
    filled: Decimal
    leaves: Decimal
    budget: Decimal | None = None


def accepts(side: str, limit: Decimal | None, price: Decimal) -> bool:
    """Whether an order may trade at a price, by its limit."""
    if limit is None:
        return True
    return price <= limit if side == "buy" else price >= limit


def in_range(price: Decimal | None, quantity: Decimal) -> bool:
    if quantity <= 0:
        return False
    if price is None:
        return True
    return price > 0 and MONEY.multiply(price, quantity) <= LARGEST_AMOUNT


class NaiveExchange:
    """The rules of the exchange, in the plainest words that Python has."""

    def __init__(self, lot: Decimal, maker_fee: Decimal, taker_fee: Decimal) -> None:
        self.orders: list[Resting] = []
        self.waiting: list[Waiting] = []
        self._fired: list[NewOrder] = []
        self._times: list[tuple[int, int]] = []
        self._last_price: Decimal | None = None
        self._now: int | None = None
        self._lot = lot
        self._rates = {"maker": maker_fee, "taker": taker_fee}
        self._trades = 0
        self._time = 0
        self._events: list[Event] = []

    def submit(self, order: NewOrder) -> list[Event]:
        self._events = []
        refusal = self._refusal(order)
        if refusal is not None:
            self._tell("rejected", order, reason=refusal)
            return self._events
        self._tell("accepted", order)
        is_told = order.expires_at is not None and self._now is not None
        if is_told and order.expires_at <= self._now:
            self._tell("expired", order, leaves=order.quantity, reason=TIME_PASSED)
            return self._events
        if order.expires_at is not None:
            self._times.append((order.expires_at, order.order_id))
        if order.trigger is None:
            self._execute(order)
        else:
            price = None if order.trailing is not None else order.trigger
            self.waiting.append(Waiting(order, price))
            if self._last_price is not None:
                self._see_price(self._last_price)
        self._execute_fired()
        return self._events

    def expire_until(self, now: int) -> list[Event]:
        self._events = []
        self._now = now
        for at, order_id in sorted(self._times):
            if at > now:
                continue
            self._times.remove((at, order_id))
            for waiting in [one for one in self.waiting if one.order.order_id == order_id]:
                self.waiting.remove(waiting)
                self._tell("expired", waiting.order, leaves=waiting.order.quantity, reason=TIME_PASSED)
            for order in [one for one in self.orders if one.order_id == order_id]:
                self.orders.remove(order)
                self._tell("expired", order, leaves=order.leaves, reason=TIME_PASSED)
        return self._events

    def _see_price(self, price: Decimal) -> None:
        """What fires at this price waits no more, and goes next."""
        self._last_price = price
        fired = [one for one in self.waiting if one.fires(price)]
        self.waiting = [one for one in self.waiting if one not in fired]
        self._fired += [one.order for one in fired]

    def _execute_fired(self) -> None:
        while self._fired:
            order = self._fired.pop(0)
            self._tell("triggered", order)
            worst_price = order.worst_price if order.side == "buy" else None
            self._execute(replace(order, worst_price=worst_price))

    def _execute(self, order: NewOrder) -> None:
        taker = Taker(
            order.order_id,
            order.account,
            order.side,
            order.limit,
            order.self_trade,
            filled=Decimal(0),
            leaves=order.quantity,
            budget=order.quote_quantity,
        )
        if order.time_in_force == "fok" and self._tradable_at_once(taker) < order.quantity:
            self._tell("expired", order, leaves=order.quantity, reason=FILL_OR_KILL)
        elif not self._trade(taker):
            self._tell("expired", taker, leaves=taker.leaves, reason=SELF_TRADE)
        elif taker.leaves > 0:
            self._rest_or_expire(taker, order)

    def cancel(self, order_id: int, account: int) -> list[Event]:
        self._events = []
        for waiting in self.waiting:
            order = waiting.order
            if (order.order_id, order.account) == (order_id, account):
                self.waiting.remove(waiting)
                price = order.trigger if order.limit is None else order.limit
                self._tell(
                    "cancelled",
                    order,
                    side=order.side,
                    price=price,
                    leaves=order.quantity,
                    reason=ON_REQUEST,
                )
                return self._events
        order = self._own(order_id, account)
        if order is None:
            self._events.append(Event("cancel_rejected", order_id, account))
        else:
            self._take_off(order, ON_REQUEST)
        return self._events

    def replace(self, order_id: int, account: int, price: Decimal, quantity: Decimal) -> list[Event]:
        self._events = []
        order = self._own(order_id, account)
        refusal = UNKNOWN_ORDER if order is None else self._replace_refusal(order, price, quantity)
        if order is None or refusal is not None:
            self._events.append(Event("replace_rejected", order_id, account, reason=refusal))
            return self._events
        self._tell("replaced", order, side=order.side, price=price, quantity=quantity)
        if price == order.price and quantity <= order.quantity:
            order.quantity = quantity
            order.shown = min(order.shown, order.leaves)
            return self._events
        self.orders.remove(order)
        taker = Taker(
            order_id,
            account,
            order.side,
            price,
            order.self_trade,
            filled=order.filled,
            leaves=quantity - order.filled,
        )
        if not self._trade(taker):
            self._tell("expired", taker, leaves=taker.leaves, reason=SELF_TRADE)
        elif taker.leaves > 0:
            self._rest(taker, price, post_only=order.post_only, display=order.display)
        self._execute_fired()
        return self._events

    def depth(self, side: str) -> list[tuple[Decimal, Decimal]]:
        """The levels of a side, best first."""
        levels: dict[Decimal, Decimal] = {}
        for order in self._in_priority(side):
            levels[order.price] = levels.get(order.price, Decimal(0)) + order.shown
        return list(levels.items())

    def _refusal(self, order: NewOrder) -> str | None:
        if any(resting.order_id == order.order_id for resting in self.orders):
            return DUPLICATE_ID
        if any(waiting.order.order_id == order.order_id for waiting in self.waiting):
            return DUPLICATE_ID
        if not in_range(order.limit, order.quantity):
            return OUT_OF_RANGE
        if any(number is not None and number <= 0 for number in (order.trigger, order.display)):
            return OUT_OF_RANGE
        if order.must_not_take and self._would_take(order.side, order.limit):
            return WOULD_TAKE
        return None

    def _replace_refusal(self, order: Resting, price: Decimal, quantity: Decimal) -> str | None:
        if not in_range(price, quantity):
            return OUT_OF_RANGE
        if quantity <= order.filled:
            return NOTHING_LEFT
        if order.post_only and self._would_take(order.side, price):
            return WOULD_TAKE
        return None

    def _trade(self, taker: Taker) -> bool:
        """Trade what can be traded; False where self-trade prevention ends the order."""
        while taker.leaves > 0:
            maker = self._best_against(taker)
            if maker is None:
                return True
            if maker.account != taker.account or taker.self_trade == "allow":
                if not self._fill_both(taker, maker):
                    return True
                continue
            if taker.self_trade in ("expire_maker", "expire_both"):
                self._take_off(maker, SELF_TRADE)
            if taker.self_trade in ("expire_taker", "expire_both"):
                return False
        return True

    def _tradable_at_once(self, taker: Taker) -> Decimal:
        """What the order could trade now; it passes its own orders only if these give way."""
        total = Decimal(0)
        for maker in self._in_priority("sell" if taker.side == "buy" else "buy"):
            if not accepts(taker.side, taker.limit, maker.price):
                break
            if maker.account != taker.account or taker.self_trade == "allow":
                total += maker.leaves
            elif taker.self_trade != "expire_maker":
                break
        return total

    def _rest_or_expire(self, taker: Taker, order: NewOrder) -> None:
        if order.price is None:
            self._tell("expired", taker, leaves=taker.leaves, reason=NO_LIQUIDITY)
        elif order.time_in_force == "ioc":
            self._tell("expired", taker, leaves=taker.leaves, reason=IMMEDIATE_OR_CANCEL)
        elif order.time_in_force == "fok":
            self._tell("expired", taker, leaves=taker.leaves, reason=FILL_OR_KILL)
        else:
            self._rest(taker, order.price, post_only=order.post_only, display=order.display)

    def _rest(self, taker: Taker, price: Decimal, *, post_only: bool, display: Decimal | None) -> None:
        self._time += 1
        self.orders.append(
            Resting(
                taker.order_id,
                taker.account,
                taker.side,
                price,
                quantity=taker.filled + taker.leaves,
                filled=taker.filled,
                post_only=post_only,
                self_trade=taker.self_trade,
                time=self._time,
                display=display,
                shown=taker.leaves if display is None else min(display, taker.leaves),
            )
        )
        self._tell("rested", taker, side=taker.side, price=price, quantity=taker.leaves, leaves=taker.leaves)

    def _fill_both(self, taker: Taker, maker: Resting) -> bool:
        """Trade with an order on the book; False where the money is too little for a lot."""
        quantity = min(taker.leaves, maker.shown)
        if taker.budget is not None:
            quantity = min(quantity, self._affordable(taker.budget, maker.price))
        if quantity == 0:
            return False
        self._trades += 1
        taker.leaves -= quantity
        taker.filled += quantity
        if taker.budget is not None:
            taker.budget -= quantity * maker.price
            if self._affordable(taker.budget, maker.price) == 0:
                taker.leaves = Decimal(0)
        maker.filled += quantity
        maker.shown -= quantity
        self._tell_fill(taker, "taker", maker.price, quantity)
        self._tell_fill(maker, "maker", maker.price, quantity)
        if maker.leaves == 0:
            self.orders.remove(maker)
        elif maker.shown == 0:
            self._time += 1
            maker.time = self._time
            maker.shown = min(maker.display, maker.leaves)
        self._see_price(maker.price)
        return True

    def _affordable(self, budget: Decimal, price: Decimal) -> Decimal:
        """The largest quantity on the grid that costs no more."""
        return budget // (price * self._lot) * self._lot

    def _take_off(self, order: Resting, reason: str) -> None:
        self.orders.remove(order)
        self._tell("cancelled", order, side=order.side, price=order.price, leaves=order.leaves, reason=reason)

    def _in_priority(self, side: str) -> list[Resting]:
        """The orders of a side by price, then time."""
        sign = -1 if side == "buy" else 1
        orders = [order for order in self.orders if order.side == side]
        return sorted(orders, key=lambda order: (sign * order.price, order.time))

    def _best_against(self, taker: Taker) -> Resting | None:
        for maker in self._in_priority("sell" if taker.side == "buy" else "buy"):
            return maker if accepts(taker.side, taker.limit, maker.price) else None
        return None

    def _would_take(self, side: str, limit: Decimal | None) -> bool:
        others = (order for order in self.orders if order.side != side)
        return any(accepts(side, limit, order.price) for order in others)

    def _own(self, order_id: int, account: int) -> Resting | None:
        found = (o for o in self.orders if o.order_id == order_id and o.account == account)
        return next(found, None)

    def _tell(self, kind: str, order: NewOrder | Taker | Resting, **fields: object) -> None:
        self._events.append(Event(kind, order.order_id, order.account, **fields))

    def _tell_fill(self, order: Taker | Resting, liquidity: str, price: Decimal, quantity: Decimal) -> None:
        exact = MONEY.multiply(MONEY.multiply(price, quantity), self._rates[liquidity])
        self._tell(
            "filled",
            order,
            side=order.side,
            price=price,
            quantity=quantity,
            leaves=order.leaves,
            liquidity=liquidity,
            trade_id=self._trades,
            fee=MONEY.quantize(exact, FEE_STEP),
        )


@dataclass(frozen=True)
class Market:
    """A grid and the fees on it."""

    tick: Decimal
    lot: Decimal
    maker_fee: Decimal
    taker_fee: Decimal

    @property
    def has_too_much(self) -> bool:
        """Whether the largest quantity at any price drawn here is worth more than the largest amount."""
        return not in_range(LOWEST_TICKS * self.tick, LARGEST_MANTISSA * self.lot)

    def instrument(self) -> Instrument:
        return Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size=self.tick, lot_size=self.lot)


MARKETS = (
    Market(Decimal(1), Decimal(1), Decimal("0.0002"), Decimal("0.0005")),
    Market(Decimal(1), Decimal(1), Decimal("-0.000123457"), Decimal("0.00075")),
    # Here a fee has 21 decimals before it is rounded to 18.
    Market(Decimal("0.000001"), Decimal("0.000001"), Decimal("-0.000123457"), Decimal("0.000987655")),
    Market(Decimal("0.25"), Decimal("0.001"), Decimal(0), Decimal(1)),
)


class Traffic:
    """Random operations around one price, so narrow that orders meet all the time."""

    def __init__(self, seed: int, market: Market, exchange: NaiveExchange) -> None:
        self._random = random.Random(seed)
        self._market = market
        self._exchange = exchange
        self._ids = 0
        self._now = 0

    def next(self) -> tuple[str, tuple]:
        """The name of an operation and what it takes."""
        drawn = self._random.random()
        self._now += 1
        if drawn > 0.97:
            return "expire_until", (self._now,)
        # A long book is thinned out, so that it stays near the size at which orders collide.
        if drawn < (0.14 if len(self._exchange.orders) < 50 else 0.5):
            return "cancel", self._target()
        if drawn < 0.36:
            return "replace", (*self._target(), self._price(), self._quantity())
        return "submit", (self._order(),)

    def _order(self) -> NewOrder:
        """An order, and at times one with a condition that goes with its kind."""
        order = self._plain_order()
        chance = self._random.random()
        if chance < 0.15:
            return self._with_trigger(replace(order, post_only=False))
        if order.time_in_force == "gtc" and chance < 0.25:
            return replace(order, expires_at=self._now + self._random.randint(-20, 60))
        if order.price is not None and order.time_in_force == "gtc" and chance < 0.4:
            return replace(order, display=self._quantity())
        if order.price is None and order.time_in_force != "fok" and chance < 0.5:
            worth = self._random.randint(50, 1500) * self._market.tick * self._market.lot
            return replace(order, quote_quantity=worth)
        return order

    def _with_trigger(self, order: NewOrder) -> NewOrder:
        kind = self._random.choice(("stop", "take_profit", "trailing"))
        if kind == "trailing":
            return replace(order, price=None, trailing=self._random.randint(0, 5) * self._market.tick)
        return replace(order, **{kind: self._price()})

    def _plain_order(self) -> NewOrder:
        chance = self._random
        price = None if chance.random() < 0.15 else self._price()
        return NewOrder(
            order_id=self._new_id(),
            account=chance.randrange(4),
            side=chance.choice(("buy", "sell")),
            quantity=self._quantity(),
            price=price,
            time_in_force=chance.choices(("gtc", "ioc", "fok"), (6, 1, 2))[0],
            post_only=chance.random() < 0.2,
            worst_price=self._price() if chance.random() < 0.4 else None,
            self_trade=chance.choice(SELF_TRADE_MODES),
        )

    def _new_id(self) -> int:
        orders = self._exchange.orders
        if orders and self._random.random() < 0.02:
            return self._random.choice(orders).order_id
        self._ids += 1
        return self._ids

    def _target(self) -> tuple[int, int]:
        """Mostly an order on the book and its account; at times another account or an ended order."""
        waiting = self._exchange.waiting
        if waiting and self._random.random() < 0.1:
            order = self._random.choice(waiting).order
            return order.order_id, order.account
        orders = self._exchange.orders
        if not orders or self._random.random() < 0.05:
            return self._random.randint(1, self._ids + 1), self._random.randrange(4)
        order = self._random.choice(orders)
        stranger = self._random.random() < 0.05
        return order.order_id, (order.account + 1) % 4 if stranger else order.account

    def _price(self) -> Decimal:
        ticks = 0 if self._random.random() < 0.01 else self._random.randint(LOWEST_TICKS, HIGHEST_TICKS)
        return ticks * self._market.tick

    def _quantity(self) -> Decimal:
        drawn = self._random.random()
        if drawn < 0.01:
            return self._random.choice((0, -1)) * self._market.lot
        if drawn < 0.02 and self._market.has_too_much:
            return LARGEST_MANTISSA * self._market.lot
        return self._random.randint(1, 12) * self._market.lot


def apply(engine: MatchingEngine, exchange: NaiveExchange, name: str, arguments: tuple) -> tuple:
    """Do the same with both; returns the rows of events of both."""
    expected = getattr(exchange, name)(*arguments)
    if name == "submit":
        order = arguments[0]
        actual = engine.submit(
            order.order_id,
            order.account,
            order.side,
            order.quantity,
            order.price,
            time_in_force=order.time_in_force,
            post_only=order.post_only,
            worst_price=order.worst_price,
            self_trade=order.self_trade,
            stop=order.stop,
            take_profit=order.take_profit,
            trailing=order.trailing,
            display=order.display,
            quote_quantity=order.quote_quantity,
            expires_at=order.expires_at,
        )
    else:
        actual = getattr(engine, name)(*arguments)
    return [as_row(event) for event in actual], [as_row(event) for event in expected]


def compare(run: Traffic, engine: MatchingEngine, exchange: NaiveExchange, seen: Counter) -> None:
    for number in range(OPERATIONS_PER_RUN):
        name, arguments = run.next()
        actual, expected = apply(engine, exchange, name, arguments)
        assert actual == expected, f"operation {number}: {name} {arguments}"
        assert engine.bids() == exchange.depth("buy"), f"operation {number}: {name} {arguments}"
        assert engine.asks() == exchange.depth("sell"), f"operation {number}: {name} {arguments}"
        assert len(engine) == len(exchange.orders)
        seen.update((row[0], row[-1]) for row in expected)


# Everything the exchange can say. A run that does not reach all of it compares too little.
ALL_OUTCOMES = {
    ("accepted", None),
    ("rested", None),
    ("filled", None),
    ("triggered", None),
    ("replaced", None),
    ("cancel_rejected", None),
    ("rejected", WOULD_TAKE),
    ("rejected", DUPLICATE_ID),
    ("rejected", OUT_OF_RANGE),
    ("cancelled", ON_REQUEST),
    ("cancelled", SELF_TRADE),
    ("replace_rejected", UNKNOWN_ORDER),
    ("replace_rejected", NOTHING_LEFT),
    ("replace_rejected", WOULD_TAKE),
    ("replace_rejected", OUT_OF_RANGE),
    ("expired", IMMEDIATE_OR_CANCEL),
    ("expired", FILL_OR_KILL),
    ("expired", NO_LIQUIDITY),
    ("expired", SELF_TRADE),
    ("expired", TIME_PASSED),
}


@pytest.mark.parametrize("seed", range(RUNS))
def test_engine_equals_the_naive_exchange(seed: int) -> None:
    """20,000 operations by default; ALPHAFORGE_TEST_SCALE=50 reaches 1,000,000."""
    market = MARKETS[seed % len(MARKETS)]
    engine = MatchingEngine(market.instrument(), maker_fee=market.maker_fee, taker_fee=market.taker_fee)
    exchange = NaiveExchange(market.lot, market.maker_fee, market.taker_fee)
    seen: Counter = Counter()
    compare(Traffic(seed, market, exchange), engine, exchange, seen)
    assert set(seen) == ALL_OUTCOMES


def test_depth_of_the_largest_orders_is_their_sum() -> None:
    """Two orders of 2^63-1 lots pass 64 bits together; the second is refused, or depth tells both."""
    engine = MatchingEngine(MARKETS[0].instrument())
    largest = Decimal(LARGEST_MANTISSA)
    taken = [
        order_id for order_id in (1, 2) if engine.submit(order_id, 0, "buy", largest, 1)[0].kind == "accepted"
    ]
    assert engine.bids() == [(1, len(taken) * largest)]
    engine.cancel(taken.pop(), 0)
    assert engine.bids() == [(1, largest) for _ in taken]
