"""The strategy of the benchmark from a file: a callback per trade that does nothing."""

from alphaforge import Strategy, Trade


class PerTrade(Strategy):
    """Does nothing, a million times."""

    def on_trade(self, trade: Trade) -> None:
        pass
