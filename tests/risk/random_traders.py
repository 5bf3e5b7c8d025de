"""A node and the naive model beside it, with strategies that ask for all kinds of things."""

import random
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, Outcome, Runtime, ScopeLimits

from tests.risk.naive_gate import NaiveGate, Order, Request, on_grid
from tests.risk.naive_limits import NS_PER_S, Limits, Market, Scope

START_NS = 1_767_225_600_000_000_000
FEE = Decimal("0.001")
MARKETS = [Market("X", "A", "B"), Market("X", "C", "B"), Market("Y", "A", "D"), Market("Y", "D", "B")]
CLOCK_NS = 500_000_000
STRATEGIES = ("one", "two", "three")
LIMITS: dict[Scope, Limits] = {
    ("account", None): Limits(
        max_order_value=(Decimal(12_000), "B"), max_messages=(22, NS_PER_S, 4), max_open_orders=12
    ),
    ("venue", "X"): Limits(
        max_order_value=(Decimal(9_000), "B"), max_messages=(18, NS_PER_S, 5), max_open_orders=4
    ),
    ("venue", "Y"): Limits(max_clock_drift_ns=CLOCK_NS),
    ("strategy", "one"): Limits(
        max_order_quantity=Decimal(60),
        max_long=Decimal(150),
        max_short=Decimal(80),
        max_messages=(12, NS_PER_S, 3),
    ),
    ("strategy", "two"): Limits(
        max_order_value=(Decimal(8_000), "D"),
        max_long=Decimal(90),
        max_duplicates=(2, 10 * NS_PER_S),
        max_open_orders=4,
    ),
    ("instrument", MARKETS[0].id): Limits(
        max_order_quantity=Decimal(70),
        max_long=Decimal(200),
        max_short=Decimal(100),
        max_messages=(14, NS_PER_S, 4),
    ),
    ("instrument", MARKETS[1].id): Limits(
        max_short=Decimal(60), max_duplicates=(1, NS_PER_S), max_open_orders=4
    ),
    ("instrument", MARKETS[2].id): Limits(max_long=Decimal(120)),
}


