"""What a node asks of a venue, in the words of no venue."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from alphaforge_rs import Instrument, VenueCommand

from alphaforge.sansio.order_names import wire_name


@dataclass(frozen=True, slots=True)
class Place:
    """A new order. It is made of commands that the risk gate has approved, and of nothing else."""

    command: VenueCommand
    """The approved order (kind `submit`)."""
    change: VenueCommand | None = None
    """The approved replace (kind `replace`) whose new version this is; None for a first version."""
    filled: Decimal = Decimal(0)
    """What older versions have traded: it is not ordered again."""

    @property
    def name(self) -> str:
        """The client order id on the wire."""
        version = 0 if self.change is None else self.change.version or 0
        return wire_name(self.command.client_order_id, version)

    @property
    def price(self) -> Decimal | None:
        """The limit; None for a market order."""
        return self.command.price if self.change is None else self.change.price

    @property
    def quantity(self) -> Decimal | None:
        """How much to order, in the base currency; None for an order in the quote currency."""
        quantity = self.command.quantity if self.change is None else self.change.quantity
        return None if quantity is None else quantity - self.filled


@dataclass(frozen=True, slots=True)
class Cancel:
    """An order less. One of the two ids is enough."""

    instrument: Instrument
    name: str
    """The client order id on the wire."""
    venue_order_id: str | None


@dataclass(frozen=True, slots=True)
class Replace:
    """One version of an order by the next, in one step at the venue.

    If the old version has traded at all since `filled`, the venue must refuse rather than order too much.
    """

    old: Cancel
    new: Place
    is_shrink: bool
    """The same price and a smaller quantity: its place in the queue may be kept."""


@dataclass(frozen=True, slots=True)
class FindOrder:
    """What became of an order. Answered with its report, or refused as `not_found`."""

    instrument: Instrument
    name: str
    venue_order_id: str | None


@dataclass(frozen=True, slots=True)
class ListOpenOrders:
    """All open orders of the account, those of others too."""


@dataclass(frozen=True, slots=True)
class ListFills:
    """The account's trades in an instrument, oldest first; a page of them."""

    instrument: Instrument
    since_ns: int
    """From this venue time on, where `after` is None."""
    after: int | None = None
    """Only trades with a higher id."""
    venue_order_id: str | None = None
    """Of this order only."""


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """Balances and permissions."""


OrderAction: TypeAlias = Place | Cancel | Replace
QueryAction: TypeAlias = FindOrder | ListOpenOrders | ListFills | ReadAccount
Action: TypeAlias = OrderAction | QueryAction
