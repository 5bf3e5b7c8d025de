"""What the page draws: lines and marks, in bounded memory."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from alphaforge_rs import ThinnedLine

from alphaforge.portfolio.exact import EXACT, ZERO
from alphaforge.portfolio.execution import Execution

T = TypeVar("T")

MOST_MARKS = 4_000
"""How many fills the page draws for an instrument."""

Points = list[tuple[int, float]]
"""Times in ns since the epoch, and values."""


class EveryNth(Generic[T]):
    """All of a sequence while they are few; then every second, every fourth, and so on."""

    def __init__(self, most: int) -> None:
        self.step = 1
        self.kept: list[T] = []
        self._most = most
        self._seen = 0

    def add(self, item: T) -> None:
        """Take the next one."""
        if self._seen % self.step == 0:
            if len(self.kept) == self._most:
                self.kept = self.kept[::2]
                self.step *= 2
            if self._seen % self.step == 0:
                self.kept.append(item)
        self._seen += 1


@dataclass(frozen=True, slots=True)
class FillMarks:
    """The fills that are drawn over an instrument's price."""

    fills: list[Execution]
    step: int
    """One of how many is drawn."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a run.

    Each keeps of at most 1,000 equal intervals the first, least, greatest and last value (`ThinnedLine`),
    so that they look as with all their points.
    """

    equity: Points
    drawdown: Points
    """How far equity lies below its high, as zero or less."""
    gross_exposure: Points
    net_exposure: Points
    prices: dict[str, Points]
    """The middle of each instrument's market."""
    positions: dict[tuple[str, str], Points]
    """By strategy and instrument."""
    fills: dict[str, FillMarks]
    """By instrument."""


@dataclass(slots=True)
class LineRecorder:
    """Collects the lines while a run goes on."""

    equity: ThinnedLine = field(default_factory=ThinnedLine)
    drawdown: ThinnedLine = field(default_factory=ThinnedLine)
    gross: ThinnedLine = field(default_factory=ThinnedLine)
    net: ThinnedLine = field(default_factory=ThinnedLine)
    positions: dict[tuple[str, str], ThinnedLine] = field(default_factory=dict)
    fills: dict[str, EveryNth[Execution]] = field(default_factory=dict)
    held: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def add_fill(self, fill: Execution) -> None:
        """Take a fill: a mark, and a step of the position."""
        self.fills.setdefault(fill.instrument, EveryNth(MOST_MARKS)).add(fill)
        key = (fill.strategy, fill.instrument)
        held = EXACT.add(self.held.get(key, ZERO), fill.signed_quantity)
        self.held[key] = held
        self.positions.setdefault(key, ThinnedLine()).add(fill.ts, float(held))

    def add_equity(self, ts: int, equity: Decimal, fall: Decimal) -> None:
        """Take an equity, and how far it lies below its high."""
        self.equity.add(ts, float(equity))
        self.drawdown.add(ts, -float(fall))

    def add_exposure(self, ts: int, gross: Decimal, net: Decimal) -> None:
        """Take what the positions are worth."""
        self.gross.add(ts, float(gross))
        self.net.add(ts, float(net))

    def lines(self, prices: dict[str, Points]) -> Lines:
        """All lines, with the prices of the market."""
        return Lines(
            equity=self.equity.points(),
            drawdown=self.drawdown.points(),
            gross_exposure=self.gross.points(),
            net_exposure=self.net.points(),
            prices=prices,
            positions={key: line.points() for key, line in self.positions.items()},
            fills={name: FillMarks(nth.kept, nth.step) for name, nth in self.fills.items()},
        )
