"""A ledger of fills by the rules of docs/portfolio.md, written with `decimal` and nothing of AlphaForge.

Sums are exact; only what divides is rounded, half-even at 12 decimals: the cost that leaves with a part of a
position, the middle of a market, and each step of a conversion.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow, Clamped])
ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)
ZERO = Decimal(0)


def ratio(value: Decimal, numerator: Decimal, denominator: Decimal) -> Decimal:
    """`value * numerator / denominator`, rounded half-even at 12 decimals."""
    product = EXACT.multiply(value, numerator)
    return ROUNDING.quantize(ROUNDING.divide(product, denominator), Decimal("1e-12"))


@dataclass(frozen=True)
class Pair:
    """An instrument: where it is, and what it trades for what."""

    venue: str
    base: str
    quote: str

    @property
    def id(self) -> str:
        return f"{self.venue}:{self.base}{self.quote}"


@dataclass
class Market:
    """The last that was seen of an instrument."""

    bid: Decimal
    ask: Decimal
    alive_at: int


@dataclass
class Holding:
    """A strategy's position in an instrument."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realised: Decimal = ZERO
    realised_fifo: Decimal = ZERO
    lots: list[list[Decimal]] = field(default_factory=list)

    def count(self, sign: int, price: Decimal, quantity: Decimal) -> None:
        held_against = max(-sign * self.quantity, ZERO)
        closing = min(held_against, quantity)
        if closing:
            cost = self.cost if closing == held_against else ratio(self.cost, closing, held_against)
            self.cost -= cost
            self.realised += sign * (cost - closing * price)
            self.realised_fifo += sign * (self._close(closing) - closing * price)
        if quantity > closing:
            self.cost += (quantity - closing) * price
            self.lots.append([quantity - closing, price])
        self.quantity += sign * quantity

    def _close(self, closing: Decimal) -> Decimal:
        cost = ZERO
        while closing:
            taken = min(closing, self.lots[0][0])
            cost += taken * self.lots[0][1]
            closing -= taken
            self.lots[0][0] -= taken
            if not self.lots[0][0]:
                del self.lots[0]
        return cost


@dataclass
class Value:
    """A sum in one currency, what is not in it, and what is in it by an old rate."""

    total: Decimal = ZERO
    missing: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)


