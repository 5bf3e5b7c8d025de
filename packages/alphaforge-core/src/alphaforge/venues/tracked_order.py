"""An order at a venue outside: all its versions, and what the venue has said of each."""

import math
from dataclasses import dataclass, field
from decimal import Decimal

from alphaforge_rs import Instrument, VenueCommand

from alphaforge.sansio.order_names import wire_name
from alphaforge.sansio.venue_actions import Cancel, FindOrder, Place
from alphaforge.sansio.venue_events import OrderReport
from alphaforge.venues.counted_trades import CountedTrades

_CANCEL_AGAIN_S = 0.5
"""How soon a cancel that could not be done is sent again, the first time."""
_CANCEL_PAUSE_S = 8.0
"""The longest pause before that."""


@dataclass(slots=True)
class OrderVersion:
    """An order as it was placed, or as a replace made it; the venue may know it as an order of its own."""

    number: int
    sent_at_s: float
    """When it was sent last, monotonic."""
    venue_order_id: str | None = None
    is_confirmed: bool = False
    """The venue has said that it exists, or existed."""
    trades: CountedTrades = field(default_factory=CountedTrades)
    filled: Decimal = Decimal(0)
    """What of it has traded, by the highest word of the venue."""
    last_report: OrderReport | None = None
    end: OrderReport | None = None
    """The venue's word that it has ended, kept back until all that has traded is counted."""
    has_ended: bool = False
    misses: int = 0
    """How often a query has not found it."""

    @property
    def is_refused(self) -> bool:
        """It has never been an order at the venue, and will not be."""
        return self.has_ended and not self.is_confirmed

    @property
    def lacks_trades(self) -> bool:
        """The venue has said that more has traded than was counted."""
        return self.filled > self.trades.filled


@dataclass(slots=True)
class TrackedOrder:
    """An order of this node at a venue, from the moment it leaves."""

    command: VenueCommand
    """The approved order."""
    versions: list[OrderVersion]
    change: VenueCommand | None = None
    """The approved replace that is on its way."""
    is_two_step: bool = False
    """It is done as a cancel of the old version and then a new order."""
    is_cancel_wanted: bool = False
    """A cancel was asked for, and the order has not ended."""
    is_cancel_sent: bool = False
    """A cancel has left at least once."""
    requests: int = 0
    """Requests about it that have no answer yet."""
    is_in_doubt: bool = False
    """The venue is being asked what became of it."""
    is_doubt_renewed: bool = False
    """Meanwhile another request about it was lost: what the venue has said may be from before that."""
    is_cancel_due: bool = False
    """The cancel could not be done, and waits to be sent again."""
    cancel_failures: int = 0
    """How often the cancel could not be done."""

    @property
    def order_id(self) -> int:
        """The kernel's id."""
        return self.command.order_id

    @property
    def instrument(self) -> Instrument:
        """What it trades."""
        return self.command.instrument

    @property
    def current(self) -> OrderVersion:
        """The newest version that was not refused: what becomes of it becomes of the order."""
        return next((each for each in reversed(self.versions) if not each.is_refused), self.versions[0])

    @property
    def filled(self) -> Decimal:
        """What of all versions was counted."""
        return sum((version.trades.filled for version in self.versions), Decimal(0))

    @property
    def has_ended(self) -> bool:
        """Nothing of it can trade any more, and all that has traded is counted."""
        return self.change is None and all(version.has_ended for version in self.versions)

    @property
    def cancel_pause_s(self) -> float:
        """How long to wait before a cancel that could not be done is sent again."""
        return min(_CANCEL_AGAIN_S * math.pow(2.0, self.cancel_failures - 1), _CANCEL_PAUSE_S)

    def version(self, number: int) -> OrderVersion | None:
        """The version with this number, if it was ever sent."""
        return next((version for version in self.versions if version.number == number), None)

    def name(self, version: OrderVersion) -> str:
        """The client order id of a version on the wire."""
        return wire_name(self.command.client_order_id, version.number)

    def cancel(self, version: OrderVersion) -> Cancel:
        """The cancel of a version."""
        return Cancel(self.instrument, self.name(version), version.venue_order_id)

    def query(self, version: OrderVersion) -> FindOrder:
        """The question what became of a version."""
        return FindOrder(self.instrument, self.name(version), version.venue_order_id)

    def place_change(self) -> Place:
        """The new version, less what has traded."""
        return Place(self.command, self.change, self.filled)

    def shrunk_to(self, change: VenueCommand) -> Decimal | None:
        """What the current version's whole quantity becomes where a change only makes it smaller."""
        old = self.current
        if not old.is_confirmed or old.last_report is None or change.quantity is None:
            return None
        becomes = change.quantity - (self.filled - old.trades.filled)
        is_smaller = old.filled < becomes < old.last_report.quantity
        return becomes if is_smaller and change.price == old.last_report.price else None
