"""Round trips: what was opened and closed again, first in, first out."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from alphaforge.portfolio.exact import EXACT, ZERO, quotient
from alphaforge.portfolio.execution import Execution


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A quantity that one fill opened and a later one of the same strategy closed."""

    strategy: str
    instrument: str
    currency: str
    direction: Literal["long", "short"]
    quantity: Decimal
    opened_at: int
    closed_at: int
    open_price: Decimal
    close_price: Decimal
    profit: Decimal
    """`quantity * (close - open)`, and for a short the opposite; before fees, and exact."""
    fees: Decimal
    """The shares of both fills' fees, by quantity, in the quote currency; fees in others are not in it."""

    @property
    def net(self) -> Decimal:
        """Profit less fees."""
        return EXACT.subtract(self.profit, self.fees)


@dataclass(slots=True)
class _Lot:
    """What is open of a fill, and what is left of its fee."""

    opened_at: int
    price: Decimal
    quantity: Decimal
    fee: Decimal


class RoundTripMatcher:
    """Matches fills first in, first out, for each strategy and instrument by itself.

    A fill that closes several lots ends several round trips; one that goes beyond flat opens a lot. The
    profits add up to the FIFO profit of the positions, and fees to those of what was closed: a part of
    a fill has its share of the fee, rounded half-even at 12 decimals, and the last part what is left.
    """

    def __init__(self) -> None:
        self._lots: dict[tuple[str, str], deque[_Lot]] = {}
        self._sides: dict[tuple[str, str], str] = {}

    def add(self, fill: Execution) -> list[RoundTrip]:
        """Take a fill, and return the round trips that it ends."""
        key = (fill.strategy, fill.instrument)
        lots = self._lots.setdefault(key, deque())
        rest = _Lot(fill.ts, fill.price, fill.quantity, fill.quote_fee)
        ended: list[RoundTrip] = []
        while rest.quantity and lots and self._sides[key] != fill.side:
            quantity = min(lots[0].quantity, rest.quantity)
            ended.append(_round_trip(fill, lots[0], rest, quantity))
            if not lots[0].quantity:
                lots.popleft()
        if rest.quantity:
            lots.append(rest)
            self._sides[key] = fill.side
        return ended


def _round_trip(fill: Execution, opening: _Lot, closing: _Lot, quantity: Decimal) -> RoundTrip:
    gain = EXACT.multiply(quantity, EXACT.subtract(closing.price, opening.price))
    return RoundTrip(
        strategy=fill.strategy,
        instrument=fill.instrument,
        currency=fill.currency,
        direction="long" if fill.side == "sell" else "short",
        quantity=quantity,
        opened_at=opening.opened_at,
        closed_at=closing.opened_at,
        open_price=opening.price,
        close_price=closing.price,
        profit=gain if fill.side == "sell" else gain.copy_negate(),
        fees=EXACT.add(_take(opening, quantity), _take(closing, quantity)),
    )


def _take(lot: _Lot, quantity: Decimal) -> Decimal:
    """Take a quantity out of a lot; returns its share of the fee."""
    whole = quantity == lot.quantity
    share = lot.fee if whole else quotient(EXACT.multiply(lot.fee, quantity), lot.quantity)
    lot.quantity = EXACT.subtract(lot.quantity, quantity)
    lot.fee = EXACT.subtract(lot.fee, share)
    return share


class TripCount:
    """Counts round trips in one currency: how many won, and how much."""

    def __init__(self) -> None:
        self.count = 0
        self.winners = 0
        self.losers = 0
        self.won = ZERO
        self.lost = ZERO

    def add(self, trip: RoundTrip) -> None:
        """Count a round trip; after fees it wins, loses, or is neither."""
        net = trip.net
        self.count += 1
        if net > 0:
            self.winners += 1
            self.won = EXACT.add(self.won, net)
        elif net < 0:
            self.losers += 1
            self.lost = EXACT.subtract(self.lost, net)

    @property
    def hit_rate(self) -> float | None:
        """Winners among all: `winners / count`; None without any."""
        return self.winners / self.count if self.count else None

    @property
    def average_win(self) -> Decimal | None:
        """What a winner won on average."""
        return quotient(self.won, self.winners) if self.winners else None

    @property
    def average_loss(self) -> Decimal | None:
        """What a loser lost on average, above zero."""
        return quotient(self.lost, self.losers) if self.losers else None

    @property
    def profit_factor(self) -> float | None:
        """What winners won over what losers lost; None where nothing was lost."""
        return float(EXACT.divide(self.won, self.lost)) if self.lost else None