class Traders:
    """The strategies of a node, by chance, and the model beside the node."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.instruments = {market.id: instrument(market) for market in MARKETS}
        # The time of a node is that of its events; trades of what nobody trades let it pass.
        self.table = InstrumentTable([*self.instruments.values(), instrument(Market("X", "T", "U"))])
        self.runtime = Runtime("main", 1, self.table, self._fault)
        for venue in ("X", "Y"):
            self.runtime.add_external_venue(venue, highest_fee=FEE)
        self.runtime.add_instruments()
        self.ports = {name: self.runtime.add_strategy(name, {}) for name in STRATEGIES}
        buffer, slippage = Decimal("0.01"), Decimal("0.02")
        self.runtime.set_limits(
            [ScopeLimits(*scope, **asdict(limits)) for scope, limits in LIMITS.items()],
            buying_power_buffer=buffer,
            market_slippage=slippage,
            self_match="deny",
        )
        self.naive = NaiveGate(LIMITS, FEE, buffer, slippage, START_NS)
        self.verdicts: Counter[str] = Counter()
        self.trades = self.ticks = 0
        self.pass_time()

    def _fault(self, strategy: str, callback: str, error: BaseException) -> None:
        raise AssertionError(f"{strategy}.{callback} raised") from error

    # What a strategy does.

    def submit(self) -> None:
        """An order, some of them no orders at all."""
        market, strategy, side = self.market(), self.chance.choice(STRATEGIES), self.side()
        quantity, limit = self.quantity(market, side), self.price(market)
        is_limit, reduce_only = self.chance.random() < 0.8, self.chance.random() < 0.1
        veto = ("veto", "no") if self.chance.random() < 0.06 else None
        if self.chance.random() < 0.1 and self.naive.orders:
            # What somebody has asked for already.
            last = self.naive.orders[-1]
            strategy, market, side = last.strategy, last.market, last.side
            quantity, is_limit = last.asked_for[0], last.limit is not None
            limit = last.asked_for[1] or limit
        shown = self.request(strategy, market, side, quantity, limit if is_limit else None)
        request = Request(**shown, reduce_only=reduce_only, verdict=veto is not None)
        expected = self.naive.verdict(request, MARKETS)
        outcome = self.ports[strategy].submit(
            self.instruments[market.id],
            side,
            quantity,
            limit if is_limit else None,
            reduce_only=reduce_only,
            verdict=veto,
        )
        self.agree("submit", outcome, expected)
        if outcome.accepted:
            assert outcome.order_id is not None
            worst = self.naive.worst_price(market, side, request.limit)
            terms = request.quantity, request.limit
            order = Order(
                outcome.order_id, strategy, market, side, *terms, worst, reduce_only, self.naive.now_ns, terms
            )
            self.naive.orders.append(order)
            self.sent(strategy, market)

    def replace(self) -> None:
        """A change of an order."""
        workable = [order for order in self.naive.orders if order.limit and order.is_at_rest]
        order = self.chance.choice(workable) if workable and self.chance.random() < 0.9 else self.some_order()
        if order is None:
            return
        strategy = order.strategy if self.chance.random() < 0.97 else self.chance.choice(STRATEGIES)
        quantity, price = self.quantity(order.market, order.side), self.price(order.market)
        if order.limit is not None and self.chance.random() < 0.6:
            price = order.limit
            if self.chance.random() < 0.7:
                quantity = order.quantity - self.chance.randint(0, 30) * order.market.lot
        expected, request = self.replace_verdict(order, strategy, quantity, price)
        outcome = self.ports[strategy].replace(order.id, price, quantity)
        self.agree("replace", outcome, expected)
        if outcome.accepted:
            assert request.limit is not None
            order.versions += 1
            order.replacing = request.limit, request.quantity + order.filled
            self.sent(strategy, order.market)

    def replace_verdict(
        self, order: Order, strategy: str, quantity: Any, price: Any
    ) -> tuple[str | None, Request]:
        """What the model says to a change, and the version it would make."""
        shown = self.request(order.strategy, order.market, order.side, quantity, price)
        whole, limit = shown["quantity"], shown["limit"]
        shown["quantity"] = whole - order.filled
        shrinks = limit == order.limit and whole < order.quantity
        request = Request(
            **shown, filled=order.filled, order=order, shrinks=shrinks, reduce_only=order.reduce_only
        )
        if strategy != order.strategy:
            return "not_yours", request
        if order.limit is None:
            return "market_order", request
        if not order.is_at_rest:
            return "wrong_state", request
        if not request.is_nonsense:
            if whole <= order.filled:
                return "nothing_left", request
            if (limit, whole) == (order.limit, order.quantity):
                return "nothing_to_change", request
        return self.naive.verdict(request, MARKETS), request

    def cancel(self) -> None:
        """A cancel, which no rule refuses."""
        order = self.some_order()
        if order is None:
            return
        expected = "wrong_state" if order.has_ended or order.is_cancelling else None
        self.agree("cancel", self.ports[order.strategy].cancel(order.id), expected)
        if expected is None:
            self.cancelled(order)

    # What these have in common.

    def pass_time(self) -> None:
        """Nothing happens for a while."""
        self.naive.now_ns += self.chance.choice((1, 1_000_000, 5_000_000, 60_000_000, 300_000_000))
        batch = EventBatch(self.table)
        self.ticks += 1
        batch.add_trade(len(MARKETS), self.naive.now_ns, None, self.ticks, "100", "1")
        self.runtime.run(batch)

    def cancelled(self, order: Order) -> None:
        """A cancel has left; what nobody knows of stays so."""
        order.is_cancelling = not order.is_doubtful
        self.sent(order.strategy, order.market)

    def sent(self, strategy: str, market: Market) -> None:
        """A message has left."""
        self.naive.messages.append((self.naive.now_ns, strategy, market))

    def agree(self, what: str, outcome: Outcome, expected: str | None) -> None:
        """The gate has answered as the model."""
        assert outcome.code == expected, (what, outcome.reason)
        assert outcome.accepted == (expected is None)
        self.verdicts[f"{what} {expected or 'passes'}"] += 1

    def request(self, strategy: str, market: Market, side: str, quantity: Any, limit: Any) -> dict[str, Any]:
        """What the node makes of the numbers: brought onto the grid, never to more than was asked for."""
        is_nonsense = any(isinstance(number, float) for number in (quantity, limit))
        return {
            "strategy": strategy,
            "market": market,
            "side": side,
            "quantity": Decimal(0)
            if isinstance(quantity, float)
            else on_grid(quantity, market.lot, up=False),
            "limit": limit
            if isinstance(limit, float | None)
            else on_grid(limit, market.tick, up=side == "sell"),
            "is_nonsense": is_nonsense,
        }

    def market(self) -> Market:
        return self.chance.choice(MARKETS)

    def side(self) -> str:
        return self.chance.choice(("buy", "sell"))

    def quantity(self, market: Market, side: str) -> Any:
        """Mostly something sensible."""
        odd = self.chance.random()
        if odd < 0.01:
            return self.chance.choice((float("nan"), float("inf")))
        if odd < 0.03:
            return self.chance.choice(
                (Decimal(0), Decimal(-3), Decimal("0.1"), Decimal(501), Decimal("0.05"))
            )
        return (
            Decimal(self.chance.randint(1, 90))
            if odd < 0.8
            else Decimal(self.chance.randint(1, 90_000)) / 1_000
        )

    def price(self, market: Market) -> Any:
        odd = self.chance.random()
        if odd < 0.01:
            return float("nan")
        if odd < 0.03:
            return self.chance.choice((Decimal(0), Decimal(-50), Decimal(9), Decimal(1001), Decimal("0.1")))
        bid, ask = self.naive.quotes.get(market.id, (Decimal(100), Decimal(101)))
        return self.chance.choice((bid, ask)) + Decimal(self.chance.randint(-40, 40)) / 4

    def some_order(self) -> Order | None:
        """One that lives, and now and then one that does not."""
        live = [order for order in self.naive.orders if not order.has_ended]
        if live and self.chance.random() < 0.97:
            return self.chance.choice(live)
        return self.chance.choice(self.naive.orders) if self.naive.orders else None


def instrument(market: Market) -> Instrument:
    return Instrument(
        venue=market.venue,
        symbol=market.base + market.quote,
        base=market.base,
        quote=market.quote,
        tick_size=market.tick,
        lot_size=market.lot,
        min_price=market.min_price,
        max_price=market.max_price,
        min_quantity=market.min_quantity,
        max_quantity=market.max_quantity,
        min_notional=market.min_notional,
        max_notional=market.max_notional,
    )
