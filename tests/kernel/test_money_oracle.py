"""Money is exact: the kernel's figures equal those of a `decimal` oracle.

Compared: balances, cost basis, average price, realised profit by average cost and first in, first out,
unrealised profit, fees by currency, and what each order says of itself, from `alphaforge_rs.Runtime`, with
the figures that `Books` below computes from the same fills. They are compared after every fill.

The oracle's context has 100 digits and raises where a sum is not exact. Rounding happens only where the
rules have it, half-even at 12 decimals: the cost that leaves with a part of a position, the average price,
the middle of a mark. A fee on the wire counts as it is; a paper venue's fee is rounded at 18 decimals.

By default about 45,000 fills are compared; `ALPHAFORGE_TEST_SCALE=50` compares about 2,300,000.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
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
from itertools import accumulate, count, pairwise

import pytest
from alphaforge_rs import (
    Alert,
    EventBatch,
    FeeTiers,
    Fill,
    Instrument,
    InstrumentTable,
    Latency,
    Position,
    QueueModel,
    Quote,
    Runtime,
    SimulatedMarket,
    StrategyPort,
)
from alphaforge_rs import Trade as MarketTrade
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SCALE = int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow, Clamped])
ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)
RATIO_STEP = Decimal("1e-12")
AMOUNT_STEP = Decimal("1e-18")
ZERO = Decimal(0)
# An amount is an i128 of 10^-18 units; a price, a quantity and a position are i64 of ticks and lots.
LARGEST_UNITS = 2**127 - 1
LARGEST_MANTISSA = 2**63 - 1
HALTED = "the account is halted, says the node: a figure passed the largest amount"
TOO_LARGE = "passes the largest amount; it is not counted and the node is halted"
LATE = "came after the order had ended; it is counted"

VENUE = "X"
STRATEGIES = ("first", "second")


def ratio(value: Decimal, numerator: Decimal, denominator: Decimal) -> Decimal:
    """`value * numerator / denominator`, rounded half-even at 12 decimals."""
    # 200 digits hold every quotient of ours so finely that rounding twice cannot show.
    product = EXACT.multiply(value, numerator)
    return ROUNDING.quantize(ROUNDING.divide(product, denominator), RATIO_STEP)


@dataclass(frozen=True)
class Trade:
    """A fill as a venue reports it."""

    instrument: Instrument
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal = ZERO
    fee_currency: str = "USDT"
    liquidity: str = "maker"


class Holding:
    """One strategy's position in one instrument, by the rules."""

    def __init__(self) -> None:
        self.quantity = ZERO
        self.cost = ZERO
        self.realised = ZERO
        self.realised_fifo = ZERO
        self.lots: list[tuple[Decimal, Decimal]] = []
        self.fees: dict[str, Decimal] = {}

    def count(self, trade: Trade) -> None:
        sign = 1 if trade.side == "buy" else -1
        held_against = max(-sign * self.quantity, ZERO)
        closing = min(held_against, trade.quantity)
        opening = trade.quantity - closing
        if closing:
            value = closing * trade.price
            cost = self.cost if closing == held_against else ratio(self.cost, closing, held_against)
            self.cost -= cost
            # A sale earns its value less the cost; buying back a short earns what it brought less the value.
            self.realised += sign * (cost - value)
            self.realised_fifo += sign * (self._close_lots(closing) - value)
        if opening:
            self.cost += opening * trade.price
            self.lots.append((opening, trade.price))
        self.quantity += sign * trade.quantity
        self.fees[trade.fee_currency] = self.fees.get(trade.fee_currency, ZERO) + trade.fee

    def average_price(self) -> Decimal | None:
        return ratio(self.cost, Decimal(1), abs(self.quantity)) if self.quantity else None

    def unrealised(self, mark: tuple[Decimal, Decimal] | None) -> Decimal | None:
        if not self.quantity:
            return ZERO
        if mark is None:
            return None
        value = ratio((mark[0] + mark[1]) * self.quantity, Decimal(1), Decimal(2))
        return value - self.cost if self.quantity > 0 else value + self.cost

    def _close_lots(self, closing: Decimal) -> Decimal:
        """Take the oldest lots out; returns what they cost."""
        cost = ZERO
        while closing:
            quantity, price = self.lots.pop(0)
            taken = min(quantity, closing)
            if quantity > taken:
                self.lots.insert(0, (quantity - taken, price))
            cost += taken * price
            closing -= taken
        return cost


