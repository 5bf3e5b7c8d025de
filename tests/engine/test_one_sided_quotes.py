"""A side of the market that is empty is a price of zero on the wire, and none for a strategy."""

import pytest
from alphaforge import Strategy
from alphaforge_testkit.strategies import StrategyHarness


class Watcher(Strategy):
    def on_start(self) -> None:
        self.middles: list[float] = []

    def on_quote(self, quote) -> None:
        self.middles.append(quote.mid)


@pytest.mark.parametrize(("bid", "ask"), [("0", "102"), ("100", "0"), ("0", "0")])
def test_a_quote_without_a_side_has_no_middle_and_denies_market_orders(bid, ask) -> None:
    harness = StrategyHarness(Watcher)
    harness.quote("100", "102")
    harness.quote(bid, ask)
    order = harness.strategy.buy("0.1")
    assert not order.accepted
    harness.quote("101", "103")
    assert harness.strategy.middles == [101.0, 102.0]
    harness.stop()
