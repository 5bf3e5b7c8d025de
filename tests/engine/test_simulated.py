"""Several simulated instruments and several strategies in one run."""

import math

import pytest
from alphaforge import Strategy, Trade
from alphaforge.feeds.simulated import SimulatedFeed
from alphaforge.model.events import Trade as MarketTrade

TOML = f"""
[feed]
seconds = 120
symbols = ["BTCUSDT", "ETHUSDT"]
[[strategies]]
use = "{__name__}:Counting"
name = "both"
[[strategies]]
use = "{__name__}:Counting"
name = "ether"
instruments = ["SIM:ETHUSDT"]
"""


class Counting(Strategy):
    """Counts trades by symbol, and buys with the first of each."""

    def on_start(self) -> None:
        self.seen: dict[str, int] = {}

    def on_trade(self, trade: Trade) -> None:
        symbol = trade.instrument.symbol
        if symbol not in self.seen:
            self.buy("0.01", instrument=trade.instrument)
        self.seen[symbol] = self.seen.get(symbol, 0) + 1


def prices(feed: SimulatedFeed) -> dict[str, dict[int, float]]:
    """The last price of each second, by symbol; on the way events are held to their order."""
    last: dict[str, dict[int, float]] = {}
    now = 0
    for batch in feed.batches():
        for event in batch.events():
            assert event.ts_recv >= now
            now = event.ts_recv
            if isinstance(event, MarketTrade):
                last.setdefault(event.instrument.symbol, {})[now // 10**9] = event.price
    return last


def correlation(first: list[float], second: list[float]) -> float:
    """Pearson's, of two series of the same length."""
    means = sum(first) / len(first), sum(second) / len(second)
    pairs = [(a - means[0], b - means[1]) for a, b in zip(first, second, strict=True)]
    squares = math.sqrt(sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs))
    return sum(a * b for a, b in pairs) / squares


@pytest.mark.parametrize("seed", [1, 2**64 - 1])
def test_the_price_of_the_second_follows_that_of_the_first(seed: int) -> None:
    last = prices(SimulatedFeed(seed=seed, seconds=1_200, symbols=["BTCUSDT", "ETHUSDT"]))
    btc, eth = last["BTCUSDT"], last["ETHUSDT"]
    seconds = sorted(btc.keys() & eth.keys())[::20]
    assert len(seconds) > 40
    assert correlation([btc[at] for at in seconds], [eth[at] for at in seconds]) > 0.7
    assert all(0.99 < btc[at] / eth[at] / 20 < 1.01 for at in seconds)


def test_the_first_market_is_the_same_with_and_without_a_second() -> None:
    alone = prices(SimulatedFeed(seed=3, seconds=60))
    both = prices(SimulatedFeed(seed=3, seconds=60, symbols=["BTCUSDT", "ETHUSDT", "BTCUSDT"]))
    assert alone["BTCUSDT"] == both["BTCUSDT"]
    assert alone.keys() == {"BTCUSDT"}


def test_strategies_are_told_of_their_instruments_and_hold_positions_of_their_own(nodes) -> None:
    parts = nodes.compose(TOML)
    both, ether = (running.strategy for running in parts.strategies)
    for running in parts.strategies:
        running.strategy.on_start()
    parts.runtime.start()
    for batch in parts.feed.batches():
        parts.runtime.run(batch)
    assert both.seen.keys() == {"BTCUSDT", "ETHUSDT"}
    assert ether.seen == {"ETHUSDT": both.seen["ETHUSDT"]}
    held = {(one.strategy, one.instrument.symbol): one.quantity for one in parts.runtime.positions()}
    assert held == {("both", "BTCUSDT"): 0.01, ("both", "ETHUSDT"): 0.01, ("ether", "ETHUSDT"): 0.01}
