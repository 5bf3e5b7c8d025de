"""What a venue says of orders and of the account, in the words of no venue."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

OrderStatus: TypeAlias = Literal["pending", "open", "filled", "cancelled", "rejected", "expired"]
"""`pending`: the venue has it and it does not work yet (a contingent leg). Partially filled is open."""

RefusalKind: TypeAlias = Literal[
    "rejected",  # by the rules of the venue: filters, funds, post-only
    "unknown_order",  # a cancel or replace of what is not open (any more)
    "not_found",  # a query of what the venue does not know (yet)
    "rate_limited",
    "clock",  # our timestamp is outside the window
    "auth",
    "unavailable",  # certainly not executed, and may be later: maintenance, halted
]


@dataclass(frozen=True, slots=True)
class VenueFill:
    """A trade of ours, as the venue tells it."""

    trade_id: int
    price: Decimal
    quantity: Decimal
    liquidity: Literal["maker", "taker"]
    fee: Decimal
    fee_currency: str
    ts_event: int
    """When it traded, venue time, ns."""


@dataclass(frozen=True, slots=True)
class OrderReport:
    """The venue's word on an order, from a stream, an answer or a query alike."""

    symbol: str
    name: str
    """The client order id on the wire, of the order itself and never of a cancel; empty where unknown."""
    venue_order_id: str
    status: OrderStatus
    side: Literal["buy", "sell"]
    price: Decimal | None
    quantity: Decimal
    """What was ordered under this name; 0 for an order in the quote currency."""
    filled: Decimal
    """What of it has traded, altogether."""
    fill: VenueFill | None = None
    """The trade that this report brings, if any."""
    is_triggered: bool = False
    """Its trigger has fired."""
    reason: str = ""
    """Why it was rejected, expired or cancelled, in the venue's words."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request was executed, or a query answered."""

    reports: tuple[OrderReport, ...] = ()
    fills: tuple[VenueFill, ...] = ()
    account: "Account | None" = None
    rights: "KeyRights | None" = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A request was certainly not executed."""

    kind: RefusalKind
    code: str
    """The venue's code, such as `-2010`."""
    text: str
    """The venue's words."""
    is_transient: bool
    """The same request may succeed later as it is."""
    retry_after_s: float | None = None
    reports: tuple[OrderReport, ...] = ()
    """What was executed all the same, such as the cancel of a replace whose new order was refused."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows whether a request was executed: a 5xx, a timeout inside the venue."""

    text: str


Result: TypeAlias = Answered | Refused | Doubtful


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of the request with this id."""

    request_id: str
    result: Result


@dataclass(frozen=True, slots=True)
class Account:
    """What is on the account. Currencies that are not named are unchanged, or zero where `is_whole`."""

    totals: Mapping[str, Decimal]
    """Free and locked together."""
    is_whole: bool
    can_trade: bool | None = None
    """Whether the account may trade, where the venue tells."""


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What the key may do."""

    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class SessionReady:
    """Orders can be placed, and reports of all that happens come in from now on."""


@dataclass(frozen=True, slots=True)
class SessionLost:
    """Reports may be missing from now on; the connection must be made anew."""

    reason: str
    retry_after_s: float | None = None
    """How long the venue wants silence before that."""


@dataclass(frozen=True, slots=True)
class RenewalAdvised:
    """The venue will end this connection soon."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A frame that the protocol does not allow, or that nobody knows: somebody must be told."""

    text: str


TradingEvent: TypeAlias = Answer | OrderReport | Account | SessionReady | SessionLost | RenewalAdvised | Fault
