"""Portfolio figures equal an independent ledger's, over 10,000 random fills in 5 currencies on 3 venues."""

import importlib.util
import random
import sys
from decimal import Decimal
from pathlib import Path

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, Portfolio, Runtime, StrategyPort, Valuation

SPEC = importlib.util.spec_from_file_location("portfolio_ledger", Path(__file__).with_name("ledger.py"))
books = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = books  # its dataclasses look themselves up
SPEC.loader.exec_module(books)
Ledger, Pair, Value = books.Ledger, books.Pair, books.Value

FILLS = 10_000
SECOND_NS = 1_000_000_000
MAX_AGE_S = 60
STRATEGIES = ["first", "second"]
CURRENCIES = ("BTC", "ETH", "BNB", "USDT", "EUR")
PAIRS = [
    Pair("A", "BTC", "USDT"),
    Pair("A", "ETH", "BTC"),
    Pair("B", "BTC", "USDT"),
    Pair("B", "ETH", "USDT"),
    Pair("B", "EUR", "USDT"),
    Pair("C", "BTC", "EUR"),
    Pair("A", "BNB", "USDT"),
    # It trades without ever showing a price, and no other way leads from BNB to ETH.
    Pair("C", "BNB", "ETH"),
]
MIDDLES = {"BTC": 50_000, "ETH": 2_500, "BNB": 500, "USDT": 1, "EUR": Decimal("1.25")}
TICK, LOT = Decimal("0.0001"), Decimal("0.001")


def instrument_of(pair: Pair) -> Instrument:
    return Instrument(
        venue=pair.venue,
        symbol=pair.base + pair.quote,
        base=pair.base,
        quote=pair.quote,
        tick_size=TICK,
        lot_size=LOT,
    )


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError(f"{strategy}.{callback} raised") from error


