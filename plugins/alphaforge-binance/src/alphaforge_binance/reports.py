"""Binance's words on orders, trades and balances → ours.

A report names its order by the order's own client id, whichever field holds it: a cancel has an id too,
and Binance gives that in `c` and the order's in `C`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Literal, TypeAlias

from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.venue_events import (
    Account,
    Fault,
    OrderReport,
    OrderStatus,
    TradingEvent,
    VenueFill,
)

from alphaforge_binance.fields import nanoseconds, number
from alphaforge_binance.order_messages import (
    AccountAnswer,
    AccountPosition,
    AmendAnswer,
    ExecutionReport,
    Fill,
    OrderAnswer,
    TradeRow,
)
from alphaforge_binance.order_params import unmarked

QuoteOf: TypeAlias = Callable[[str], str | None]
"""The quote currency of a symbol; None for one that the node does not trade."""

_STATUSES: Mapping[str, OrderStatus] = {
    "NEW": "open",
    "PENDING_NEW": "pending",
    "PARTIALLY_FILLED": "open",
    "FILLED": "filled",
    "CANCELED": "cancelled",
    "PENDING_CANCEL": "open",
    "REJECTED": "rejected",
    "EXPIRED": "expired",
    "EXPIRED_IN_MATCH": "expired",
}
_SIDES: Mapping[str, Literal["buy", "sell"]] = {"BUY": "buy", "SELL": "sell"}
_WAITING = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
_ZERO = Decimal(0)


def execution_events(report: ExecutionReport, quote_of: QuoteOf) -> list[TradingEvent]:
    """What an `executionReport` says: mostly one report.

    A trade without price or quantity brings no fill: the total tells that something has traded, and
    its trades can be asked for. An amendment ends the old version and opens the new one.

    Raises:
        FrameError: a field holds what cannot be.
    """
    own = report.C if report.x == "CANCELED" and report.C else unmarked(report.c)
    filled = number(report.z)
    told = OrderReport(
        symbol=report.s,
        name=own,
        venue_order_id=str(report.i),
        status=_STATUSES[report.X],
        side=_SIDES[report.S],
        price=_price(report.p),
        quantity=_quantity(report.q, report.Q),
        filled=filled,
        fill=_fill(report, quote_of),
        is_triggered=_has_fired(report.o, is_working=report.w, filled=filled),
        reason=_reason(report.X, report.eR, report.r),
    )
    if report.x == "TRADE" and told.fill is None:
        text = f"{report.s}: a trade of order {report.i} without price or quantity (trade id {report.t})"
        return [told, Fault(text)]
    if report.x == "REPLACED" and report.C not in {"", own}:
        return [_superseded(told, report.C), told]
    return [told]


def order_report(answer: OrderAnswer) -> OrderReport:
    """The report that the answer to a request or to a query holds. Raises FrameError."""
    is_working = answer.is_working or answer.working_time > 0
    filled = number(answer.executed_qty)
    return OrderReport(
        symbol=answer.symbol,
        name=answer.orig_client_order_id or unmarked(answer.client_order_id),
        venue_order_id=str(answer.order_id),
        status=_STATUSES[answer.status],
        side=_SIDES[answer.side],
        price=_price(answer.price),
        quantity=_quantity(answer.orig_qty, answer.orig_quote_order_qty),
        filled=filled,
        is_triggered=_has_fired(answer.type, is_working=is_working, filled=filled),
        reason=_reason(answer.status, answer.expiry_reason, ""),
    )


def answer_fills(answer: OrderAnswer, quote_of: QuoteOf) -> tuple[VenueFill, ...]:
    """The trades that a new order has made at once: as taker, all of them. Raises FrameError."""
    time = nanoseconds(answer.transact_time or 0)
    quote = quote_of(answer.symbol)
    return tuple(_answer_fill(fill, time, quote) for fill in answer.fills if _is_whole(fill))


def amend_reports(answer: AmendAnswer) -> tuple[OrderReport, ...]:
    """Both versions of an amended order. Raises FrameError."""
    order = answer.amended_order
    new = OrderReport(
        symbol=order.symbol,
        name=order.client_order_id,
        venue_order_id=str(order.order_id),
        status=_STATUSES[order.status],
        side=_SIDES[order.side],
        price=_price(order.price),
        quantity=number(order.qty),
        filled=number(order.executed_qty),
    )
    return (_superseded(new, order.orig_client_order_id), new)


def row_fill(row: TradeRow, quote_of: QuoteOf) -> VenueFill:
    """A row of `myTrades`. Raises FrameError."""
    fee, fee_currency = _fee(row.commission, row.commission_asset, quote_of(row.symbol))
    return VenueFill(
        trade_id=row.id,
        price=number(row.price),
        quantity=number(row.qty),
        liquidity="maker" if row.is_maker else "taker",
        fee=fee,
        fee_currency=fee_currency,
        ts_event=nanoseconds(row.time),
    )


def whole_account(answer: AccountAnswer) -> Account:
    """The account. It does not tell whether the key may withdraw: `canWithdraw` is about the account.

    Raises FrameError.
    """
    totals = _totals((row.asset, row.free, row.locked) for row in answer.balances)
    return Account(totals, is_whole=True, can_trade=answer.can_trade)


def changed_account(position: AccountPosition) -> Account:
    """The balances that have changed. Raises FrameError."""
    return Account(_totals((row.a, row.f, row.l) for row in position.B), is_whole=False)


def _totals(rows: Iterable[tuple[str, str, str]]) -> dict[str, Decimal]:
    return {asset: number(free) + number(locked) for asset, free, locked in rows}


def _superseded(new: OrderReport, name: str) -> OrderReport:
    """The end of the version that an amendment has made into `new`. What it had traded is not told."""
    return replace(new, name=name, status="cancelled")


def _fill(report: ExecutionReport, quote_of: QuoteOf) -> VenueFill | None:
    if report.x != "TRADE" or report.t < 0:
        return None
    price, quantity = number(report.L), number(report.l)
    if price <= 0 or quantity <= 0:
        return None
    fee, fee_currency = _fee(report.n, report.N, quote_of(report.s))
    return VenueFill(
        trade_id=report.t,
        price=price,
        quantity=quantity,
        liquidity="maker" if report.m else "taker",
        fee=fee,
        fee_currency=fee_currency,
        ts_event=nanoseconds(report.T),
    )


def _answer_fill(fill: Fill, ts_event: int, quote: str | None) -> VenueFill:
    fee, fee_currency = _fee(fill.commission, fill.commission_asset, quote)
    return VenueFill(
        trade_id=fill.trade_id,
        price=number(fill.price),
        quantity=number(fill.qty),
        liquidity="taker",
        fee=fee,
        fee_currency=fee_currency,
        ts_event=ts_event,
    )


def _is_whole(fill: Fill) -> bool:
    return number(fill.price) > 0 and number(fill.qty) > 0


def _fee(amount: str, asset: str | None, quote: str | None) -> tuple[Decimal, str]:
    """A fee and its currency. No fee needs no currency; it is counted as none of the quote's."""
    fee = number(amount)
    if asset:
        return fee, asset
    if fee:
        raise FrameError(f"a fee of {amount} in no currency")
    return _ZERO, quote or ""


def _price(text: str) -> Decimal | None:
    return number(text) or None


def _quantity(text: str, quote_quantity: str) -> Decimal:
    return _ZERO if number(quote_quantity) else number(text)


def _has_fired(kind: str, *, is_working: bool, filled: Decimal) -> bool:
    return kind in _WAITING and (is_working or filled > 0)


def _reason(status: str, expiry_reason: str, reject_reason: str) -> str:
    if expiry_reason:
        return expiry_reason
    if status == "EXPIRED_IN_MATCH":
        return status
    return "" if reject_reason == "NONE" else reject_reason
