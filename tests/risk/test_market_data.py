"""Rule 6 as a configuration sets it: nothing trades on a market that is not known to be as it is shown."""

from collections.abc import Mapping
from typing import Any

import pytest
from alphaforge import Strategy

pytestmark = pytest.mark.rule(6)

NAMES = {"venue": "sim", "strategy": "Idle", "instrument": "SIM:BTCUSDT"}
BOOK = [("999", "5")], [("1001", "5")]


class Idle(Strategy):
    """Does nothing by itself: the test orders through it."""


@pytest.mark.parametrize("scope", ["account", "venue", "strategy", "instrument"])
def test_a_market_as_old_as_the_limit_passes_and_an_older_one_does_not(scope: str, strategy_harness) -> None:
    values: Mapping[str, Any] = {"max_market_age_s": 5}
    risk = {scope: {NAMES[scope]: values} if scope in NAMES else values}
    harness = strategy_harness(Idle, risk=risk)
    assert harness.strategy.buy("0.01", "900").code == "market_data"
    harness.quote("999", "1001")
    codes = []
    for pause_s in (4.999999999, 0.000000001, 0.000000001):
        harness.advance(pause_s)
        codes.append(harness.strategy.buy("0.01", "900").code)
    assert codes == [None, None, "market_data"]
    handle = harness.strategy.buy("0.01", "900", allow_stale=True)
    assert handle.code is None
    harness.quote("999", "1001")
    assert harness.strategy.buy("0.01", "900").code is None


def test_a_market_that_is_not_sound_denies_orders_and_replacements_but_no_cancel(strategy_harness) -> None:
    harness = strategy_harness(Idle)
    strategy = harness.strategy
    assert strategy.book().market_condition == "unseen"
    assert strategy.buy("0.01").code == "no_reference_price"
    harness.book(*BOOK)
    assert strategy.book().market_condition == "sound"
    plain, stubborn = strategy.buy("0.02", "900"), strategy.buy("0.02", "900", allow_stale=True)
    harness.disconnect()
    assert strategy.book().market_condition == "disconnected"
    denied = strategy.buy("0.01", "900")
    assert (denied.code, "its stream is gone" in denied.reason) == ("market_data", True)
    assert plain.replace(price="901").code == "market_data"
    assert stubborn.replace(price="901").code is None
    assert plain.replace(quantity="0.01").code is None
    assert plain.cancel().accepted
    harness.reconnect()
    assert strategy.buy("0.01", "900").code == "market_data"
    harness.book(*BOOK)
    assert strategy.buy("0.01", "900").code is None


def test_groups_and_closing_orders_can_ask_for_it_too(strategy_harness) -> None:
    harness = strategy_harness(Idle, cash={"USDT": 10_000, "BTC": 1})
    harness.book(*BOOK)
    harness.strategy.buy("0.1")
    harness.disconnect()
    strategy = harness.strategy
    prices = {"take_profit": "1100", "stop_loss": "900"}
    assert not strategy.bracket("buy", "0.1", "950", **prices)
    assert strategy.bracket("buy", "0.1", "950", **prices, allow_stale=True)
    assert not strategy.oco("sell", "0.1", "1100", stop="900")
    assert strategy.oco("sell", "0.1", "1100", stop="900", allow_stale=True)
    assert strategy.close().code == "market_data"
    # Without a market no price is known to sell at, whatever the order asks for.
    assert strategy.close(allow_stale=True).code == "no_reference_price"