class Desk:
    """A runtime with three outside venues and two strategies, and the ledger beside it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.instruments = {pair: instrument_of(pair) for pair in PAIRS}
        self.table = InstrumentTable(list(self.instruments.values()))
        self.runtime = Runtime("main", 1, self.table, raise_fault)
        for venue in "ABC":
            self.runtime.add_external_venue(venue, highest_fee="0.01")
        self.runtime.add_instruments()
        self.ports: dict[str, StrategyPort] = {
            name: self.runtime.add_strategy(name, {}) for name in STRATEGIES
        }
        self.runtime.set_limits(
            [], buying_power_buffer="0", market_slippage="0.01", max_rate_age_ns=MAX_AGE_S * SECOND_NS
        )
        self.ledger = Ledger(PAIRS, MAX_AGE_S * SECOND_NS)
        for venue in "ABC":
            for currency in (*CURRENCIES, "XYZ"):
                self.runtime.set_balance(venue, currency, "1000000000")
                self.ledger.cash[venue, currency] = Decimal(1_000_000_000)
        self.now = 1_700_000_000 * SECOND_NS
        self.trades = 0

    def quote(self, pair: Pair) -> None:
        """Show a new price, at times a crossed one, which is not to be relied on."""
        middle = Decimal(MIDDLES[pair.base]) / Decimal(MIDDLES[pair.quote])
        bid = (middle * Decimal(self.chance.randint(900, 1100)) / 1000).quantize(TICK)
        ask = bid + TICK * self.chance.choice((-1, 1, 1, 2, 3, 5, 8, 1001))
        batch = EventBatch(self.table)
        handle = self.table.handle(pair.venue, pair.base + pair.quote)
        assert handle is not None
        batch.add_quote(handle, self.now, None, None, f"{bid:f}", "1", f"{ask:f}", "1")
        self.runtime.run(batch)
        self.ledger.see(pair, bid, ask, self.now)

    def trade(self) -> None:
        """An order that fills at once, in one or two parts, at prices far from the market."""
        chance = self.chance
        strategy, pair = chance.choice(STRATEGIES), chance.choice(PAIRS)
        side = chance.choice(("buy", "sell"))
        parts = [chance.randint(1, 5000) * LOT for _ in range(chance.choice((1, 1, 2)))]
        price = chance.randint(1, 2_000_000) * TICK
        port = self.ports[strategy]
        outcome = port.submit(self.instruments[pair], side, sum(parts), price, allow_stale=True)
        assert outcome.accepted, outcome.reason
        assert outcome.order_id is not None
        self.runtime.take_outbox()
        for quantity in parts:
            self.trades += 1
            fee = Decimal(chance.randint(-(10**15), 10**17)).scaleb(-18)
            currency = chance.choice((*CURRENCIES, "XYZ"))
            self.runtime.report_fill(
                outcome.order_id,
                trade_id=self.trades,
                price=price,
                quantity=quantity,
                liquidity=chance.choice(("maker", "taker")),
                fee=fee,
                fee_currency=currency,
            )
            self.ledger.fill(strategy, pair, side, price, quantity)
            self.ledger.fee(strategy, pair, currency, fee)

    def fund(self) -> None:
        strategy, pair = self.chance.choice(STRATEGIES), self.chance.choice(PAIRS)
        currency = self.chance.choice(CURRENCIES)
        amount = Decimal(self.chance.randint(-(10**18), 10**18)).scaleb(-18)
        self.runtime.report_funding(strategy, self.instruments[pair], currency, amount)
        self.ledger.fund(strategy, pair, currency, amount)

    # Comparing.

    def check(self, currency: str) -> None:
        """Every figure of the account, of each venue, strategy and instrument, and every balance."""
        whole = self.runtime.portfolio(currency)
        same(whole.equity, self.ledger.equity(currency))
        self.check_scope(whole, STRATEGIES, PAIRS, currency)
        for name in STRATEGIES:
            of_strategy = self.runtime.portfolio(currency, scope="strategy", name=name)
            self.check_scope(of_strategy, [name], PAIRS, currency)
        for venue in "ABC":
            of_venue = self.runtime.portfolio(currency, scope="venue", name=venue)
            self.check_exposure(of_venue, [pair for pair in PAIRS if pair.venue == venue], currency)
        for pair in PAIRS:
            of_pair = self.runtime.portfolio(currency, scope="instrument", name=pair.id)
            self.check_exposure(of_pair, [pair], currency)
        totals = {(one.venue, one.currency): one.total for one in self.runtime.balances()}
        assert totals == self.ledger.cash

    def check_scope(self, found: Portfolio, names: list[str], pairs: list[Pair], currency: str) -> None:
        same(found.profit, self.ledger.profit(names, currency))
        gross, net = self.ledger.exposure(names, pairs, currency)
        same(found.gross_exposure, gross)
        same(found.net_exposure, net)
        expected, _ = self.ledger.earned(names)
        for one in found.earned:
            for figure in ("realised", "realised_fifo", "unrealised", "fees", "funding"):
                assert getattr(one, figure) == expected[one.currency][figure], (one.currency, figure)
        assert {one.currency for one in found.earned} == set(expected)

    def check_exposure(self, found: Portfolio, pairs: list[Pair], currency: str) -> None:
        gross, net = self.ledger.exposure(STRATEGIES, pairs, currency)
        same(found.gross_exposure, gross)
        same(found.net_exposure, net)


def same(found: Valuation, expected: Value) -> None:
    assert found.total == expected.total
    assert found.missing == sorted(expected.missing)
    assert found.stale == sorted(expected.stale)
    assert found.is_reliable == (not expected.missing and not expected.stale)


def test_every_figure_equals_the_ledger() -> None:
    desk = Desk(seed=5)
    seen: set[tuple[bool, bool]] = set()
    checked = 0
    while desk.trades < FILLS:
        desk.now += desk.chance.randint(0, 3 * SECOND_NS)
        if desk.chance.random() < 0.2:
            desk.quote(desk.chance.choice(PAIRS[:-1]))
        desk.trade()
        if desk.chance.random() < 0.05:
            desk.fund()
        if desk.trades // 100 > checked:
            checked = desk.trades // 100
            desk.ledger.now = desk.runtime.now
            desk.check(desk.chance.choice(CURRENCIES))
            profit = desk.runtime.portfolio("USDT").profit
            seen.add((bool(profit.missing), bool(profit.stale)))
            desk.runtime.take_records()
    assert checked >= FILLS // 100 - 1
    # Old rates and missing ones have been among them.
    assert (True, True) in seen
