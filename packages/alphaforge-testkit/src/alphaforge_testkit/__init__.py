"""What authors of strategies and plugins test with."""

from alphaforge_testkit.strategies import BTCUSDT, StrategyHarness

__all__ = ["BTCUSDT", "StrategyHarness"]
