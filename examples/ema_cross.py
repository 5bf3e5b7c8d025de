"""Buys when a fast average of one-second closes crosses above a slow one, and sells when it falls below.

alphaforge backtest examples/ema_cross.py --data RECORDING --param fast=20 --param slow=60
"""

from decimal import Decimal

from alphaforge import Bar, Fill, Strategy, StrategyParams
from alphaforge.indicators import EMA


class Params(StrategyParams):
    """Give these with --param, or under params in node.toml."""

    bars: str = "1s"
    fast: int = 12
    slow: int = 36
    size: Decimal = Decimal("0.01")


class EmaCross(Strategy[Params]):
    """Holds `size` while the fast average is above the slow one, and nothing otherwise."""

    def on_start(self) -> None:
        self.fast = EMA(self.params.fast)
        self.slow = EMA(self.params.slow)
        self.subscribe_bars(self.params.bars)

    def on_bar(self, bar: Bar) -> None:
        fast, slow = self.fast.update(bar.close), self.slow.update(bar.close)
        if fast is None or slow is None:
            return  # the averages have not seen enough yet
        if self.open_orders():
            return  # wait for the last order
        if fast > slow and self.position().is_flat:
            order = self.buy(self.params.size)
            if not order:
                self.log.warning("not bought: %s", order.reason)
        elif fast < slow and not self.position().is_flat:
            self.close()

    def on_fill(self, fill: Fill) -> None:
        self.log.info("%s %s at %s", fill.side, fill.quantity, fill.price)

    def on_stop(self) -> None:
        self.close()
