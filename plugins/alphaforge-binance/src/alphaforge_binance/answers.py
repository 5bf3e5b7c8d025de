"""The answers to requests, of REST and of the WebSocket API alike: one body, one meaning."""

import msgspec
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.venue_actions import (
    Action,
    FindOrder,
    ListFills,
    ListOpenOrders,
    OrderAction,
    ReadKeyRights,
)
from alphaforge.sansio.venue_events import Answered, Doubtful, KeyRights, OrderReport, Refused, Result

from alphaforge_binance.errors import ErrorBody, meaning, refusal, refusal_without_code
from alphaforge_binance.fields import decoded
from alphaforge_binance.order_messages import (
    AccountAnswer,
    AmendAnswer,
    KeyRestrictions,
    OrderAnswer,
    ReplaceAnswer,
    ReplaceFailure,
    TradeRow,
)
from alphaforge_binance.reports import (
    QuoteOf,
    amend_reports,
    answer_fills,
    order_report,
    row_fill,
    whole_account,
)

_ORDER = msgspec.json.Decoder(OrderAnswer)
_ORDERS = msgspec.json.Decoder(list[OrderAnswer])
_REPLACE = msgspec.json.Decoder(ReplaceAnswer)
_REPLACE_FAILURE = msgspec.json.Decoder(ReplaceFailure)
_AMEND = msgspec.json.Decoder(AmendAnswer)
_ROWS = msgspec.json.Decoder(list[TradeRow])
_ACCOUNT = msgspec.json.Decoder(AccountAnswer)
_RESTRICTIONS = msgspec.json.Decoder(KeyRestrictions)
_ERROR = msgspec.json.Decoder(ErrorBody)

_OK = 200
_CANCEL_REPLACE_CODES = frozenset({-2021, -2022})


class _Shape(msgspec.Struct, rename="camel"):
    """What tells the answers to order actions apart."""

    cancel_result: msgspec.Raw = msgspec.Raw()
    amended_order: msgspec.Raw = msgspec.Raw()


_SHAPE = msgspec.json.Decoder(_Shape)


def read_response(
    action: Action, status: int, body: bytes, retry_after_s: float | None, quote_of: QuoteOf
) -> Result:
    """What a response to `action` says. What cannot be read is Doubtful."""
    if status == _OK:
        try:
            return _query_answer(action, body, quote_of)
        except FrameError as error:
            return Doubtful(f"an answer that cannot be read: {error}")
    try:
        error_body = decoded(_ERROR, body)
    except FrameError:
        return refusal_without_code(status, retry_after_s)
    return read_error(status, error_body, retry_after_s)


def read_reply(
    status: int, result: bytes, error: ErrorBody | None, retry_after_s: float | None, quote_of: QuoteOf
) -> Result:
    """What a reply to an order action says. What cannot be read is Doubtful."""
    if status != _OK:
        if error is None:
            return refusal_without_code(status, retry_after_s)
        return read_error(status, error, retry_after_s)
    try:
        return _order_answer(result, quote_of)
    except FrameError as fault:
        return Doubtful(f"an answer that cannot be read: {fault}")


def read_error(status: int, error: ErrorBody, retry_after_s: float | None) -> Refused | Doubtful:
    """What an error says, with what was executed all the same."""
    if error.code not in _CANCEL_REPLACE_CODES:
        return refusal(status, error, retry_after_s)
    try:
        return _replace_failure(decoded(_REPLACE_FAILURE, bytes(error.data)), retry_after_s)
    except FrameError as fault:
        return Doubtful(f"{error.code} {error.msg} that cannot be read: {fault}")


def _query_answer(action: Action, body: bytes, quote_of: QuoteOf) -> Answered:
    if isinstance(action, OrderAction):
        return _order_answer(body, quote_of)
    if isinstance(action, FindOrder):
        return Answered(reports=(order_report(decoded(_ORDER, body)),))
    if isinstance(action, ListOpenOrders):
        return Answered(reports=tuple(order_report(answer) for answer in decoded(_ORDERS, body)))
    if isinstance(action, ListFills):
        return Answered(fills=tuple(row_fill(row, quote_of) for row in decoded(_ROWS, body)))
    if isinstance(action, ReadKeyRights):
        return Answered(rights=KeyRights(decoded(_RESTRICTIONS, body).enable_withdrawals))
    return Answered(account=whole_account(decoded(_ACCOUNT, body)))


def _order_answer(body: bytes, quote_of: QuoteOf) -> Answered:
    """The answer to a new order, a cancel or a replace; its fields tell which."""
    shape = decoded(_SHAPE, body)
    if shape.amended_order:
        return Answered(reports=amend_reports(decoded(_AMEND, body)))
    if shape.cancel_result:
        replace = decoded(_REPLACE, body)
        new = replace.new_order_response
        reports = (order_report(replace.cancel_response), order_report(new))
        return Answered(reports=reports, fills=answer_fills(new, quote_of))
    answer = decoded(_ORDER, body)
    return Answered(reports=(order_report(answer),), fills=answer_fills(answer, quote_of))


def _replace_failure(failure: ReplaceFailure, retry_after_s: float | None) -> Refused | Doubtful:
    """A cancelReplace of which at least one half has failed: the first that has says why."""
    reports: list[OrderReport] = []
    errors: list[ErrorBody] = []
    steps = (
        (failure.cancel_result, failure.cancel_response),
        (failure.new_order_result, failure.new_order_response),
    )
    for result, response in steps:
        if result == "SUCCESS":
            reports.append(order_report(decoded(_ORDER, bytes(response))))
        elif result == "FAILURE":
            errors.append(decoded(_ERROR, bytes(response)))
    if not errors:
        return Doubtful("a cancelReplace that has failed without saying how")
    if any(meaning(_CALLER_FAULT, error.code, error.msg).kind is None for error in errors):
        return Doubtful("; ".join(f"{error.code} {error.msg}" for error in errors))
    means = meaning(_CALLER_FAULT, errors[0].code, errors[0].msg)
    return Refused(
        means.kind or "rejected",
        str(errors[0].code),
        errors[0].msg,
        means.is_transient,
        retry_after_s,
        tuple(reports),
    )


_CALLER_FAULT = 400
