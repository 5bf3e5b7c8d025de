"""What the naive gate is given: markets, and limits by scope."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

NS_PER_S = 1_000_000_000
Scope: TypeAlias = tuple[str, str | None]
"""A kind of scope and a name."""


@dataclass(frozen=True, eq=False)
class Market:
    """An instrument and the venue's filters."""

    venue: str
    base: str
    quote: str
    tick: Decimal = Decimal("0.5")
    lot: Decimal = Decimal("0.1")
    min_price: Decimal = Decimal(10)
    max_price: Decimal = Decimal(1000)
    min_quantity: Decimal = Decimal("0.2")
    max_quantity: Decimal = Decimal(500)
    min_notional: Decimal = Decimal(40)
    max_notional: Decimal = Decimal(40_000)

    @property
    def id(self) -> str:
        """As the node names it."""
        return f"{self.venue}:{self.base}{self.quote}"

    def spent(self, side: str) -> str:
        """The currency that an order takes."""
        return self.quote if side == "buy" else self.base


@dataclass(frozen=True)
class Limits:
    """The limits of a scope, as `ScopeLimits` takes them."""

    max_order_quantity: Decimal | None = None
    max_order_value: tuple[Decimal, str] | None = None
    max_messages: tuple[int, int, int] | None = None
    max_duplicates: tuple[int, int] | None = None
    max_open_orders: int | None = None
    max_clock_drift_ns: int | None = None
    max_long: Decimal | None = None
    max_short: Decimal | None = None
