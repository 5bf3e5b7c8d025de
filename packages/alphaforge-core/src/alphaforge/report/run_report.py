"""The report of a run: figures, and what is drawn of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alphaforge_rs import Durations

from alphaforge.portfolio.drawdown import Drawdown
from alphaforge.portfolio.exact import EXACT
from alphaforge.portfolio.exposure import Held
from alphaforge.portfolio.returns import Returns
from alphaforge.portfolio.round_trips import RoundTrip, TripCount
from alphaforge.portfolio.slippage import Slippage
from alphaforge.report.lines import Lines

LIQUIDITIES = ("all", "maker", "taker")


@dataclass(frozen=True, slots=True)
class PositionFigures:
    """What a strategy earned in an instrument. Money is in the quote currency."""

    strategy: str
    instrument: str
    currency: str
    quantity: Decimal
    realised: Decimal
    realised_fifo: Decimal
    unrealised: Decimal | None
    fees: Mapping[str, Decimal]
    net: Decimal | None
    """Realised and unrealised profit less the fees that were paid in the quote currency."""
    fills: int
    turnover: Decimal
    trips: TripCount


@dataclass(frozen=True, slots=True)
class SlippageFigures:
    """What fills in one quote currency cost against the middle, by liquidity: all, maker, taker."""

    at_fill: Mapping[str, Slippage]
    at_arrival: Mapping[str, Slippage]


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run did. Equity, drawdown, exposure and returns are in the reporting currency."""

    currency: str
    began_at: int | None
    """When equity was recorded first, ns since the epoch; None where it never was."""
    ended_at: int | None
    equity_start: Decimal | None
    equity_end: Decimal | None
    drawdown: Drawdown
    gross_exposure: Held
    net_exposure: Held
    returns: Returns
    positions: Sequence[PositionFigures]
    turnover: Mapping[str, Decimal]
    """Σ price * quantity of all fills, by quote currency."""
    trips: Mapping[str, TripCount]
    """By quote currency."""
    last_round_trips: Sequence[RoundTrip]
    """The last ones that ended, in their order."""
    slippage: Mapping[str, SlippageFigures]
    """By quote currency."""
    hops: Mapping[str, Durations]
    """How long orders were on their way, in feed time."""
    command_times: Durations
    """How long gate and kernel took for a command, by the wall clock."""
    lines: Lines

    @property
    def change(self) -> Decimal | None:
        """Equity at the end less equity at the beginning."""
        if self.equity_start is None or self.equity_end is None:
            return None
        return EXACT.subtract(self.equity_end, self.equity_start)

    @property
    def change_ratio(self) -> float | None:
        """The change as a share of equity at the beginning."""
        if self.change is None or not self.equity_start:
            return None
        return float(EXACT.divide(self.change, self.equity_start))

    @property
    def round_trips(self) -> int:
        """How many there were, in all currencies."""
        return sum(trips.count for trips in self.trips.values())

    @property
    def hit_rate(self) -> float | None:
        """Winners among the round trips of all currencies, after fees."""
        winners = sum(trips.winners for trips in self.trips.values())
        return winners / self.round_trips if self.round_trips else None
