"""The messages of Binance Spot that tell of orders and of the account.

Source: binance-spot-api-docs, user-data-stream.md, web-socket-api.md and rest-api.md. All have more
fields; these are used.
"""

from typing import Literal, TypeAlias

import msgspec

from alphaforge_binance.errors import ErrorBody
from alphaforge_binance.fields import Id, MaybeId

Status: TypeAlias = Literal[
    "NEW",
    "PENDING_NEW",
    "PARTIALLY_FILLED",
    "FILLED",
    "CANCELED",
    "PENDING_CANCEL",
    "REJECTED",
    "EXPIRED",
    "EXPIRED_IN_MATCH",
]
Side: TypeAlias = Literal["BUY", "SELL"]
ReplaceStep: TypeAlias = Literal["SUCCESS", "FAILURE", "NOT_ATTEMPTED"]


class ExecutionReport(msgspec.Struct, tag_field="e", tag="executionReport"):
    """Something has happened to an order."""

    s: str
    c: str
    """The client order id: of the cancel, where one has ended the order."""
    S: Side
    o: str
    q: str
    p: str
    C: str
    """The client order id that was cancelled or amended; empty otherwise."""
    x: str
    X: Status
    r: str
    i: Id
    l: str  # noqa: E741 - the venue's name
    z: str
    L: str
    n: str
    N: str | None
    T: Id
    t: MaybeId
    w: bool
    m: bool
    Q: str = "0"
    eR: str = ""  # noqa: N815 - the venue's name


class Balance(msgspec.Struct):
    """What there is of an asset, free and locked, in an `outboundAccountPosition`."""

    a: str
    f: str
    l: str  # noqa: E741 - the venue's name


class AccountPosition(msgspec.Struct, tag_field="e", tag="outboundAccountPosition"):
    """Balances that may have changed."""

    B: list[Balance]


class BalanceUpdate(msgspec.Struct, tag_field="e", tag="balanceUpdate"):
    """A deposit, withdrawal or transfer. An `outboundAccountPosition` comes with it and says all."""


class ExternalLockUpdate(msgspec.Struct, tag_field="e", tag="externalLockUpdate"):
    """Something was locked from outside, which leaves the totals as they are."""


class ListStatus(msgspec.Struct, tag_field="e", tag="listStatus"):
    """News of an order list, whose orders have reports of their own."""


class EventStreamTerminated(msgspec.Struct, tag_field="e", tag="eventStreamTerminated"):
    """No report will come any more."""


class ServerShutdown(msgspec.Struct, tag_field="e", tag="serverShutdown"):
    """The server will end the connection soon."""


Event: TypeAlias = (
    ExecutionReport
    | AccountPosition
    | BalanceUpdate
    | ExternalLockUpdate
    | ListStatus
    | EventStreamTerminated
    | ServerShutdown
)


class Frame(msgspec.Struct):
    """A frame of the WebSocket API: an event, or the reply to a request."""

    event: Event | None = None
    id: str | int | None = None
    status: int | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: ErrorBody | None = None


class RetryAfter(msgspec.Struct, rename="camel"):
    """With a reply 418 or 429: when to come again."""

    retry_after: Id


class Fill(msgspec.Struct, rename="camel"):
    """A trade at once, in the answer to a new order."""

    price: str
    qty: str
    commission: str
    commission_asset: str | None
    trade_id: Id


class OrderAnswer(msgspec.Struct, rename="camel"):
    """The answer to a new order, to a cancel, and to a query of an order."""

    symbol: str
    order_id: Id
    client_order_id: str
    price: str
    orig_qty: str
    executed_qty: str
    status: Status
    type: str
    side: Side
    orig_client_order_id: str = ""
    """In the answer to a cancel: the order's own id; `client_order_id` is the cancel's then."""
    orig_quote_order_qty: str = "0"
    transact_time: Id | None = None
    is_working: bool = False
    """In answers to queries."""
    working_time: MaybeId = -1
    expiry_reason: str = ""
    fills: list[Fill] = []


class ReplaceAnswer(msgspec.Struct, rename="camel"):
    """The answer to a cancelReplace that was carried out."""

    cancel_response: OrderAnswer
    new_order_response: OrderAnswer


class ReplaceFailure(msgspec.Struct, rename="camel"):
    """What became of a cancelReplace that was not carried out, or in part.

    A response is an `OrderAnswer` for SUCCESS and an `ErrorBody` for FAILURE.
    """

    cancel_result: ReplaceStep
    new_order_result: ReplaceStep
    cancel_response: msgspec.Raw = msgspec.Raw()
    new_order_response: msgspec.Raw = msgspec.Raw()


class AmendedOrder(msgspec.Struct, rename="camel"):
    """An order after its amendment."""

    symbol: str
    order_id: Id
    orig_client_order_id: str
    client_order_id: str
    price: str
    qty: str
    executed_qty: str
    status: Status
    type: str
    side: Side
    working_time: MaybeId = -1


class AmendAnswer(msgspec.Struct, rename="camel"):
    """The answer to an amendment."""

    amended_order: AmendedOrder


class TradeRow(msgspec.Struct, rename="camel"):
    """A row of `myTrades`."""

    symbol: str
    id: Id
    price: str
    qty: str
    commission: str
    commission_asset: str | None
    time: Id
    is_maker: bool


class AssetBalance(msgspec.Struct):
    """What there is of an asset, free and locked, in `account`."""

    asset: str
    free: str
    locked: str


class AccountAnswer(msgspec.Struct, rename="camel"):
    """`account`."""

    can_trade: bool
    balances: list[AssetBalance]


class KeyRestrictions(msgspec.Struct, rename="camel"):
    """`GET /sapi/v1/account/apiRestrictions`: what the key may do. Test networks have no such page."""

    enable_withdrawals: bool
