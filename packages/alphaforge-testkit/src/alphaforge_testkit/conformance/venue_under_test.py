"""What the author of a venue's plugin supplies: how to reach the venue, and what its emulator can do."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from alphaforge.model.numbers import Side

from alphaforge_testkit.conformance.case import Capability, Declared

FaultName: TypeAlias = Literal[
    # The next request of a kind. What the venue has done, its reports tell as ever.
    "order_answer_lost",
    "order_error",
    "order_error_but_accepted",
    "order_reset",
    "order_reset_but_accepted",
    "order_answer_late",
    "cancel_answer_lost",
    "cancel_error_but_accepted",
    "cancel_reset_but_accepted",
    "cancel_answer_late",
    "replace_answer_lost",
    "replace_error_but_accepted",
    # The next queries of an order, and for a while: what is queried does not show what is new.
    "query_error",
    "not_found_yet",
    # The next reports of orders and fills.
    "report_lost",
    "report_twice",
    "report_late",
    "report_reordered",
    "report_bytewise",
    "report_unreadable",
    # The next frames of market data.
    "book_lost",
    "book_twice",
    "book_reordered",
    "book_crossed",
    "market_bytewise",
    "market_unreadable",
    "market_truncated",
    "trade_twice",
    # Connections.
    "market_cut",
    "trading_cut",
    "unreachable",
    "renewal",
    # The venue as a whole, for a while.
    "rate_limited",
    "nearly_used_up",
    "closed",
]
"""What can be made to go wrong, in the words of no venue. `error` is an answer that leaves all open, such
as a 5xx; `lost` never comes; `reset` ends the connection; `but_accepted`: what was asked for is done;
`nearly_used_up`: others have left little of what may be asked in the running window."""


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order of the account, as the venue itself has it."""

    name: str
    """The client order id."""
    side: Side
    price: Decimal
    """0 for an order without one."""
    quantity: Decimal
    filled: Decimal
    is_open: bool


class Adversary(Protocol):
    """What only an emulator can do: be the rest of the market, the account's owner, and the bad luck."""

    def rest(self, side: Side, quantity: Decimal, price: Decimal) -> None:
        """Somebody else's order joins the book."""
        ...

    def take(self, side: Side, quantity: Decimal, price: Decimal) -> None:
        """Somebody else trades what there is, up to this price; nothing of it rests."""
        ...

    def book(self) -> tuple[Sequence[tuple[Decimal, Decimal]], Sequence[tuple[Decimal, Decimal]]]:
        """Bids and asks, best first, each price with its quantity."""
        ...

    def balances(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Free and locked of all currencies of the account."""
        ...

    def orders(self) -> Sequence[VenueOrder]:
        """All orders that the account ever had, oldest first."""
        ...

    def order_by_hand(self, side: Side, quantity: Decimal, price: Decimal, *, name: str) -> None:
        """The account's owner places a limit order of its own, under this client order id."""
        ...

    def cancel_by_hand(self, name: str) -> None:
        """The account's owner cancels an order."""
        ...

    def deposit(self, currency: str, amount: Decimal, *, silently: bool = False) -> None:
        """Money comes in, or goes out where it is negative; silently: no stream tells of it."""
        ...

    def inject(self, fault: FaultName, *, times: int = 1, seconds: float = 1.0) -> None:
        """Arm a fault: for the next `times`, or for `seconds` where it lasts, from now on."""
        ...

    def requests(self) -> int:
        """How many requests over HTTP the venue has had, those that it refused included."""
        ...

    def set_clock(self, ahead_s: float) -> None:
        """The venue's clock is so far ahead of this machine's from now on; negative: behind."""
        ...

    def duplicates(self) -> int:
        """How often a new order bore a client order id that was used before."""
        ...


@dataclass(frozen=True, slots=True)
class OpenVenue:
    """A venue that a node can trade on now."""

    sections: Mapping[str, Any]
    """The section `[venues.NAME]` under its name, with keys: one instrument is traded."""
    adversary: Adversary | None
    """None for a real venue."""


@dataclass(frozen=True, slots=True)
class LiveTarget:
    """A real venue (a test network, best) instead of the emulator."""

    url: str
    key_file: Path


class VenueUnderTest(ABC):
    """How the suites get at a venue."""

    name: ClassVar[str]
    """The name of the venue, as reports have it."""
    capabilities: ClassVar[Mapping[Capability, Declared]]
    """An answer for each capability; a test of one that has none fails."""
    quantity: ClassVar[Decimal]
    """What an ordinary order trades: some ten times the least."""
    refusals: ClassVar[Mapping[Literal["insufficient_funds", "post_only", "price_band", "closed"], str]]
    """What the reason of a rejected order holds, by its cause: the venue's own code or words."""

    @abstractmethod
    def open(
        self, directory: Path, target: LiveTarget | None, *, fee_in_third_asset: bool = False
    ) -> AbstractAsyncContextManager[OpenVenue]:
        """The venue, ready to be traded on; files that the configuration names go into `directory`.

        Each call has an emulator of its own, on which nothing moves by itself. The book of the instrument has
        five prices on each side, a thousand ticks apart, with a hundred times `quantity` at each, and the
        last trade was between the two sides. The account could pay for the whole book, and has no orders.

        `fee_in_third_asset`: the account pays its fees in neither of the instrument's currencies.
        """
