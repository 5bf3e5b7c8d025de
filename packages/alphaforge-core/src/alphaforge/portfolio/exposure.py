"""Exposure: what positions are worth, at most and on average over time."""

from dataclasses import dataclass
from decimal import Decimal

from alphaforge.portfolio.exact import EXACT, ZERO, quotient


@dataclass(frozen=True, slots=True)
class Held:
    """What was held over a run; of a net figure the signs stay."""

    least: Decimal | None
    most: Decimal | None
    average: Decimal | None
    """Weighted by time: `Σ value * (time until the next value) / Σ time`, rounded half-even at 12
    decimals. None where nothing was known for any time."""


class TimeWeightedAverage:
    """Averages a value that stays as it is until the next one, in the order of time."""

    def __init__(self) -> None:
        self._value: Decimal | None = None
        self._ts = 0
        self._area = ZERO
        self._known_ns = 0
        self._least: Decimal | None = None
        self._most: Decimal | None = None

    def add(self, ts: int, value: Decimal | None) -> None:
        """Take a value. While it is None it is not known, and that time does not count."""
        if self._value is not None:
            self._area = EXACT.fma(self._value, Decimal(ts - self._ts), self._area)
            self._known_ns += ts - self._ts
        self._value, self._ts = value, ts
        if value is not None:
            self._least = value if self._least is None else min(self._least, value)
            self._most = value if self._most is None else max(self._most, value)

    @property
    def held(self) -> Held:
        """What was held until the last value."""
        average = quotient(self._area, self._known_ns) if self._known_ns else None
        return Held(self._least, self._most, average)
