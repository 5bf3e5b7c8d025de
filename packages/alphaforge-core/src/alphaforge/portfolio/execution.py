"""What a fill says to those who measure it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from alphaforge_rs import Fill

from alphaforge.portfolio.exact import EXACT


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill in plain values."""

    ts: int
    """When it was counted, ns since the epoch."""
    strategy: str
    instrument: str
    currency: str
    """The quote currency: prices and profits are in it."""
    side: Literal["buy", "sell"]
    price: Decimal
    quantity: Decimal
    liquidity: Literal["maker", "taker"]
    fee: Decimal
    fee_currency: str
    mid: Decimal | None
    """The middle of the market when it was counted; None where there was no price."""
    arrival_mid: Decimal | None
    """The middle of the market when its order was made."""

    @property
    def notional(self) -> Decimal:
        """Price times quantity, in the quote currency."""
        return EXACT.multiply(self.price, self.quantity)

    @property
    def signed_quantity(self) -> Decimal:
        """What it adds to the position."""
        return self.quantity if self.side == "buy" else self.quantity.copy_negate()

    @property
    def quote_fee(self) -> Decimal:
        """The fee where it was paid in the quote currency, else zero."""
        return self.fee if self.fee_currency == self.currency else Decimal(0)


def execution_of(fill: Fill) -> Execution:
    """A fill's plain values."""
    instrument = fill.instrument
    return Execution(
        ts=fill.ts,
        strategy=fill.strategy,
        instrument=instrument.id,
        currency=instrument.quote,
        side=fill.side,
        price=fill.price_decimal,
        quantity=fill.quantity_decimal,
        liquidity=fill.liquidity,
        fee=fill.fee_decimal,
        fee_currency=fill.fee_currency,
        mid=fill.mid_decimal,
        arrival_mid=fill.arrival_mid_decimal,
    )
