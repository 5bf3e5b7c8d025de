"""What the execution kernel takes from a venue."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, Protocol

from alphaforge_rs import Balance, Instrument


class KernelReports(Protocol):
    """The part of `alphaforge_rs.Runtime` that venues speak to."""

    def report_accepted(self, order_id: int, venue_order_id: str | None = None) -> None:
        """The venue has the order."""
        ...

    def report_triggered(self, order_id: int) -> None:
        """Its trigger has fired."""
        ...

    def report_rejected(self, order_id: int, reason: str) -> None:
        """It was refused, or has never left."""
        ...

    def report_fill(
        self,
        order_id: int,
        *,
        trade_id: int,
        price: Decimal,
        quantity: Decimal,
        liquidity: Literal["maker", "taker"],
        fee: Decimal,
        fee_currency: str,
        is_last: bool = False,
    ) -> None:
        """It has traded."""
        ...

    def report_cancelled(self, order_id: int, reason: str) -> None:
        """The rest is cancelled."""
        ...

    def report_cancel_rejected(self, order_id: int, reason: str) -> None:
        """The cancel was refused; the order lives."""
        ...

    def report_replaced(self, order_id: int, version: int) -> None:
        """It is this version now."""
        ...

    def report_replace_rejected(self, order_id: int, version: int, reason: str) -> None:
        """It does not become this version."""
        ...

    def report_expired(self, order_id: int, reason: str) -> None:
        """The rest has expired."""
        ...

    def report_lost(self, order_id: int, reason: str) -> None:
        """Nobody knows what became of a request about it."""
        ...

    def set_balance(self, venue: str, currency: str, total: Decimal) -> None:
        """So much of a currency is on the account."""
        ...

    def note_drift(self, venue: str, currency: str, amount: Decimal) -> None:
        """So much of a currency is there, or is missing, and no trade explains it."""
        ...

    def note_order_drift(self, instrument: Instrument, text: str) -> None:
        """An order is at the venue that cannot be."""
        ...

    def balances(self) -> Sequence[Balance]:
        """What is thought to be on the accounts."""
        ...

    def tell(self, text: str, order_id: int | None = None) -> None:
        """Somebody must know."""
        ...
