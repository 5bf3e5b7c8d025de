"""Returns of equity, and what they say of risk: Sharpe and Sortino."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_SECOND_NS = 1_000_000_000
YEAR_NS = 365 * 24 * 3_600 * _SECOND_NS
"""A year of trading: 365 days of 24 hours."""

INTERVALS_NS = tuple(seconds * _SECOND_NS for seconds in (1, 60, 3_600, 86_400))
"""How far apart samples can be."""

MOST_SAMPLES = 10_000
"""The interval is the shortest that gives no more samples than this, or a day."""

FEWEST_RETURNS = 30
SHORTEST_RUN_NS = 86_400 * _SECOND_NS
"""A shorter run is not annualised: a few minutes say nothing of a year."""


class EquitySamples:
    """Equity at equal intervals, from equity as it comes in the order of time.

    Sample `k` is the last equity at or before `k` intervals after the first. The samples and their
    interval depend on the equities and their times alone, however long the run is.
    """

    def __init__(self) -> None:
        self._first_ts: int | None = None
        self._last_ts = 0
        self._rung = 0
        self._last_of: dict[int, Decimal] = {}

    def add(self, ts: int, equity: Decimal) -> None:
        """Take an equity."""
        if self._first_ts is None:
            self._first_ts = ts
        self._last_ts = ts
        while ts - self._first_ts > MOST_SAMPLES * self.interval_ns and self._rung < len(INTERVALS_NS) - 1:
            self._widen()
        self._last_of[-(-(ts - self._first_ts) // self.interval_ns)] = equity

    @property
    def interval_ns(self) -> int:
        """How far apart the samples are."""
        return INTERVALS_NS[self._rung]

    @property
    def span_ns(self) -> int:
        """The time from the first equity to the last."""
        return 0 if self._first_ts is None else self._last_ts - self._first_ts

    @property
    def samples(self) -> list[Decimal]:
        """Equity at each whole interval; what comes after the last whole one is left out."""
        found: list[Decimal] = []
        for k in range(self.span_ns // self.interval_ns + 1):
            equity = self._last_of.get(k)
            if equity is not None:
                found.append(equity)
            elif found:
                found.append(found[-1])
        return found

    def _widen(self) -> None:
        """Take the next interval. What is last in the longer one comes last, since the dict is in order."""
        factor = INTERVALS_NS[self._rung + 1] // self.interval_ns
        self._rung += 1
        self._last_of = {-(-k // factor): equity for k, equity in self._last_of.items()}


def simple_returns(samples: Sequence[Decimal]) -> list[float]:
    """`equity[k] / equity[k - 1] - 1`; none where an equity is not above zero, which has no returns."""
    if any(equity <= 0 for equity in samples):
        return []
    return [float(after / before - 1) for before, after in pairwise(samples)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of return to risk, for an interval and for a year."""

    per_interval: float | None
    annualised: float | None


@dataclass(frozen=True, slots=True)
class Returns:
    """What the returns of a run say. The risk-free rate is 0."""

    interval_ns: int
    count: int
    mean: float | None
    deviation: float | None
    """The standard deviation of a sample: divided by `count - 1`."""
    sharpe: Ratio
    """`mean / deviation`. Source: Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 1994."""
    sortino: Ratio
    """`mean / sqrt(Σ min(return, 0)² / count)`. Source: Sortino and Price, "Performance Measurement in a
    Downside Risk Framework", Journal of Investing 1994."""
    why_not: str | None
    """Why a ratio, or its annual value, is not there."""


def returns_of(samples: EquitySamples) -> Returns:
    """Mean, deviation, Sharpe and Sortino of the samples.

    The annual ratio is that of an interval times `sqrt(year / interval)`, which is right for returns that
    do not depend on each other (Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 2002).
    """
    interval_ns = samples.interval_ns
    returns = simple_returns(samples.samples)
    count = len(returns)
    mean = math.fsum(returns) / count if count else None
    deviation = downside = None
    if mean is not None and count > 1:
        deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in returns) / (count - 1))
        downside = math.sqrt(math.fsum(min(r, 0.0) ** 2 for r in returns) / count)
    why_not = _why_no_ratio(count, deviation) or _why_not_annual(samples.span_ns, downside)
    factor = None if samples.span_ns < SHORTEST_RUN_NS else math.sqrt(YEAR_NS / interval_ns)
    return Returns(
        interval_ns=interval_ns,
        count=count,
        mean=mean,
        deviation=deviation,
        sharpe=_ratio(mean, deviation, count, factor),
        sortino=_ratio(mean, downside, count, factor),
        why_not=why_not,
    )


def _ratio(mean: float | None, risk: float | None, count: int, factor: float | None) -> Ratio:
    if mean is None or not risk or count < FEWEST_RETURNS:
        return Ratio(None, None)
    return Ratio(mean / risk, None if factor is None else mean / risk * factor)


def _why_no_ratio(count: int, deviation: float | None) -> str | None:
    if count < FEWEST_RETURNS:
        return f"{count} returns are too few: {FEWEST_RETURNS} are needed"
    return None if deviation else "equity did not change"


def _why_not_annual(span_ns: int, downside: float | None) -> str | None:
    if span_ns < SHORTEST_RUN_NS:
        return "the run is shorter than a day, and says nothing of a year"
    return None if downside else "no return was below zero"
