"""What a diff says to those who were told a book in the middle of its interval."""

from decimal import Decimal

import pytest
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.publisher import DepthFeed
from alphaforge_binance.emulator.symbols import make_symbol


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange([make_symbol("BTCUSDT")], [])
    exchange.now_ns = 1_795_000_000_000_000_000
    return exchange


def test_a_level_that_came_and_went_is_told_as_gone_to_whom_it_was_shown(exchange) -> None:
    market = exchange.market("BTCUSDT")
    feed = DepthFeed(market)
    exchange.trade_as_market(market, "SELL", Decimal(1), Decimal(60_000), immediate=False)
    snapshot = market.take_snapshot(100)
    assert snapshot.sides["SELL"] == {Decimal(60_000): Decimal(1)}
    exchange.trade_as_market(market, "BUY", Decimal(1), Decimal(60_000), immediate=True)
    event = feed.next_event(exchange.now_ns)
    assert event is not None
    assert event["a"] == [["60000.00000000", "0.00000000"]]
    assert event["U"] <= snapshot.update_id <= event["u"]


def test_a_level_that_is_what_it_was_is_told_to_whom_another_size_was_shown(exchange) -> None:
    market = exchange.market("BTCUSDT")
    exchange.trade_as_market(market, "BUY", Decimal(1), Decimal(50_000), immediate=False)
    feed = DepthFeed(market)
    exchange.trade_as_market(market, "BUY", Decimal(2), Decimal(50_000), immediate=False)
    market.take_snapshot(100)
    exchange.trade_as_market(market, "SELL", Decimal(2), Decimal(50_000), immediate=True)
    event = feed.next_event(exchange.now_ns)
    assert event is not None
    assert event["b"] == [["50000.00000000", "1.00000000"]]
    assert feed.next_event(exchange.now_ns) is None


def test_what_nobody_was_shown_is_not_told(exchange) -> None:
    market = exchange.market("BTCUSDT")
    feed = DepthFeed(market)
    exchange.trade_as_market(market, "SELL", Decimal(1), Decimal(60_000), immediate=False)
    exchange.trade_as_market(market, "BUY", Decimal(1), Decimal(60_000), immediate=True)
    event = feed.next_event(exchange.now_ns)
    assert event is not None
    assert (event["a"], event["b"]) == ([], [])
