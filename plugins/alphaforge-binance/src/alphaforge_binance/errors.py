"""What Binance's errors mean. Source: binance-spot-api-docs, errors.md.

An error of the caller (4xx) says that nothing was executed. All others leave that open, and so do some
codes whatever the status; what they say is evidence of nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from alphaforge.sansio.venue_events import Doubtful, RefusalKind, Refused


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error comes to. Doubtful where `kind` is None."""

    kind: RefusalKind | None
    is_transient: bool = False


_DOUBTFUL = Meaning(None)
_AUTH = Meaning("auth")
_RATE_LIMITED = Meaning("rate_limited", is_transient=True)
_UNAVAILABLE = Meaning("unavailable", is_transient=True)
_NOT_FOUND = Meaning("not_found")
_REJECTED = Meaning("rejected")

BY_CODE: Mapping[int, Meaning] = {
    -1000: _DOUBTFUL,
    -1001: _DOUBTFUL,
    -1002: _AUTH,
    -1003: _RATE_LIMITED,
    -1006: _DOUBTFUL,
    -1007: _DOUBTFUL,
    -1008: _DOUBTFUL,
    -1013: _REJECTED,
    -1015: _RATE_LIMITED,
    -1016: _UNAVAILABLE,
    -1021: Meaning("clock", is_transient=True),
    -1022: _AUTH,
    -1034: _RATE_LIMITED,
    -2010: _REJECTED,
    -2011: Meaning("unknown_order"),
    -2013: _NOT_FOUND,
    -2014: _AUTH,
    -2015: _AUTH,
    -2026: _NOT_FOUND,
    -2038: _REJECTED,
}
"""By code. Codes that are not here reject."""

BY_TEXT: Mapping[str, Meaning] = {
    "Unknown order sent.": Meaning("unknown_order"),
    # An order of this name is open: ours, which a lost answer hides. Only a query can tell.
    "Duplicate order sent.": _DOUBTFUL,
    "Market is closed.": _UNAVAILABLE,
    "Order was not canceled due to cancel restrictions.": _REJECTED,
    "This action is disabled on this account.": _AUTH,
    "This account may not place or cancel orders.": _AUTH,
    "Rest API trading is not enabled.": _UNAVAILABLE,
    "WebSocket API trading is not enabled.": _UNAVAILABLE,
}
"""By the matching engine's words, which come under the codes -1010, -1013, -2010, -2011 and -2038."""

BY_STATUS: Mapping[int, Meaning] = {401: _AUTH, 403: _RATE_LIMITED, 418: _RATE_LIMITED, 429: _RATE_LIMITED}
"""By HTTP status, where the code says nothing more. 403 is the firewall in front of the API."""

_OF_THE_MATCHING_ENGINE = frozenset({-1010, -1013, -2010, -2011, -2038})
_CALLER = range(400, 500)
_PARTLY_EXECUTED = 409


class ErrorBody(msgspec.Struct):
    """An error, in the body of a response or in a reply."""

    code: int
    msg: str
    data: msgspec.Raw = msgspec.Raw()


def meaning(status: int, code: int, text: str) -> Meaning:
    """What an error with this status, code and text comes to."""
    if status not in _CALLER:
        return _DOUBTFUL
    if code in _OF_THE_MATCHING_ENGINE and text in BY_TEXT:
        return BY_TEXT[text]
    if code in BY_CODE:
        return BY_CODE[code]
    return _DOUBTFUL if status == _PARTLY_EXECUTED else BY_STATUS.get(status, _REJECTED)


def refusal(status: int, error: ErrorBody, retry_after_s: float | None = None) -> Refused | Doubtful:
    """The error as the result of a request."""
    means = meaning(status, error.code, error.msg)
    if means.kind is None:
        return Doubtful(f"status {status}: {error.code} {error.msg}")
    return Refused(means.kind, str(error.code), error.msg, means.is_transient, retry_after_s)


def refusal_without_code(status: int, retry_after_s: float | None) -> Refused | Doubtful:
    """A response that is no JSON, such as a firewall's page."""
    means = BY_STATUS.get(status)
    if means is None or means.kind is None:
        return Doubtful(f"status {status} without an error that can be read")
    return Refused(means.kind, str(status), "no error that can be read", means.is_transient, retry_after_s)
