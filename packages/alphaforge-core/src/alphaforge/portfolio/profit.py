"""Profit by currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alphaforge_rs import Position

from alphaforge.portfolio.exact import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class Profit:
    """What was earned in one currency.

    The FIFO profit is exact, and so is every sum. Average cost and the middle of the market divide: each
    quotient is rounded half-even at 12 decimals (docs/adr/0001).
    """

    realised: Decimal
    """The profit of what was closed, by average cost, before fees."""
    realised_fifo: Decimal
    """The same, first in, first out."""
    unrealised: Decimal | None
    """What closing at the middle of the market would earn; None without a price."""
    fees: Decimal
    """The fees paid in this currency."""

    @property
    def net(self) -> Decimal | None:
        """Realised and unrealised profit less fees; None without a price."""
        return net_of(self.realised, self.unrealised, self.fees)


def net_of(realised: Decimal, unrealised: Decimal | None, fees: Decimal) -> Decimal | None:
    """`realised + unrealised - fees`; None without a price."""
    if unrealised is None:
        return None
    return EXACT.subtract(EXACT.add(realised, unrealised), fees)


def profit_by_currency(positions: Iterable[Position]) -> dict[str, Profit]:
    """The profit of all positions, by currency. Fees count in the currency they were paid in."""
    realised: dict[str, Decimal] = defaultdict(Decimal)
    realised_fifo: dict[str, Decimal] = defaultdict(Decimal)
    unrealised: dict[str, Decimal | None] = {}
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for position in positions:
        currency = position.instrument.quote
        realised[currency] = EXACT.add(realised[currency], position.realised)
        realised_fifo[currency] = EXACT.add(realised_fifo[currency], position.realised_fifo)
        unrealised[currency] = _plus(unrealised.get(currency, ZERO), position.unrealised)
        for fee_currency, fee in position.fees.items():
            fees[fee_currency] = EXACT.add(fees[fee_currency], fee)
    return {
        currency: Profit(
            realised=realised[currency],
            realised_fifo=realised_fifo[currency],
            unrealised=unrealised.get(currency, ZERO),
            fees=fees[currency],
        )
        for currency in sorted({*realised, *fees})
    }


def _plus(sum_so_far: Decimal | None, addend: Decimal | None) -> Decimal | None:
    if sum_so_far is None or addend is None:
        return None
    return EXACT.add(sum_so_far, addend)
