"""Parent orders: a quantity that a strategy trades by several orders, which never come to more."""

from decimal import Decimal
from typing import TYPE_CHECKING

from alphaforge_rs import Instrument, Parent
from typing_extensions import Unpack

from alphaforge.model.numbers import Number, Side
from alphaforge.strategies.handle import OrderHandle

if TYPE_CHECKING:
    from alphaforge.strategies.order_entry import OrderEntry, OrderOptions


class ParentOrder:
    """A quantity to trade, and what its children have made of it. Made by `Strategy.parent`.

    The kernel denies a child (`parent_exceeded`) where all children together could fill more than the
    parent: what they have filled, and what those in flight, unknown or waiting can still fill.
    """

    def __init__(self, strategy: "OrderEntry", made: Parent, instrument: Instrument, side: Side) -> None:
        self.instrument = instrument
        self.side = side
        self._strategy = strategy
        self._made = made

    @property
    def id(self) -> int:
        """Its id, for `submit(..., parent=...)`."""
        return self._made.id

    @property
    def quantity(self) -> Decimal:
        """How much in all, on the lot."""
        return self._made.quantity_decimal

    @property
    def filled(self) -> Decimal:
        """What has traded."""
        return self._made.filled_decimal

    @property
    def open(self) -> Decimal:
        """What children can still trade at worst."""
        return self._made.open_decimal

    @property
    def remaining(self) -> Decimal:
        """What another child can ask for; never below zero."""
        return max(self.quantity - self.filled - self.open, Decimal(0))

    def submit(
        self, quantity: Number, price: Number | None = None, **options: "Unpack[OrderOptions]"
    ) -> OrderHandle:
        """Send a child; see `Strategy.submit`."""
        options["parent"] = self.id
        return self._strategy.submit(self.side, quantity, price, instrument=self.instrument, **options)

    def __repr__(self) -> str:
        return f"ParentOrder({self.side} {self.quantity} {self.instrument.id}, filled {self.filled})"