@dataclass
class Books:
    """All money of the node, by the rules."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    filled: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    notional: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    fills: int = 0

    def count(self, strategy: str, order_id: int, trade: Trade) -> None:
        with localcontext(EXACT):
            for currency, change in cash_changes(trade):
                self.balances[currency] = self.balances.get(currency, ZERO) + change
            self.holdings.setdefault((strategy, trade.instrument.id), Holding()).count(trade)
            self.filled[order_id] += trade.quantity
            self.notional[order_id] += trade.price * trade.quantity
            self.fills += 1

    def held(self, strategy: str, instrument: Instrument) -> Decimal:
        holding = self.holdings.get((strategy, instrument.id))
        return holding.quantity if holding else ZERO


def cash_changes(trade: Trade) -> list[tuple[str, Decimal]]:
    sign = 1 if trade.side == "buy" else -1
    return [
        (trade.instrument.base, sign * trade.quantity),
        (trade.instrument.quote, -sign * trade.price * trade.quantity),
        (trade.fee_currency, -trade.fee),
    ]


class Desk:
    """A node with one venue outside, driven together with the oracle."""

    def __init__(self, instruments: list[Instrument], start_money: dict[str, Decimal]) -> None:
        self.instruments = instruments
        self.table = InstrumentTable(instruments)
        self.runtime = Runtime("main", 1, self.table, raise_fault)
        self.runtime.add_external_venue(VENUE, highest_fee="0.001")
        self.runtime.add_instruments()
        self.ports: dict[str, StrategyPort] = {
            name: self.runtime.add_strategy(name, {}) for name in STRATEGIES
        }
        self.books = Books()
        self.marks: dict[str, tuple[Decimal, Decimal]] = {}
        self._clock = count(1)
        for currency, total in start_money.items():
            self.set_balance(currency, total)

    def set_balance(self, currency: str, total: Decimal) -> None:
        self.runtime.set_balance(VENUE, currency, total)
        self.books.balances[currency] = total

    def quote(self, instrument: Instrument, bid: Decimal, ask: Decimal) -> None:
        batch = EventBatch(self.table)
        handle = self.table.handle(VENUE, instrument.symbol)
        lot = f"{instrument.lot_size:f}"
        batch.add_quote(handle, next(self._clock), None, None, f"{bid:f}", lot, f"{ask:f}", lot)
        self.runtime.run(batch)
        self.marks[instrument.id] = (bid, ask)

    def submit(
        self, strategy: str, instrument: Instrument, side: str, quantity: Decimal, price: Decimal
    ) -> int | None:
        """Send an order and let the venue take it; None where the gate denies it."""
        # Quotes are any two prices, crossed ones too.
        outcome = self.ports[strategy].submit(instrument, side, quantity, price, allow_stale=True)
        if not outcome.accepted:
            return None
        self.runtime.take_outbox()
        self.runtime.report_accepted(outcome.order_id)
        self.runtime.take_records()
        return outcome.order_id

    def report(self, order_id: int, trade_id: int, trade: Trade) -> tuple[list[Fill], list[str]]:
        """Report a fill; returns the fills and the alerts that come of it."""
        self.runtime.report_fill(
            order_id,
            trade_id=trade_id,
            price=trade.price,
            quantity=trade.quantity,
            liquidity=trade.liquidity,
            fee=trade.fee,
            fee_currency=trade.fee_currency,
        )
        records = self.runtime.take_records()
        fills = [record for record in records if isinstance(record, Fill)]
        return fills, [record.text for record in records if isinstance(record, Alert)]

    def fill(self, strategy: str, order_id: int, trade_id: int, trade: Trade) -> list[str]:
        """Report a fill that must be counted; returns the alerts."""
        fills, alerts = self.report(order_id, trade_id, trade)
        self.books.count(strategy, order_id, trade)
        assert [as_told(fill) for fill in fills] == [(strategy, order_id, trade_id, trade)]
        return alerts

    def check(self) -> None:
        """Every figure of the runtime is that of the oracle."""
        totals = {balance.currency: balance.total for balance in self.runtime.balances()}
        assert totals == self.books.balances
        assert self.runtime.counters().fills == self.books.fills
        positions = {(p.strategy, p.instrument.id): p for p in self.runtime.positions()}
        assert set(positions) == set(self.books.holdings)
        for key, position in positions.items():
            check_position(position, self.books.holdings[key], self.marks.get(key[1]))

    def check_order(self, order_id: int) -> None:
        order = self.ports[STRATEGIES[0]].order(order_id)
        filled = self.books.filled[order_id]
        assert order.filled_decimal == filled
        average = ratio(self.books.notional[order_id], Decimal(1), filled) if filled else None
        assert order.average_price_decimal == average


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    """A strategy of these tests must not raise; where it does, the test ends."""
    raise AssertionError(f"{strategy}.{callback} raised") from error


def as_told(fill: Fill) -> tuple[str, int, int, Trade]:
    trade = Trade(
        fill.instrument,
        fill.side,
        fill.price_decimal,
        fill.quantity_decimal,
        fill.fee_decimal,
        fill.fee_currency,
        fill.liquidity,
    )
    return fill.strategy, fill.order_id, fill.trade_id, trade


def check_position(position: Position, holding: Holding, mark: tuple[Decimal, Decimal] | None) -> None:
    with localcontext(EXACT):
        assert position.quantity_decimal == holding.quantity
        assert position.cost == holding.cost
        assert position.realised == holding.realised
        assert position.realised_fifo == holding.realised_fifo
        assert position.fees == holding.fees
        assert position.average_price_decimal == holding.average_price()
        assert position.unrealised == holding.unrealised(mark)


# Tick and lot of each market: whole numbers, common grids, steps that are no power of ten, the finest.
GRIDS = (
    ("1", "1"),
    ("0.01", "0.001"),
    ("0.5", "0.00001"),
    ("25", "10"),
    ("0.00000001", "0.00000001"),
    ("0.000000001", "0.000000001"),
    ("1", "0.000000000000000001"),
    ("0.000000000000000001", "1"),
    ("0.007", "0.0003"),
)


def two_markets(grid: tuple[str, str]) -> list[Instrument]:
    """Two markets that share a currency: the base of one is the quote of the other."""
    tick, lot = grid
    return [
        Instrument(venue=VENUE, symbol="AB", base="A", quote="B", tick_size=tick, lot_size=lot),
        Instrument(venue=VENUE, symbol="CA", base="C", quote="A", tick_size=tick, lot_size=lot),
    ]


def new_desk(grid: tuple[str, str]) -> Desk:
    # A large balance of everything: the gate lets a strategy sell what it does not hold.
    return Desk(two_markets(grid), dict.fromkeys("ABC", Decimal(10) ** 19))


@dataclass(frozen=True)
class Part:
    """A fill to come: price in ticks, quantity in lots, fee in 10^-18, and whether it is told twice."""

    ticks: int
    lots: int
    fee: int
    fee_currency: str
    liquidity: str
    told_again: bool


@dataclass(frozen=True)
class Plan:
    """An order, its fills, and after how many of them the venue says that the rest is cancelled."""

    strategy: str
    market: int
    side: str
    parts: tuple[Part, ...]
    ended_after: int
    mark: tuple[int, int]


def parts(ticks: st.SearchStrategy[int], lots: st.SearchStrategy[int]) -> st.SearchStrategy[Part]:
    fee = st.one_of(st.just(0), st.integers(-(10**19), 10**19), st.integers(-(10**6), 10**6))
    # Fees in a base, in a quote, and in a currency that nothing else is in.
    currencies = st.sampled_from(("A", "B", "FEE"))
    return st.builds(Part, ticks, lots, fee, currencies, st.sampled_from(("maker", "taker")), st.booleans())


SIZES = st.one_of(st.integers(1, 12), st.integers(1, 10**7))
PLANS = st.builds(
    Plan,
    st.sampled_from(STRATEGIES),
    st.sampled_from((0, 1)),
    st.sampled_from(("buy", "sell")),
    st.lists(parts(SIZES, SIZES), min_size=1, max_size=6).map(tuple),
    st.integers(0, 8),
    st.tuples(SIZES, SIZES),
)


def carry_out(desk: Desk, plan: Plan, trade_ids: Iterator[int]) -> None:
    """Send the order, report its fills, and compare after each."""
    instrument = desk.instruments[plan.market]
    tick, lot = instrument.tick_size, instrument.lot_size
    desk.quote(instrument, plan.mark[0] * tick, plan.mark[1] * tick)
    lots = sum(part.lots for part in plan.parts)
    order_id = desk.submit(plan.strategy, instrument, plan.side, lots * lot, tick)
    assert order_id is not None
    for number, part in enumerate(plan.parts):
        is_late = number >= plan.ended_after
        if number == plan.ended_after:
            desk.runtime.report_cancelled(order_id, "the venue says so")
            desk.runtime.take_records()
        trade = Trade(
            instrument,
            plan.side,
            part.ticks * tick,
            part.lots * lot,
            Decimal(part.fee).scaleb(-18),
            part.fee_currency,
            part.liquidity,
        )
        trade_id = next(trade_ids)
        alerts = desk.fill(plan.strategy, order_id, trade_id, trade)
        assert alerts == ([f"trade {trade_id} {LATE}"] if is_late else [])
        if part.told_again:
            assert desk.report(order_id, trade_id, trade) == ([], [])
        desk.check()
        desk.check_order(order_id)


@pytest.mark.parametrize("grid", GRIDS, ids="-".join)
@settings(max_examples=60 * SCALE, derandomize=True, deadline=None)
@given(plans=st.lists(PLANS, min_size=1, max_size=10))
def test_every_figure_is_exact(grid: tuple[str, str], plans: list[Plan]) -> None:
    """About 8,000 fills over all grids by default, 400,000 with ALPHAFORGE_TEST_SCALE=50."""
    desk = new_desk(grid)
    trade_ids = count(1)
    for plan in plans:
        carry_out(desk, plan, trade_ids)


def random_plan(chance: random.Random, held_lots: int) -> Plan:
    """An order that mostly closes a part of what is held, and at times turns the position around."""
    most = 10**6
    side = chance.choice(("buy", "sell"))
    if held_lots and chance.random() < 0.6:
        side = "sell" if held_lots > 0 else "buy"
        most = max(abs(held_lots) // 3, 1)

    def part() -> Part:
        return Part(
            ticks=chance.randint(1, 10**6),
            lots=chance.randint(1, chance.choice((10, most))),
            fee=chance.randint(-(10**15), 10**17),
            fee_currency=chance.choice(("A", "B", "FEE")),
            liquidity=chance.choice(("maker", "taker")),
            told_again=chance.random() < 0.1,
        )

    return Plan(
        strategy=STRATEGIES[0],
        market=0,
        side=side,
        parts=tuple(part() for _ in range(chance.randint(1, 4))),
        ended_after=chance.randint(0, 20),
        mark=(chance.randint(1, 10**6), chance.randint(1, 10**6)),
    )


@pytest.mark.parametrize("grid", GRIDS, ids="-".join)
def test_a_long_history_stays_exact(grid: tuple[str, str]) -> None:
    """About 9,000 fills by default, mostly partial closes; 450,000 with ALPHAFORGE_TEST_SCALE=50."""
    chance = random.Random("-".join(grid))
    desk = new_desk(grid)
    instrument = desk.instruments[0]
    trade_ids = count(1)
    for _ in range(400 * SCALE):
        held_lots = int(desk.books.held(STRATEGIES[0], instrument) / instrument.lot_size)
        carry_out(desk, random_plan(chance, held_lots), trade_ids)


@dataclass(frozen=True)
class LargeTrade:
    """A trade near the ends of the numbers, and what the balances are set to before it."""

    strategy: str
    side: str
    order_lots: int
    filled_lots: int
    ticks: int
    fee: int
    fee_currency: str
    start_money: int | None


def up_to(largest: int) -> st.SearchStrategy[int]:
    """Small numbers, numbers of every size, and those at the end."""
    return st.one_of(
        st.integers(1, 100),
        st.integers(0, largest.bit_length() - 1).map(lambda bits: largest >> bits),
        st.integers(largest - 100, largest),
    )


LARGE_TRADES = st.builds(
    LargeTrade,
    st.sampled_from(STRATEGIES),
    st.sampled_from(("buy", "sell")),
    up_to(LARGEST_MANTISSA),
    up_to(LARGEST_MANTISSA),
    up_to(LARGEST_MANTISSA),
    st.one_of(st.just(0), up_to(LARGEST_UNITS), up_to(LARGEST_UNITS).map(int.__neg__)),
    st.sampled_from(("A", "B", "FEE")),
    st.one_of(st.none(), st.sampled_from((LARGEST_UNITS, LARGEST_UNITS // 2))),
)

LARGE_GRIDS = (
    ("1", "1"),
    ("0.01", "0.001"),
    ("0.000000001", "0.000000001"),
    ("1", "0.000000000000000001"),
    ("0.000000000000000001", "1"),
)


def everything_fits(books: Books, strategy: str, order_id: int, trade: Trade) -> bool:
    """Whether every figure that the fill changes can be held, step by step."""
    after = deepcopy(books)
    after.count(strategy, order_id, trade)
    holding = after.holdings[strategy, trade.instrument.id]
    with localcontext(EXACT):
        amounts = [after.notional[order_id], holding.cost, holding.realised, holding.realised_fifo]
        amounts += [trade.price * trade.quantity, *holding.fees.values()]
        balances = dict(books.balances)
        for currency, change in cash_changes(trade):
            balances[currency] = balances.get(currency, ZERO) + change
            amounts.append(balances[currency])
        node = sum(h.quantity for key, h in after.holdings.items() if key[1] == trade.instrument.id)
        lots = [abs(quantity) / trade.instrument.lot_size for quantity in (holding.quantity, node)]
        largest_amount = LARGEST_UNITS * AMOUNT_STEP
        return max(map(abs, amounts)) <= largest_amount and max(lots) <= LARGEST_MANTISSA


def refuse(desk: Desk, order_id: int, trade_id: int, trade: Trade) -> None:
    """The fill does not fit: the node halts and says so, and nothing is counted, however often it comes."""
    for told in ([HALTED], []):
        assert desk.report(order_id, trade_id, trade) == ([], [*told, f"trade {trade_id} {TOO_LARGE}"])
        assert desk.runtime.trading_state == "halted"
        check_nothing_counted(desk)
    desk.runtime.operate("active", "the test goes on", by="ada")
    desk.runtime.take_records()


def check_nothing_counted(desk: Desk) -> None:
    # A fee's currency may be left behind with nothing in it; that has a test of its own.
    totals = {b.currency: b.total for b in desk.runtime.balances()}
    desk.books.balances = dict.fromkeys(totals, ZERO) | desk.books.balances
    desk.check()


def trade_large(desk: Desk, large: LargeTrade, trade_id: int) -> None:
    instrument = desk.instruments[0]
    if large.start_money is not None:
        for currency in (instrument.base, instrument.quote):
            desk.set_balance(currency, large.start_money * AMOUNT_STEP)
    lot, tick = instrument.lot_size, instrument.tick_size
    order_id = desk.submit(large.strategy, instrument, large.side, large.order_lots * lot, tick)
    if order_id is None:
        return
    trade = Trade(
        instrument,
        large.side,
        large.ticks * tick,
        min(large.filled_lots, large.order_lots) * lot,
        large.fee * AMOUNT_STEP,
        large.fee_currency,
    )
    # A position of exactly -2^63 lots has a test of its own.
    assume(held_after(desk, large.strategy, trade) != -(2**63) * lot)
    if everything_fits(desk.books, large.strategy, order_id, trade):
        assert desk.fill(large.strategy, order_id, trade_id, trade) == []
        desk.check()
    else:
        refuse(desk, order_id, trade_id, trade)
    desk.check_order(order_id)


def held_after(desk: Desk, strategy: str, trade: Trade) -> Decimal:
    held = desk.books.held(strategy, trade.instrument)
    return held + (trade.quantity if trade.side == "buy" else -trade.quantity)


@pytest.mark.parametrize("grid", LARGE_GRIDS, ids="-".join)
@settings(max_examples=60 * SCALE, derandomize=True, deadline=None)
@given(trades=st.lists(LARGE_TRADES, min_size=1, max_size=12))
def test_the_largest_numbers_are_exact_or_halt_the_node(
    grid: tuple[str, str], trades: list[LargeTrade]
) -> None:
    """Prices, quantities and fees up to the largest there are: exact, or a halt that counts nothing.

    About 2,000 trades by default, 100,000 with ALPHAFORGE_TEST_SCALE=50.
    """
    with localcontext(EXACT):
        desk = Desk(two_markets(grid)[:1], dict.fromkeys("AB", Decimal(10) ** 20))
        for trade_id, trade in enumerate(trades, start=1):
            trade_large(desk, trade, trade_id)


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("lots", [1, 3, 10**9 + 1, 10**12 + 1])
@pytest.mark.parametrize("odd", [1, 3])
def test_a_tie_goes_to_the_even_step(side: str, lots: int, odd: int) -> None:
    """Half of a cost that is an odd number of steps of 10^-12: small, and beyond what 128 bits multiply."""
    desk = Desk(two_markets(("0.000000000001", "1"))[:1], dict.fromkeys("AB", Decimal(10) ** 19))
    instrument, strategy, size = desk.instruments[0], STRATEGIES[0], Decimal(lots)
    low = Decimal(1_000)
    high = low + odd * RATIO_STEP
    with localcontext(EXACT):
        assert (low + high) * size / 2 % RATIO_STEP == RATIO_STEP / 2
    other_side = "sell" if side == "buy" else "buy"
    trades = [(side, low), (side, high), (other_side, low), (other_side, low)]
    for trade_id, (trade_side, price) in enumerate(trades, start=1):
        order_id = desk.submit(strategy, instrument, trade_side, size, instrument.tick_size)
        trade = Trade(instrument, trade_side, price, size, fee_currency="B")
        assert desk.fill(strategy, order_id, trade_id, trade) == []
        desk.check()


def test_the_lowest_position_counts_like_any_other_and_nothing_lies_below() -> None:
    """A short of -2^63 lots, which has no opposite in 64 bits, is denied; one of a lot less is exact."""
    desk = Desk(two_markets(("1", "1"))[:1], dict.fromkeys("AB", Decimal(10) ** 20))
    instrument, strategy = desk.instruments[0], STRATEGIES[0]
    trades = [
        ("sell", LARGEST_MANTISSA, True),
        ("sell", 1, False),
        ("buy", LARGEST_MANTISSA, True),
        ("buy", 1, True),
    ]
    for trade_id, (side, lots, passes) in enumerate(trades, start=1):
        order_id = desk.submit(strategy, instrument, side, Decimal(lots), Decimal(2))
        assert (order_id is not None) == passes
        if order_id is not None:
            trade = Trade(instrument, side, Decimal(2), Decimal(lots), fee_currency="B")
            assert desk.fill(strategy, order_id, trade_id, trade) == []
        desk.check()


def test_what_does_not_fit_leaves_no_currency_behind() -> None:
    """A currency that is not there is unknown, not zero; a fill that is not counted must not add one."""
    desk = Desk(two_markets(("1", "1"))[:1], {"B": LARGEST_UNITS * AMOUNT_STEP})
    instrument, strategy = desk.instruments[0], STRATEGIES[0]
    price, lots = Decimal(9 * 10**18), Decimal(10)
    first, second = [desk.submit(strategy, instrument, "buy", lots, Decimal(1)) for _ in range(2)]
    desk.fill(strategy, first, 1, Trade(instrument, "buy", price, lots, fee_currency="B"))
    # The balance has room for a second fill of that value; the cost of the position has none.
    desk.set_balance("B", LARGEST_UNITS * AMOUNT_STEP)
    too_large = Trade(instrument, "buy", price, lots, fee=Decimal(1), fee_currency="FEE")
    assert desk.report(second, 2, too_large) == ([], [HALTED, f"trade 2 {TOO_LARGE}"])
    desk.check()


@dataclass(frozen=True)
class PaperMarket:
    """A simulated market, what trading on it costs, and how long a message takes."""

    tick: Decimal
    lot: Decimal
    price: Decimal
    quantity: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    latency_ns: int


PAPER_MARKETS = (
    PaperMarket(
        tick=Decimal("0.5"),
        lot=Decimal("0.00001"),
        price=Decimal(50_000),
        quantity=Decimal("0.05"),
        maker_fee=Decimal("-0.0001"),
        taker_fee=Decimal("0.00075"),
        latency_ns=0,
    ),
    # Here a fee has 25 decimals before it is rounded to 18.
    PaperMarket(
        tick=Decimal("0.00000001"),
        lot=Decimal("0.00000001"),
        price=Decimal("0.06"),
        quantity=Decimal(3),
        maker_fee=Decimal("0.000123457"),
        taker_fee=Decimal("0.000987655"),
        latency_ns=30_000_000,
    ),
)


class RandomTrader:
    """A strategy without a thought: it places, moves and cancels orders around every quote and trade."""

    def __init__(self, seed: int, market: PaperMarket, instrument: Instrument) -> None:
        self.port: StrategyPort
        self.last_quote: tuple[Decimal, Decimal]
        self._random = random.Random(seed)
        self._market = market
        self._instrument = instrument

    def on_quote(self, quote: Quote) -> None:
        self.last_quote = (quote.bid_decimal, quote.ask_decimal)
        self._act(self.last_quote)

    def on_trade(self, trade: MarketTrade) -> None:
        """The simulated book is one-sided for many seconds at a time; then there are only trades."""
        self._act((trade.price_decimal,))

    def _act(self, prices: tuple[Decimal, ...]) -> None:
        chance = self._random
        orders = self.port.open_orders()
        action = chance.random()
        if action < 0.15 and orders:
            self.port.cancel(chance.choice(orders).id)
        elif action < 0.35 and orders:
            order = chance.choice(orders)
            self.port.replace(order.id, self._price(prices), order.filled_decimal + self._quantity())
        elif action < 0.45:
            self.port.submit(self._instrument, self._side(), self._quantity())
        elif action < 0.8 and len(orders) < 12:
            self.port.submit(self._instrument, self._side(), self._quantity(), self._price(prices))

    def _side(self) -> str:
        """Mostly against the position, so that it often turns around."""
        held = self.port.position(self._instrument).quantity
        if held and self._random.random() < 0.3:
            return "sell" if held > 0 else "buy"
        return self._random.choice(("buy", "sell"))

    def _quantity(self) -> Decimal:
        lots = int(self._market.quantity / self._market.lot)
        return self._random.randint(1, lots) * self._market.lot

    def _price(self, prices: tuple[Decimal, ...]) -> Decimal:
        return self._random.choice(prices) + self._random.randint(-3, 3) * self._market.tick


START_NS = 1_767_225_600_000_000_000
PAPER_SECONDS = 120
START_MONEY = {"BTC": Decimal(1000), "USDT": Decimal(100_000_000)}


def run_on_paper(seed: int, market: PaperMarket) -> tuple[Runtime, RandomTrader, list[Fill]]:
    """Trade a simulated market until the end, with nothing left open."""
    instrument = Instrument(
        venue="SIM", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size=market.tick, lot_size=market.lot
    )
    table = InstrumentTable([instrument])
    runtime = Runtime("main", 1, table, raise_fault)
    runtime.add_paper_venue(
        "SIM",
        latency=Latency.constant(market.latency_ns, market.latency_ns),
        fees=FeeTiers(market.maker_fee, market.taker_fee),
        queue=QueueModel.risk_averse(),
    )
    runtime.add_instruments()
    runtime.set_limits([], buying_power_buffer=0, market_slippage="0.01")
    trader = RandomTrader(seed, market, instrument)
    trader.port = runtime.add_strategy("random", {"on_quote": trader.on_quote, "on_trade": trader.on_trade})
    trader.port.subscribe(instrument, "quotes")
    trader.port.subscribe(instrument, "trades")
    for currency, total in START_MONEY.items():
        runtime.set_balance("SIM", currency, total)
    feed = SimulatedMarket(
        table, 0, seed=seed, start_ns=START_NS, price=market.price, quantity=market.quantity
    )
    records = []
    for second in range(1, PAPER_SECONDS + 1):
        runtime.run(feed.next_batch(START_NS + second * 1_000_000_000))
        records += runtime.take_records()
    trader.port.cancel_all()
    runtime.drain()
    records += runtime.take_records()
    return runtime, trader, [record for record in records if isinstance(record, Fill)]


@pytest.mark.parametrize("market", PAPER_MARKETS, ids=["common grid", "fine grid"])
@pytest.mark.parametrize("seed", range(10 * SCALE))
def test_a_paper_run_is_its_fills(seed: int, market: PaperMarket) -> None:
    """What a run over the simulated market ends with follows from its fills alone.

    About 28,000 fills in 20 runs by default; 1,400,000 in 1,000 runs with ALPHAFORGE_TEST_SCALE=50.
    """
    runtime, trader, fills = run_on_paper(seed, market)
    rates = {"maker": market.maker_fee, "taker": market.taker_fee}
    books = Books(balances=dict(START_MONEY))
    for fill in fills:
        strategy, order_id, _, trade = as_told(fill)
        exact_fee = EXACT.multiply(EXACT.multiply(trade.price, trade.quantity), rates[trade.liquidity])
        assert trade.fee == ROUNDING.quantize(exact_fee, AMOUNT_STEP)
        assert trade.fee_currency == "USDT"
        books.count(strategy, order_id, trade)
    assert {balance.currency: balance.total for balance in runtime.balances()} == books.balances
    assert all(balance.locked == 0 for balance in runtime.balances())
    (position,) = runtime.positions()
    check_position(position, books.holdings["random", "SIM:BTCUSDT"], trader.last_quote)
    middle = ratio(books.balances["BTC"], sum(trader.last_quote), Decimal(2))
    assert runtime.equity("USDT") == EXACT.add(books.balances["USDT"], middle)
    for order in runtime.orders():
        assert not order.is_live
        assert order.filled_decimal == books.filled.get(order.id, ZERO)
    # The run was worth comparing: both kinds of fills, partial ones, and a position that turned around.
    assert len(fills) > 300
    assert {fill.liquidity for fill in fills} == {"maker", "taker"}
    assert any(order.filled_decimal not in (ZERO, order.quantity_decimal) for order in runtime.orders())
    assert turns(fills) > 3


def turns(fills: list[Fill]) -> int:
    """How often the position went from long to short or back."""
    changes = (f.quantity_decimal if f.side == "buy" else -f.quantity_decimal for f in fills)
    held = [quantity for quantity in accumulate(changes) if quantity]
    return sum((before > 0) != (after > 0) for before, after in pairwise(held))
