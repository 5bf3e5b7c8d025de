"""The rules of docs/risk.md once more, said as plainly as they can be: decimals, lists, nothing remembered.

Every figure is summed anew from the orders, the fills and the messages each time it is asked for. It knows
nothing of the kernel but the words of the rules; `test_random_commands.py` holds the two against each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from tests.risk.naive_limits import Limits, Market, Scope


@dataclass
class Order:
    """An order, as its owner asked for it, and what became of it."""

    id: int
    strategy: str
    market: Market
    side: str
    quantity: Decimal
    """Whole, on the grid."""
    limit: Decimal | None
    worst: Decimal | None
    """The price at which it may trade at worst."""
    reduce_only: bool
    asked_at_ns: int
    asked_for: tuple[Decimal, Decimal | None]
    """Quantity and limit of its first version."""
    filled: Decimal = Decimal(0)
    replacing: tuple[Decimal, Decimal] | None = None
    """Price and quantity of the version that was asked for last, and not answered."""
    versions: int = 0
    is_acknowledged: bool = False
    is_cancelling: bool = False
    is_doubtful: bool = False
    has_ended: bool = False

    @property
    def is_at_rest(self) -> bool:
        """Whether it lives, and nothing is asked of it that is not answered."""
        return not (self.has_ended or self.is_cancelling or self.is_doubtful or self.replacing)

    @property
    def versions_left(self) -> list[tuple[Decimal, Decimal]]:
        """Price and quantity of what each version of it can still trade."""
        if self.has_ended:
            return [(Decimal(0), Decimal(0))]
        assert self.worst is not None
        versions = [(self.worst, self.quantity)] + ([self.replacing] if self.replacing else [])
        return [(price, max(quantity - self.filled, Decimal(0))) for price, quantity in versions]

    @property
    def left(self) -> Decimal:
        """What it can still trade as the gate counts it: one version and the other."""
        return sum((quantity for _, quantity in self.versions_left), Decimal(0))

    def locks(self, fee: Decimal) -> list[Decimal]:
        """What each version can take of the account: of the quote currency to buy, of the base to sell."""
        return [cost(self.side, price, quantity, fee) for price, quantity in self.versions_left]


@dataclass(frozen=True)
class Fill:
    """A trade of an order."""

    order: Order
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str


@dataclass(frozen=True)
class Request:
    """An order that somebody wants, or a new version of one."""

    strategy: str
    market: Market
    side: str
    quantity: Decimal
    """What it would still trade; what is no number counts as zero."""
    limit: Decimal | None
    is_nonsense: bool = False
    reduce_only: bool = False
    filled: Decimal = Decimal(0)
    order: Order | None = None
    """The order of which it is a new version."""
    shrinks: bool = False
    verdict: bool = False


@dataclass
class NaiveGate:
    """A node's memory, and its rules."""

    limits: dict[Scope, Limits]
    fee: Decimal
    buffer: Decimal
    slippage: Decimal
    now_ns: int
    states: dict[Scope, str] = field(default_factory=dict)
    quotes: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Best bid and ask by instrument."""
    deposits: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """What was put on the accounts, by venue and currency."""
    clocks: dict[str, int] = field(default_factory=dict)
    """How far each venue's clock was from ours, in ns, when it was measured last."""
    orders: list[Order] = field(default_factory=list)
    """Those that the gate has let pass."""
    fills: list[Fill] = field(default_factory=list)
    messages: list[tuple[int, str, Market]] = field(default_factory=list)
    """When a message left, whose it was, and in what."""

    # What is asked of the memory.

    def position(self, market: Market, strategy: str | None = None) -> Decimal:
        """What a strategy, or all of them together, hold."""
        return sum(
            (
                fill.quantity if fill.order.side == "buy" else -fill.quantity
                for fill in self.fills
                if fill.order.market is market and strategy in (None, fill.order.strategy)
            ),
            Decimal(0),
        )

    def open_quantity(self, market: Market, side: str, strategy: str | None = None) -> Decimal:
        """What the open orders of a side can still trade."""
        return sum(
            (
                order.left
                for order in self.orders
                if order.market is market and order.side == side and strategy in (None, order.strategy)
            ),
            Decimal(0),
        )

    def total(self, venue: str, currency: str) -> Decimal | None:
        """What is on an account; None where nobody has said so."""
        changes = [change for fill in self.fills for change in cash_changes(fill, venue, currency)]
        deposit = self.deposits.get((venue, currency))
        if deposit is None and not changes:
            return None
        return sum(changes, deposit or Decimal(0))

    def free(self, venue: str, currency: str) -> Decimal | None:
        """What no open order can take."""
        total = self.total(venue, currency)
        if total is None:
            return None
        locks = (
            sum(order.locks(self.fee), Decimal(0))
            for order in self.orders
            if order.market.venue == venue and order.market.spent(order.side) == currency
        )
        return total - sum(locks, Decimal(0))

    def sent_within(self, scope: Scope, window_ns: int) -> int:
        """How many messages of a scope are younger than a window."""
        return sum(
            scope in scopes_of(strategy, market)
            for at_ns, strategy, market in self.messages
            if self.now_ns - at_ns < window_ns
        )

    def worst_price(self, market: Market, side: str, limit: Decimal | None) -> Decimal | None:
        """The limit; for a market order the far side of the book and the slippage."""
        if limit is not None:
            return limit
        if market.id not in self.quotes:
            return None
        bid, ask = self.quotes[market.id]
        if side == "buy":
            return max(ask, on_grid(ask * (1 + self.slippage), market.tick, up=False))
        return min(bid, on_grid(bid * (1 - self.slippage), market.tick, up=True))

    def convert(self, amount: Decimal, currency: str, to: str, markets: list[Market]) -> Decimal | None:
        """An amount at the middle of the market that trades the two currencies."""
        if currency == to:
            return amount
        for market in markets:
            if market.id in self.quotes:
                middle = sum(self.quotes[market.id]) / 2
                if (market.base, market.quote) == (currency, to):
                    return amount * middle
                if (market.quote, market.base) == (currency, to):
                    return (amount / middle).quantize(Decimal("1e-12"), ROUND_HALF_EVEN)
        return None

    # The rules.

    def verdict(self, request: Request, markets: list[Market]) -> str | None:
        """The code of the first rule that denies a request; None where it passes."""
        return next(filter(None, self.answers(request, markets)), None)

    def answers(self, request: Request, markets: list[Market]) -> Iterator[str | None]:
        """What each rule says, in the order in which they are asked."""
        worst = self.worst_price(request.market, request.side, request.limit)
        if request.shrinks:
            yield self.rule_2(request, worst)
            yield self.rule_8(request)
            return
        yield self.rule_1(request)
        yield self.rule_2(request, worst)
        yield self.rule_5(request, worst, markets)
        if request.order is None:
            yield self.rule_7(request)
        yield self.rule_8(request)
        yield self.rule_10(request, worst)
        yield self.rule_11(request)
        if request.order is None:
            yield self.rule_13(request)
        yield self.rule_15(request, worst)
        yield self.rule_17(request)
        yield "plugin_rule" if request.verdict else None

    def rule_1(self, request: Request) -> str | None:
        """Halted: nothing; reducing: what shrinks the position, and so for an order that may only reduce."""
        for scope in scopes_of(request.strategy, request.market):
            state = self.states.get(scope, "active")
            strategy = request.strategy if scope[0] == "strategy" else None
            if state == "halted":
                return "halted"
            if state == "reducing" and not self.shrinks(request, strategy):
                return "reduce_only"
        if request.reduce_only and not self.shrinks(request, request.strategy):
            return "would_not_reduce"
        return None

    def shrinks(self, request: Request, strategy: str | None) -> bool:
        """Whether a request brings a position nearer to zero, were all open orders of its side to fill."""
        held = self.position(request.market, strategy) * (1 if request.side == "sell" else -1)
        return request.quantity <= held - self.open_quantity(request.market, request.side, strategy)

    def rule_2(self, request: Request, worst: Decimal | None) -> str | None:
        """The venue's filters."""
        market, quantity = request.market, request.quantity
        if request.is_nonsense:
            return "bad_number"
        bounded = [
            (request.limit, market.min_price, market.max_price),
            (quantity, market.min_quantity, market.max_quantity),
            (None if worst is None else worst * quantity, market.min_notional, market.max_notional),
        ]
        for value, least, most in bounded:
            if value is not None and not least <= value <= most:
                return "not_positive" if value <= 0 else "below_minimum" if value < least else "above_maximum"
        return None

    def rule_5(self, request: Request, worst: Decimal | None, markets: list[Market]) -> str | None:
        """Quantity and value of one order; a sale is worth what the best bid pays, where that is more."""
        whole = request.quantity + request.filled
        limits = self.limits_of(request)
        if any(
            limit.max_order_quantity is not None and whole > limit.max_order_quantity for _, limit in limits
        ):
            return "order_quantity"
        for _, limit in limits:
            if limit.max_order_value is None:
                continue
            if worst is None:
                return "no_reference_price"
            price = worst
            if request.side == "sell":
                if request.market.id not in self.quotes:
                    return "no_reference_price"
                price = max(worst, self.quotes[request.market.id][0])
            most, currency = limit.max_order_value
            value = self.convert(whole * price, request.market.quote, currency, markets)
            if value is None:
                return "no_conversion"
            if value > most:
                return "order_value"
        return None

    def rule_7(self, request: Request) -> str | None:
        """The same order again and again."""
        for _, limit in self.limits_of(request):
            if limit.max_duplicates is not None:
                count, window_ns = limit.max_duplicates
                alike = [
                    order
                    for order in self.orders
                    if (order.strategy, order.market, order.side)
                    == (request.strategy, request.market, request.side)
                    and order.asked_for == (request.quantity, request.limit)
                    and self.now_ns - order.asked_at_ns < window_ns
                ]
                if len(alike) + 1 > count:
                    return "duplicate_order"
        return None

    def rule_8(self, request: Request) -> str | None:
        """Messages within a window; some are kept for cancels."""
        for scope, limit in self.limits_of(request):
            if limit.max_messages is not None:
                count, window_ns, kept = limit.max_messages
                if self.sent_within(scope, window_ns) >= count - kept:
                    return "message_rate"
        return None

    def rule_10(self, request: Request, worst: Decimal | None) -> str | None:
        """The cost at worst and a buffer must be free."""
        if worst is None:
            return "no_reference_price"
        free = self.free(request.market.venue, request.market.spent(request.side))
        if free is None:
            return "no_balance"
        needed = cost(request.side, worst, request.quantity, self.fee) * (1 + self.buffer)
        return "insufficient_funds" if needed > free else None

    def rule_11(self, request: Request) -> str | None:
        """The position, were all open orders of the side to fill."""
        market, side = request.market, request.side
        for scope, limit in self.limits_of(request):
            strategy = request.strategy if scope[0] == "strategy" else None
            most = limit.max_long if side == "buy" else limit.max_short
            held = self.position(market, strategy) * (1 if side == "buy" else -1)
            reached = held + self.open_quantity(market, side, strategy) + request.quantity
            if most is not None and reached > most:
                return "position_limit"
        return None

    def rule_13(self, request: Request) -> str | None:
        """How many orders are open."""
        for scope, limit in self.limits_of(request):
            within = [
                order
                for order in self.orders
                if not order.has_ended and scope in scopes_of(order.strategy, order.market)
            ]
            if limit.max_open_orders is not None and len(within) + 1 > limit.max_open_orders:
                return "open_orders"
        return None

    def rule_15(self, request: Request, worst: Decimal | None) -> str | None:
        """What would trade with an order of our own."""
        assert worst is not None
        for order in self.orders:
            if order.has_ended or order.limit is None or order.market is not request.market:
                continue
            prices = [order.limit] + ([order.replacing[0]] if order.replacing else [])
            if order.side == "sell" and request.side == "buy" and worst >= min(prices):
                return "self_match"
            if order.side == "buy" and request.side == "sell" and worst <= max(prices):
                return "self_match"
        return None

    def rule_17(self, request: Request) -> str | None:
        """How far the venue's clock is from ours."""
        offset_ns = self.clocks.get(request.market.venue)
        for _, limit in self.limits_of(request):
            most_ns = limit.max_clock_drift_ns
            if most_ns is not None and (offset_ns is None or abs(offset_ns) > most_ns):
                return "clock_drift"
        return None

    def limits_of(self, request: Request) -> list[tuple[Scope, Limits]]:
        """The limits that a request falls under, from the widest scope to the narrowest."""
        scopes = scopes_of(request.strategy, request.market)
        return [(scope, self.limits[scope]) for scope in scopes if scope in self.limits]


def scopes_of(strategy: str, market: Market) -> tuple[Scope, ...]:
    """What an order belongs to."""
    return (("account", None), ("venue", market.venue), ("strategy", strategy), ("instrument", market.id))


def cost(side: str, price: Decimal, quantity: Decimal, fee: Decimal) -> Decimal:
    """What a trade takes of the account at worst."""
    return price * quantity * (1 + fee) if side == "buy" else quantity


def cash_changes(fill: Fill, venue: str, currency: str) -> Iterator[Decimal]:
    """What a fill does to one currency at one venue."""
    market = fill.order.market
    if market.venue != venue:
        return
    sign = 1 if fill.order.side == "buy" else -1
    if currency == market.base:
        yield sign * fill.quantity
    if currency == market.quote:
        yield -sign * fill.quantity * fill.price
    if currency == fill.fee_currency:
        yield -fill.fee


def on_grid(value: Decimal, step: Decimal, *, up: bool) -> Decimal:
    """The nearest multiple of a step, above or below."""
    return (value / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step
