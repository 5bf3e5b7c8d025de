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
    shrunk_to: Decimal | None
    """Where the price stays and the quantity becomes smaller: what the old version's whole quantity, traded
    included, becomes; its place in the queue may be kept. None for any other change."""


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
    """All trades of one order, oldest first."""

    instrument: Instrument
    venue_order_id: str


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """Balances, and whether the account may trade."""


@dataclass(frozen=True, slots=True)
class ReadKeyRights:
    """What the key may do. Answered without rights where the venue does not tell."""


OrderAction: TypeAlias = Place | Cancel | Replace
QueryAction: TypeAlias = FindOrder | ListOpenOrders | ListFills | ReadAccount | ReadKeyRights
Action: TypeAlias = OrderAction | QueryAction
