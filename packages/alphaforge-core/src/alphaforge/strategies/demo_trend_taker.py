"""A strategy of `alphaforge demo`: it takes what is offered while the price trends upwards."""

from decimal import Decimal

from alphaforge.strategies.params import StrategyParams
from alphaforge.strategies.strategy import Strategy


class TrendParams(StrategyParams):
    """What the trend taker can be told."""

    size: Decimal = Decimal("0.04")
    """How much it holds in a trend."""
    look_s: float = 0.5
    """How often it looks at the market."""
    fast: int = 8
    """How many looks its fast average remembers."""
    slow: int = 40
    """How many looks its slow average remembers."""
    entry: float = 4.0
    """How far the fast average must be above the slow one, in the quote currency."""


class DemoTrendTaker(Strategy[TrendParams]):
    """Buys at the market when a fast average is above a slow one, and sells when it is below."""

    def __init__(self, params: TrendParams) -> None:
        super().__init__(params)
        self.averages: tuple[float, float] | None = None
        self.looks = 0

    def on_start(self) -> None:
        """Look at the market on a timer."""
        self.set_timer("look", interval_s=self.params.look_s)

    def on_timer(self, name: str) -> None:
        """Follow the averages, and be in the market while they say so."""
        mark = self.mark()
        if mark is None:
            return
        middle = sum(mark) / 2
        fast, slow = self.averages or (middle, middle)
        fast += (middle - fast) * 2 / (self.params.fast + 1)
        slow += (middle - slow) * 2 / (self.params.slow + 1)
        self.averages = fast, slow
        self.looks += 1
        if self.looks < self.params.slow // 2 or self.open_orders():
            return
        if self.position().is_flat and fast - slow > self.params.entry:
            self.buy(self.params.size)
        elif not self.position().is_flat and fast < slow:
            self.close()

    def on_stop(self) -> None:
        """Leave nothing behind."""
        self.close()
