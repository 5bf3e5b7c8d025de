"""Rule 4 as a configuration sets it: how far from the market an order may trade, on either side."""

from collections.abc import Mapping
from typing import Any

import pytest
from alphaforge import Strategy

pytestmark = pytest.mark.rule(4)

SCOPES = ("account", "venue", "strategy", "instrument")
NAMES = {"venue": "sim", "strategy": "Idle", "instrument": "SIM:BTCUSDT"}


class Idle(Strategy):
    """Does nothing by itself: the test orders through it."""


def limits(scope: str, **values: Any) -> Mapping[str, Any]:
    """The `[risk]` section with limits of one scope."""
    return {scope: {NAMES[scope]: values} if scope in NAMES else values, "market_slippage": "0.001"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("collar", [{"collar_bps": 100}, {"collar_ticks": 20}])
def test_a_limit_price_at_the_collar_passes_and_a_tick_beyond_it_does_not(
    scope: str, collar: Mapping[str, int], strategy_harness
) -> None:
    # The middle is 1000, a tick 0.5: both collars are 10.
    for side in ("buy", "sell"):
        harness = strategy_harness(Idle, risk=limits(scope, **collar), cash={"USDT": 10**6, "BTC": 10})
        harness.quote("999.5", "1000.5")
        prices = ("989.5", "990", "990.5", "1009.5", "1010", "1010.5")
        codes = [harness.strategy.submit(side, "0.1", price).code for price in prices]
        assert codes == ["price_collar", None, None, None, None, "price_collar"]


def test_a_replacement_is_held_to_the_collar(strategy_harness) -> None:
    harness = strategy_harness(Idle, risk=limits("account", collar_bps=100))
    harness.quote("999.5", "1000.5")
    handle = harness.strategy.buy("0.1", "995")
    assert handle.replace(price="989.5").code == "price_collar"
    assert handle.replace(price="990").code is None


def test_a_market_order_is_held_to_the_price_that_it_may_pay_at_worst(strategy_harness) -> None:
    harness = strategy_harness(Idle, risk=limits("account", collar_bps=100))
    harness.quote("999.5", "1000.5")
    assert harness.strategy.buy("0.1").code is None
    # A wide market: its best ask is 1 % from the middle, and slippage comes on top.
    harness.quote("990", "1010")
    denied = harness.strategy.buy("0.1")
    assert denied.code == "price_collar"
    assert denied.reason == ("price 1011 is further than 100 bps from the market's 1000, the account collar")


def test_a_stop_that_waits_is_held_to_where_the_market_will_be(
    strategy_harness,
) -> None:
    harness = strategy_harness(Idle, risk=limits("account", collar_bps=100), cash={"BTC": 10, "USDT": 10**6})
    harness.quote("999.5", "1000.5")
    harness.trade("1000")
    sell = harness.strategy.sell
    assert sell("0.1", "899", stop="900").code is None
    assert sell("0.1", "890", stop="900").code == "price_collar"
    # It would fire at once, and sell at whatever is paid down to 10.
    assert sell("2", "10", take_profit="20").code == "price_collar"


def test_nautilus_4946_a_missing_price_denies_in_place_of_skipping_the_check(strategy_harness) -> None:
    """NautilusTrader #4946: an order of $153M passed, since no price was there to check it by."""
    risk = limits("account", collar_bps=100, max_order_value="1000 USDT")
    harness = strategy_harness(Idle, risk=risk, cash={"USDT": 10**12, "BTC": 10**6})
    for order in (
        lambda: harness.strategy.buy("1530"),
        lambda: harness.strategy.buy("1530", "100000"),
        lambda: harness.strategy.sell("1530", "100000"),
        lambda: harness.strategy.buy("0.001", "100000", allow_stale=True),
    ):
        assert order().code == "no_reference_price"
    harness.quote("999.5", "1000.5")
    harness.disconnect()
    assert harness.strategy.buy("0.1", "1000", allow_stale=True).code == "stale_reference"


def test_3commas_2022_a_thin_coin_cannot_drain_the_account(strategy_harness) -> None:
    """3Commas 2022: keys without the right to withdraw bought a thin coin from their thief at any price."""
    risk = limits("account", collar_bps=500, max_order_value="100000 USDT")
    harness = strategy_harness(Idle, risk=risk, cash={"USDT": 100_000})
    # The thief offers at ten times the worth, and nobody else is there.
    harness.quote("100", "1000")
    assert harness.strategy.buy("50", "1000").code == "price_collar"
    assert harness.strategy.buy("50").code == "price_collar"
    assert {order.state for order in harness.orders} == {"denied"}
