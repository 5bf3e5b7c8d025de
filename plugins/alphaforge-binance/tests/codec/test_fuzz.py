"""Nothing that a peer sends raises: arbitrary bytes, arbitrary JSON, and frames with anything in a field."""

import contextlib
import json
from typing import Any

from alphaforge.model.events import EventBatch
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpResponse
from alphaforge.sansio.venue_actions import FindOrder, ListFills, ListOpenOrders, ReadAccount, ReadKeyRights
from alphaforge_binance.public import BinancePublicCodec
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(max_size=20) | st.sampled_from(["1e999999999", "NaN", "0", "-0.1", "9" * 40, "BTCUSDT"])
NUMBERS = st.integers() | st.sampled_from([-1, 2**63, 2**64, 10**14 - 1, 10**30]) | st.floats()
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
STATUSES = st.sampled_from([200, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503])
MARKET_FRAMES: list[dict[str, Any]] = [
    {"e": "trade", "s": "BTCUSDT", "t": 1, "p": "1.00", "q": "1", "T": 1, "m": True},
    {"u": 1, "s": "BTCUSDT", "b": "1.00", "B": "1", "a": "2.00", "A": "1"},
    {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 1, "u": 2, "b": [["1.00", "1"]], "a": []},
    {"lastUpdateId": 1, "bids": [["1.00", "1"]], "asks": []},
    {"result": None, "id": 1},
]


def with_anything(frames: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """One of the frames, of which a field is anything, or is missing."""
    places = [(frame, field) for frame in frames for field in frame]

    def spoilt(place: tuple[dict[str, Any], str], value: Any, *, missing: bool) -> dict[str, Any]:
        frame, field = place
        rest = {name: kept for name, kept in frame.items() if name != field}
        return rest if missing else rest | {field: value}

    return st.builds(spoilt, st.sampled_from(places), JSON, missing=st.booleans())


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_break_a_decoder(kit: Any, data: bytes) -> None:
    market, batch = kit.adapter().market(kit.table), EventBatch(kit.table)
    market.receive(data, kit.now, batch)
    kit.trading().receive(data, kit.now)
    response = HttpResponse(200, {"x-mbx-used-weight-1m": "x"}, data)
    market.read_snapshot(kit.instrument, response, kit.now, batch)
    with contextlib.suppress(FrameError):
        BinancePublicCodec().read_time(response)


@given(with_anything(MARKET_FRAMES))
def test_no_market_frame_breaks_the_decoder(kit: Any, frame: dict[str, Any]) -> None:
    market, batch = kit.adapter().market(kit.table), EventBatch(kit.table)
    for shape in (frame, {"stream": "btcusdt@trade", "data": frame}, {"stream": "x@depth5", "data": frame}):
        market.receive(kit.json(shape), kit.now, batch)
    market.read_snapshot(kit.instrument, HttpResponse(200, {}, kit.json(frame)), kit.now, batch)


@given(st.data())
def test_no_event_breaks_the_session(kit: Any, data: st.DataObject) -> None:
    codec = kit.trading()
    account = {"e": "outboundAccountPosition", "u": 1, "B": [{"a": "BTC", "f": "1", "l": "0"}]}
    frames = [kit.execution_report, kit.trade_report, account]
    event = data.draw(with_anything(frames))
    codec.receive(kit.json({"subscriptionId": 0, "event": event}), kit.now)
    reply = {
        "id": "7",
        "status": 200,
        "result": kit.order_answer,
        "error": {"code": -1, "msg": "", "data": 1},
    }
    codec.receive(kit.json(data.draw(with_anything([reply]))), kit.now)


@given(st.data(), STATUSES)
def test_no_response_breaks_a_query(kit: Any, data: st.DataObject, status: int) -> None:
    codec = kit.trading()
    row = {
        "symbol": "BTCUSDT",
        "id": 57,
        "orderId": 28,
        "price": "1",
        "qty": "1",
        "commission": "0",
        "commissionAsset": "BTC",
        "time": 1,
        "isMaker": True,
    }
    failure = {"cancelResult": "SUCCESS", "newOrderResult": "FAILURE", "cancelResponse": kit.cancel_answer}
    account = {"canTrade": True, "updateTime": 1, "balances": [{"asset": "BTC", "free": "1", "locked": "0"}]}
    shapes = [kit.order_answer, kit.cancel_answer, row, account]
    shapes.append({"code": -2021, "msg": "", "data": data.draw(with_anything([failure]))})
    body = data.draw(with_anything(shapes))
    for action in (
        kit.cancel(),
        FindOrder(kit.instrument, "main-1-1", None),
        ListOpenOrders(),
        ListFills(kit.instrument, "28"),
        ReadAccount(),
        ReadKeyRights(),
    ):
        for payload in (body, [body]):
            codec.read(action, HttpResponse(status, {"retry-after": "soon"}, kit.json(payload)))