class Ledger:
    """What is held and earned over several venues, from fills, funding and markets."""

    def __init__(self, pairs: list[Pair], max_age: int) -> None:
        self.pairs = pairs
        self.max_age = max_age
        self.now = 0
        self.markets: dict[Pair, Market] = {}
        self.cash: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.holdings: dict[tuple[str, Pair], Holding] = defaultdict(Holding)
        self.fees: dict[tuple[str, Pair, str], Decimal] = defaultdict(Decimal)
        self.funding: dict[tuple[str, Pair, str], Decimal] = defaultdict(Decimal)
        self._paths: dict[tuple[str, str, int], list[Pair] | None] = {}

    # What happens.

    def see(self, pair: Pair, bid: Decimal, ask: Decimal, now: int) -> None:
        self.markets[pair] = Market(bid, ask, now)

    def fill(self, strategy: str, pair: Pair, side: str, price: Decimal, quantity: Decimal) -> None:
        sign = 1 if side == "buy" else -1
        with localcontext(EXACT):
            self.holdings[strategy, pair].count(sign, price, quantity)
            self.cash[pair.venue, pair.base] += sign * quantity
            self.cash[pair.venue, pair.quote] -= sign * quantity * price

    def fee(self, strategy: str, pair: Pair, currency: str, amount: Decimal) -> None:
        with localcontext(EXACT):
            self.fees[strategy, pair, currency] += amount
            self.cash[pair.venue, currency] -= amount

    def fund(self, strategy: str, pair: Pair, currency: str, amount: Decimal) -> None:
        with localcontext(EXACT):
            self.funding[strategy, pair, currency] += amount
            self.cash[pair.venue, currency] += amount

    # Rates.

    def distance(self, start: str, end: str, count: int) -> int | None:
        """How many of the first `count` pairs it takes."""
        reached, steps = {start}, 0
        while end not in reached:
            edges = [{pair.base, pair.quote} for pair in self.pairs[:count]]
            wider = reached.union(*(edge for edge in edges if edge & reached))
            if wider == reached:
                return None
            reached, steps = wider, steps + 1
        return steps

    def path(self, start: str, end: str, count: int) -> list[Pair] | None:
        """The shortest way through the first `count` pairs: the one that was there before any as short."""
        if (start, end, count) not in self._paths:
            self._paths[start, end, count] = self._find(start, end, count)
        return self._paths[start, end, count]

    def _find(self, start: str, end: str, count: int) -> list[Pair] | None:
        length = self.distance(start, end, count)
        if not length:
            return None if length is None else []
        first = next(n for n in range(1, count + 1) if self.distance(start, end, n) == length)
        last = self.pairs[first - 1]
        for near, far in ((last.base, last.quote), (last.quote, last.base)):
            before = self.path(start, near, first - 1)
            after = self.path(far, end, first - 1)
            if before is not None and after is not None and len(before) + 1 + len(after) == length:
                return [*before, last, *after]
        raise AssertionError("a pair that makes a way shorter is a part of it")

    def is_stale(self, pair: Pair) -> bool:
        market = self.markets[pair]
        return self.now - market.alive_at > self.max_age or market.bid >= market.ask

    def step(self, amount: Decimal, pair: Pair, start: str) -> tuple[Decimal, bool] | None:
        """Through a pair of currencies, by the first of its instruments that is fresh, else by the first."""
        seen = [one for one in self.pairs if {one.base, one.quote} == {pair.base, pair.quote}]
        seen = [one for one in seen if one in self.markets]
        if not seen:
            return None
        fresh = [one for one in seen if not self.is_stale(one)]
        chosen = (fresh or seen)[0]
        twice = EXACT.add(self.markets[chosen].bid, self.markets[chosen].ask)
        forward = chosen.base == start
        value = ratio(amount, twice, Decimal(2)) if forward else ratio(amount, Decimal(2), twice)
        return value, not fresh

    def convert(self, amount: Decimal, start: str, end: str) -> tuple[Decimal, bool] | None:
        path = self.path(start, end, len(self.pairs))
        if path is None:
            return None
        is_stale, currency = False, start
        for pair in path:
            converted = self.step(amount, pair, currency)
            if converted is None:
                return None
            amount, stale = converted
            is_stale |= stale
            currency = pair.quote if currency == pair.base else pair.base
        return amount, is_stale

    def add(self, value: Value, amount: Decimal, start: str, end: str) -> None:
        if not amount:
            return
        converted = (amount, False) if start == end else self.convert(amount, start, end)
        if converted is None:
            value.missing.add(start)
            return
        value.total = EXACT.add(value.total, converted[0])
        if converted[1]:
            value.stale.add(start)

    # Figures.

    def equity(self, currency: str) -> Value:
        value = Value()
        traded = {code for pair in self.pairs for code in (pair.base, pair.quote)}
        for (_, code), amount in self.cash.items():
            if code in traded:
                self.add(value, amount, code, currency)
        return value

    def unrealised(self, strategy: str, pair: Pair) -> Decimal:
        holding, market = self.holdings[strategy, pair], self.markets[pair]
        with localcontext(EXACT):
            twice = holding.quantity * market.bid + holding.quantity * market.ask
            cost = holding.cost if holding.quantity > 0 else -holding.cost
            return ratio(twice, Decimal(1), Decimal(2)) - cost

    def earned(self, strategies: list[str]) -> tuple[dict[str, dict[str, Decimal]], Value]:
        """The figures by currency, and what could not be valued or only by an old price."""
        earned: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        value = Value()
        with localcontext(EXACT):
            for (strategy, pair), holding in self.holdings.items():
                if strategy not in strategies:
                    continue
                figures = earned[pair.quote]
                figures["realised"] += holding.realised
                figures["realised_fifo"] += holding.realised_fifo
                if not holding.quantity:
                    continue
                if pair not in self.markets:
                    value.missing.add(pair.base)
                    continue
                figures["unrealised"] += self.unrealised(strategy, pair)
                if self.is_stale(pair):
                    value.stale.add(pair.base)
            for name, paid in (("fees", self.fees), ("funding", self.funding)):
                for (strategy, _, code), amount in paid.items():
                    if strategy in strategies:
                        earned[code][name] += amount
        return earned, value

    def profit(self, strategies: list[str], currency: str) -> Value:
        earned, value = self.earned(strategies)
        for code, one in earned.items():
            with localcontext(EXACT):
                net = one["realised"] + one["unrealised"] - one["fees"] + one["funding"]
            self.add(value, net, code, currency)
        return value

    def exposure(self, strategies: list[str], pairs: list[Pair], currency: str) -> tuple[Value, Value]:
        """Gross and net: of several strategies, what they hold of an instrument together."""
        gross, net = Value(), Value()
        for pair in pairs:
            held = sum((self.holdings[one, pair].quantity for one in strategies), ZERO)
            if not held:
                continue
            if pair not in self.markets:
                gross.missing.add(pair.base)
                net.missing.add(pair.base)
                continue
            twice = EXACT.add(self.markets[pair].bid, self.markets[pair].ask)
            worth = ratio(held, twice, Decimal(2))
            self.add(net, worth, pair.quote, currency)
            self.add(gross, worth.copy_abs(), pair.quote, currency)
            if self.is_stale(pair):
                gross.stale.add(pair.base)
                net.stale.add(pair.base)
        return gross, net
