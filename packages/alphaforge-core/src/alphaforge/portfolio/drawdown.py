"""Drawdown: how far, and for how long, equity lay below its highest point until then."""

from dataclasses import dataclass
from decimal import Decimal

from alphaforge.portfolio.exact import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The worst of a run. The three need not be of the same fall."""

    most: Decimal
    """The greatest fall from a high, in money: `max(high - equity)`."""
    most_ratio: float | None
    """The greatest fall as a share of its high: `max((high - equity) / high)`; None without a high
    above zero."""
    longest_ns: int
    """The longest time under water: from the last moment at a high until equity was there again, or
    until the end."""


class DrawdownMeter:
    """Measures the drawdown of equity as it comes, in the order of time.

    Source: Magdon-Ismail and Atiya, "Maximum Drawdown", Risk 2004.
    """

    def __init__(self) -> None:
        self._high: Decimal | None = None
        self._high_ts = 0
        self._is_under_water = False
        self._most = ZERO
        self._most_ratio: float | None = None
        self._longest_ns = 0

    def add(self, ts: int, equity: Decimal) -> Decimal:
        """Take an equity, and return how far it lies below the high."""
        was_under_water = self._is_under_water
        self._is_under_water = self._high is not None and equity < self._high
        if was_under_water or self._is_under_water:
            self._longest_ns = max(self._longest_ns, ts - self._high_ts)
        if self._high is None or equity >= self._high:
            self._high, self._high_ts = equity, ts
        fall = EXACT.subtract(self._high, equity)
        self._most = max(self._most, fall)
        if self._high > 0:
            self._most_ratio = max(self._most_ratio or 0.0, float(EXACT.divide(fall, self._high)))
        return fall

    @property
    def drawdown(self) -> Drawdown:
        """The worst so far."""
        return Drawdown(self._most, self._most_ratio, self._longest_ns)
