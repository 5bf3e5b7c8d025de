"""Holds the cheaper of two instruments that move together, for as long as it is cheap.

alphaforge backtest examples/pairs.py --data BTC_RECORDING --data ETH_RECORDING --param window=300
"""

from math import log

from alphaforge import Instrument, Strategy, StrategyParams
from alphaforge.indicators import ZScore


class Params(StrategyParams):
    """Give these with --param, or under params in node.toml."""

    value: float = 1000.0
    """How much it holds, in the quote currency."""
    window: int = 120
    """Over how many samples the ratio of both prices is compared with itself."""
    sample_s: float = 1.0
    enter: float = 2.0
    """How many standard deviations from its mean the ratio must be."""
    leave: float = 0.5


class Pairs(Strategy[Params]):
    """On a spot market nothing is sold short, so that of a pair only the cheap side is held."""

    def on_start(self) -> None:
        self.first, self.second = self.instruments
        self.score = ZScore(self.params.window)
        self.set_timer("sample", interval_s=self.params.sample_s)

    def on_timer(self, name: str) -> None:
        first, second = self.mark(self.first), self.mark(self.second)
        if first is None or second is None:
            return  # one of them has no price yet
        score = self.score.update(log(sum(first) / sum(second)))
        if score is None or self.open_orders():
            return
        if abs(score) < self.params.leave:
            self.hold(None)
        elif abs(score) > self.params.enter:
            self.hold(self.second if score > 0 else self.first)  # above the mean, the first is dear

    def hold(self, wanted: Instrument | None) -> None:
        """Hold this one only, or nothing."""
        for instrument in self.instruments:
            if instrument is not wanted:
                self.close(instrument)
        if wanted and self.position(wanted).is_flat and (mark := self.mark(wanted)):
            self.buy(self.params.value / mark[1], instrument=wanted)

    def on_stop(self) -> None:
        self.hold(None)
