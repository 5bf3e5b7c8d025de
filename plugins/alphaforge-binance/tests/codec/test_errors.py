"""The table of errors: what each means, on either road, and in the documentation."""

import re
from pathlib import Path
from typing import Any

import pytest
from alphaforge.sansio.http_message import HttpResponse
from alphaforge.sansio.venue_events import Doubtful, Refused
from alphaforge_binance.errors import BY_CODE, BY_STATUS, BY_TEXT, Meaning, meaning

PAGE = Path(__file__).parents[4] / "docs" / "binance.md"


@pytest.mark.parametrize(
    ("status", "code", "text", "kind"),
    [
        (400, -1000, "An unknown error occurred while processing the request.", None),
        (400, -1001, "Internal error; unable to process your request. Please try again.", None),
        (400, -1006, "An unexpected response was received.", None),
        (408, -1007, "Timeout waiting for response from backend server.", None),
        (503, -1008, "Server is currently overloaded with other requests.", None),
        # Whatever a server's own fault says of the request, nobody knows.
        (500, -2010, "Account has insufficient balance for requested action.", None),
        (502, -1013, "Filter failure: LOT_SIZE", None),
        (409, -9999, "something new", None),
        (400, -2010, "Duplicate order sent.", None),
        (401, -1002, "You are not authorized to execute this request.", "auth"),
        (400, -1022, "Signature for this request is not valid.", "auth"),
        (401, -2014, "API-key format invalid.", "auth"),
        (401, -2015, "Invalid API-key, IP, or permissions for action.", "auth"),
        (400, -2010, "This account may not place or cancel orders.", "auth"),
        (429, -1003, "Too much request weight used.", "rate_limited"),
        (418, -1003, "Way too much request weight used; IP banned until 1795000000000.", "rate_limited"),
        (429, -1015, "Too many new orders.", "rate_limited"),
        (400, -1021, "Timestamp for this request is outside of the recvWindow.", "clock"),
        (400, -1013, "Filter failure: LOT_SIZE", "rejected"),
        (400, -1111, "Parameter 'price' has too much precision.", "rejected"),
        (400, -1121, "Invalid symbol.", "rejected"),
        (400, -2010, "Account has insufficient balance for requested action.", "rejected"),
        (400, -2010, "Order would immediately match and take.", "rejected"),
        (400, -2010, "Order would trigger immediately.", "rejected"),
        (400, -2010, "Market is closed.", "unavailable"),
        (400, -1013, "Market is closed.", "unavailable"),
        (400, -2011, "Unknown order sent.", "unknown_order"),
        (400, -2011, "Order was not canceled due to cancel restrictions.", "rejected"),
        (400, -2038, "Unknown order sent.", "unknown_order"),
        (400, -2038, "Order amend (quantity increase) is not supported.", "rejected"),
        (400, -2013, "Order does not exist.", "not_found"),
        (400, -2026, "Order was canceled or expired over 90 days ago.", "not_found"),
        (400, -2039, "Client order ID is not correct for this order ID.", "rejected"),
        (404, -9999, "something new", "rejected"),
        (403, -9999, "something new", "rate_limited"),
    ],
)
def test_what_an_error_means(kit: Any, status: int, code: int, text: str, kind: str | None) -> None:
    codec, error = kit.trading(), {"code": code, "msg": text}
    told = codec.read(kit.cancel(), HttpResponse(status, {}, kit.json(error)))
    (answer,) = codec.receive(kit.json({"id": "7", "status": status, "error": error}), kit.now)
    assert answer.result == told
    if kind is None:
        assert told == Doubtful(f"status {status}: {code} {text}")
    else:
        assert isinstance(told, Refused)
        assert (told.kind, told.code, told.text) == (kind, str(code), text)
        assert told.is_transient == (kind in {"rate_limited", "clock", "unavailable"})


@pytest.mark.parametrize("body", [b"", b"<html>denied</html>", b"[]", b'{"code": "x"}', b"\xff"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, "rate_limited"), (418, "rate_limited"), (429, "rate_limited"), (401, "auth")]
    + [(status, None) for status in (302, 400, 404, 500, 502, 503, 504)],
)
def test_an_error_that_cannot_be_read(kit: Any, status: int, kind: str | None, body: bytes) -> None:
    told = kit.trading().read(kit.cancel(), HttpResponse(status, {}, body))
    assert isinstance(told, Doubtful) if kind is None else told.kind == kind


def documented(heading: str) -> dict[str, str]:
    """A table of the page: what stands in its first column by what it means."""
    section = PAGE.read_text(encoding="utf-8").partition(f"### {heading}\n")[2].partition("\n#")[0]
    return dict(re.findall(r"^\| `(.+?)` \| (.+?) \|", section, re.MULTILINE))


def worded(means: Meaning) -> str:
    if means.kind is None:
        return "doubtful"
    return f"`{means.kind}`, transient" if means.is_transient else f"`{means.kind}`"


@pytest.mark.parametrize(
    ("heading", "table"), [("By code", BY_CODE), ("By text", BY_TEXT), ("By status", BY_STATUS)]
)
def test_the_tables_of_the_page_are_those_of_the_code(heading: str, table: Any) -> None:
    assert documented(heading) == {str(key): worded(means) for key, means in table.items()}


def test_only_an_error_of_the_caller_is_certain() -> None:
    for status in (100, 200, 301, 500, 502, 503, 504, 599):
        for code in BY_CODE:
            assert meaning(status, code, "").kind is None
