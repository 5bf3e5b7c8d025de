"""The harness: what a test writes reaches the strategy, what it orders is there, what it raises is raised."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alphaforge import Bar, Book, FeedStatus, Fill, Instrument, Order, Quote, Strategy, StrategyParams, Trade
from alphaforge.model.errors import LimitError, SetupError, StrategyError
from alphaforge_testkit import BTCUSDT, StrategyHarness

ETHUSDT = Instrument(
    venue="SIM", symbol="ETHUSDT", base="ETH", quote="USDT", tick_size="0.05", lot_size="0.0001"
)
START_NS = 1_767_225_600_000_000_000


class Params(StrategyParams):
    """How much it trades."""

    size: Decimal = Decimal("0.1")


class Told(Strategy[Params]):
    """Writes down everything it is told."""

    def on_start(self) -> None:
        self.told: list[str] = []
        self.subscribe_bars("1s")
        self.set_timer("tick", interval_s=10)

    def on_trade(self, trade: Trade) -> None:
        self.told.append(f"trade {trade.instrument.symbol} {trade.price_decimal} {trade.aggressor}")

    def on_quote(self, quote: Quote) -> None:
        self.told.append(f"quote {quote.bid_decimal} x {quote.bid_quantity_decimal}, {quote.ask_decimal}")

    def on_book(self, book: Book) -> None:
        self.told.append(f"book {book.bids_decimal(1)}")

    def on_bar(self, bar: Bar) -> None:
        self.told.append(f"bar {bar.close_decimal}")

    def on_feed_status(self, status: FeedStatus) -> None:
        self.told.append(f"{status.state} {status.reason}")

    def on_order(self, order: Order) -> None:
        self.told.append(order.state)

    def on_fill(self, fill: Fill) -> None:
        self.told.append(f"fill {fill.price_decimal}")

    def on_timer(self, name: str) -> None:
        self.told.append(name)

    def on_stop(self) -> None:
        self.told.append("stop")


class Buyer(Strategy[Params]):
    """Buys at the bid of every quote, and sells all of it at the end."""

    def on_quote(self, quote: Quote) -> None:
        self.buy(self.params.size, quote.bid_decimal, instrument=quote.instrument)

    def on_stop(self) -> None:
        self.cancel_all()
        self.close(self.instruments[0])


class Broken(Strategy):
    """Raises in the callback of its choice."""

    def on_start(self) -> None:
        if self.instrument.symbol == "ETHUSDT":
            raise ValueError("on start")

    def on_trade(self, trade: Trade) -> None:
        raise ValueError(f"cannot use {trade.price_decimal}")

    def on_stop(self) -> None:
        raise ValueError("on stop")


def test_every_kind_of_event_reaches_the_strategy_before_the_call_returns() -> None:
    harness = StrategyHarness(Told)
    assert harness.strategy.told == ["stale no snapshot yet"]
    harness.strategy.told.clear()
    for act, told in (
        (lambda: harness.trade("100.5", "2", aggressor="sell"), ["trade BTCUSDT 100.5 sell"]),
        (lambda: harness.quote(100, 100.5, bid_quantity="0.3"), ["quote 100 x 0.3, 100.5"]),
        (lambda: harness.advance(1), []),
        (lambda: harness.trade("101.5"), ["bar 100.5", "trade BTCUSDT 101.5 None"]),
        (
            lambda: harness.book([("100", 1), ("99.5", 2)], [("100.5", 1)]),
            ["synced None", "book [(Decimal('100'), Decimal('1'))]"],
        ),
        (harness.disconnect, ["stale the stream is disconnected"]),
        (harness.reconnect, ["connected None"]),
        (lambda: harness.advance(9), ["tick"]),
        (harness.stop, ["stop"]),
        (harness.stop, []),
    ):
        act()
        assert harness.strategy.told == told
        harness.strategy.told.clear()


def test_orders_trade_on_the_paper_venue() -> None:
    harness = StrategyHarness(Buyer, params={"size": "0.25"}, cash={"USDT": 1000}, maker_fee="0.001")
    harness.quote("100", "101")
    (order,) = harness.open_orders
    assert (order.side, order.price_decimal, order.quantity_decimal) == ("buy", 100, Decimal("0.25"))
    assert (order.state, harness.fills, harness.position().is_flat) == ("open", [], True)
    harness.trade("99.5")
    (fill,) = harness.fills
    assert (fill.price_decimal, fill.quantity_decimal, fill.liquidity) == (100, Decimal("0.25"), "maker")
    assert (harness.open_orders, harness.orders[0].state) == ([], "filled")
    assert harness.position().quantity_decimal == Decimal("0.25")
    assert harness.balance("USDT").total == 1000 - 25 - Decimal("0.025")
    harness.stop()
    assert [fill.price_decimal for fill in harness.fills] == [100, 100]
    assert harness.position().is_flat


def test_messages_take_the_time_that_they_are_given() -> None:
    harness = StrategyHarness(Buyer, latency_ms=100)
    harness.quote("100", "101")
    assert harness.orders[0].state == "sent"
    harness.advance(0.1)
    assert harness.orders[0].state == "sent"
    harness.advance(0.1)
    assert harness.orders[0].state == "open"


def test_the_gate_judges_by_the_limits_that_are_given() -> None:
    harness = StrategyHarness(Buyer, risk={"account": {"max_order_value": "5 USDT"}})
    harness.quote("100", "101")
    assert harness.orders[0].reject_code == "order_value"
    with pytest.raises(LimitError, match="NOWHERE"):
        StrategyHarness(Buyer, risk={"venue": {"nowhere": {"max_order_value": "5 USDT"}}})


def test_several_instruments_are_kept_apart() -> None:
    harness = StrategyHarness(Buyer, instruments=[BTCUSDT, ETHUSDT])
    assert harness.instrument is BTCUSDT
    harness.quote("2000", "2000.05", instrument=ETHUSDT)
    assert [order.instrument.id for order in harness.orders] == ["SIM:ETHUSDT"]
    harness.trade("1990", instrument=ETHUSDT)
    assert (harness.position().quantity, harness.position(ETHUSDT).quantity) == (0, 0.1)
    with pytest.raises(SetupError, match=r"SIM:ETHUSDT: the harness was made without it"):
        StrategyHarness(Buyer).trade("1", instrument=ETHUSDT)


def test_what_a_callback_raises_is_raised_where_it_was_caused() -> None:
    harness = StrategyHarness(Broken)
    with pytest.raises(ValueError, match=r"^cannot use 100") as raised:
        harness.trade(100)
    assert raised.value.__notes__ == ["raised by on_trade of Broken"]
    harness.quote(100, 101)
    with pytest.raises(ValueError, match="on stop"):
        harness.stop()
    with pytest.raises(ValueError, match=r"^on start$"):
        StrategyHarness(Broken, instruments=[ETHUSDT])


def test_time_is_the_tests() -> None:
    harness = StrategyHarness(Told, start=datetime(2026, 1, 1, 12, tzinfo=UTC))
    with pytest.raises(SetupError, match=r"^advance: time begins with the first event"):
        harness.advance(1)
    harness.trade(100)
    for seconds in (-1, float("nan"), float("inf")):
        with pytest.raises(SetupError, match=r"^advance: seconds = .*: must be from 0 to 1e\+09$"):
            harness.advance(seconds)
    harness.advance(25)
    assert harness.strategy.told[2:] == ["tick", "tick"]
    assert harness.now_ns == START_NS + (12 * 3600 + 25) * 1_000_000_000


def test_a_strategy_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("from alphaforge import Strategy\nclass One(Strategy): ...\n", encoding="utf-8")
    assert type(StrategyHarness(path).strategy).__name__ == "One"
    with pytest.raises(StrategyError, match="there is no such file"):
        StrategyHarness(tmp_path / "two.py")


def test_mistakes_are_told() -> None:
    with pytest.raises(ValueError, match="size"):
        StrategyHarness(Buyer, params={"size": "many"})
    with pytest.raises(TypeError, match="naive"):
        StrategyHarness(Buyer, start=datetime(2026, 1, 1))
    with pytest.raises(SetupError, match=r"^balance: no venue of this harness has 'EUR'$"):
        StrategyHarness(Buyer).balance("EUR")


def test_the_fixture_starts_strategies(strategy_harness: Callable[..., StrategyHarness]) -> None:
    harness = strategy_harness(Buyer)
    harness.trade(100)
    assert harness.orders == []


def test_the_fixture_stops_them(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from alphaforge import Strategy\n"
        "class Broken(Strategy):\n"
        "    def on_stop(self):\n"
        "        raise ValueError('on stop')\n"
        "def test_it(strategy_harness):\n"
        "    strategy_harness(Broken).trade(100)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ValueError: on stop" in done.stdout
    assert "1 passed, 1 error" in done.stdout
