"""Sessions, and requests byte by byte on both roads."""

import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_actions import (
    FindOrder,
    ListFills,
    ListOpenOrders,
    Place,
    ReadAccount,
    ReadKeyRights,
)
from alphaforge.sansio.venue_events import Answer, Fault, SessionLost, SessionReady
from alphaforge_binance.auth import credentials
from alphaforge_binance.trading import BinanceTradingCodec

TIME_MS = 1_795_000_000_123


def opened(kit: Any, codec: Any) -> list[dict[str, Any]]:
    return [json.loads(message) for message in codec.opening(kit.now)]


def replied(kit: Any, codec: Any, request: dict[str, Any], status: int = 200, **reply: Any) -> list[Any]:
    return list(codec.receive(kit.json({"id": request["id"], "status": status, **reply}), kit.now))


def test_the_connection_asks_for_microseconds_and_lives_for_less_than_a_day(kit: Any) -> None:
    plan = kit.trading(environment="testnet").plan()
    assert plan.url == (
        "wss://ws-api.testnet.binance.vision/ws-api/v3?timeUnit=MICROSECOND&returnRateLimits=false"
    )
    assert plan.idle_after_s is None
    assert plan.max_lifetime_s is not None
    assert 23 * 3_600 < plan.max_lifetime_s < 24 * 3_600


def test_a_session_logs_on_and_subscribes_and_is_ready_when_both_are_done(kit: Any) -> None:
    codec = kit.trading()
    logon, subscription = opened(kit, codec)
    assert [logon["method"], subscription["method"]] == [
        "session.logon",
        "userDataStream.subscribe.signature",
    ]
    keys = credentials("ed25519", kit.secrets())
    assert keys is not None
    expected = keys.signed_params({"timestamp": TIME_MS, "recvWindow": 1_000})
    assert logon["params"] == subscription["params"] == expected
    # Answers come in any order.
    assert replied(kit, codec, subscription, result={"subscriptionId": 0}) == []
    assert replied(kit, codec, logon, result={"apiKey": kit.api_key}) == [SessionReady()]


def test_a_key_that_cannot_log_on_subscribes_only(kit: Any) -> None:
    codec = kit.hmac_trading()
    (subscription,) = opened(kit, codec)
    assert subscription["method"] == "userDataStream.subscribe.signature"
    assert replied(kit, codec, subscription, result={"subscriptionId": 0}) == [SessionReady()]


def test_a_new_connection_is_ready_by_its_own_answers(kit: Any) -> None:
    codec = kit.trading()
    old = opened(kit, codec)
    logon, subscription = opened(kit, codec)
    assert {request["id"] for request in old}.isdisjoint({logon["id"], subscription["id"]})
    for request in old:
        assert not any(isinstance(event, SessionReady) for event in replied(kit, codec, request, result={}))
    replied(kit, codec, logon, result={})
    assert replied(kit, codec, subscription, result={}) == [SessionReady()]


def test_a_refused_session_is_lost(kit: Any) -> None:
    codec = kit.trading()
    logon, _ = opened(kit, codec)
    error = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
    assert replied(kit, codec, logon, 401, error=error) == [
        SessionLost(f"session.logon was refused: -2015 {error['msg']}")
    ]


def test_a_revoked_key_loses_the_session(kit: Any) -> None:
    frame = {"id": None, "status": 401, "error": {"code": -2015, "msg": "Invalid API-key."}}
    (lost,) = kit.trading().receive(kit.json(frame), kit.now)
    assert lost == SessionLost("Binance refuses the session: -2015 Invalid API-key.")


def test_orders_of_a_session_are_not_signed(kit: Any) -> None:
    message = kit.trading().message(kit.cancel(), "a7", kit.now)
    assert message == (
        b'{"id":"a7","method":"order.cancel","params":{"symbol":"BTCUSDT","origClientOrderId":"main-1-1",'
        b'"newClientOrderId":"main-1-1C","recvWindow":1000,"timestamp":1795000000123}}'
    )


def test_without_a_session_each_order_is_signed(kit: Any) -> None:
    codec = kit.hmac_trading()
    request = json.loads(codec.message(kit.cancel(), "a7", kit.now))
    keys = credentials("hmac", kit.secrets(kit.hmac_secret))
    assert keys is not None
    params = {
        "symbol": "BTCUSDT",
        "origClientOrderId": "main-1-1",
        "newClientOrderId": "main-1-1C",
        "recvWindow": 1_000,
        "timestamp": TIME_MS,
    }
    assert request == {"id": "a7", "method": "order.cancel", "params": keys.signed_params(params)}


@pytest.mark.parametrize("kind", ["place", "cancel", "replace", "shrink"])
def test_both_roads_carry_the_same_parameters(kit: Any, kind: str) -> None:
    action = {
        "place": lambda: Place(kit.gate().submit(price="49000")),
        "cancel": kit.cancel,
        "replace": lambda: kit.replace("49500", "0.02"),
        "shrink": lambda: kit.replace("49000", "0.004"),
    }[kind]()
    expected = {
        "place": ("order.place", "POST", "/api/v3/order", 1, Priority.ORDER),
        "cancel": ("order.cancel", "DELETE", "/api/v3/order", 1, Priority.CANCEL),
        "replace": ("order.cancelReplace", "POST", "/api/v3/order/cancelReplace", 1, Priority.ORDER),
        "shrink": ("order.amend.keepPriority", "PUT", "/api/v3/order/amend/keepPriority", 4, Priority.ORDER),
    }[kind]
    codec = kit.trading(self_trade_prevention="expire_taker")
    message = json.loads(codec.message(action, "a7", kit.now))
    request = codec.request(action, kit.now)
    assert (message["method"], request.method, request.path, request.weight, request.priority) == expected
    of_rest = dict(parse_qsl(request.query))
    assert of_rest.pop("signature")
    assert of_rest == {name: str(value) for name, value in message["params"].items()}
    assert not request.is_idempotent
    assert request.body == b""


def test_orders_go_over_http_where_the_settings_say_so(kit: Any) -> None:
    assert kit.trading(orders_over="http").message(kit.cancel(), "a7", kit.now) is None


def test_a_request_byte_by_byte(kit: Any) -> None:
    request = kit.hmac_trading(recv_window_ms=2_500).request(kit.cancel(), kit.now)
    payload = (
        "symbol=BTCUSDT&origClientOrderId=main-1-1&newClientOrderId=main-1-1C&recvWindow=2500"
        "&timestamp=1795000000123"
    )
    signature = hmac.new(kit.hmac_secret.encode(), payload.encode(), "sha256").hexdigest()
    assert request.query == f"{payload}&signature={signature}"
    assert request.headers == (("X-MBX-APIKEY", kit.api_key), ("X-MBX-TIME-UNIT", "MICROSECOND"))


@pytest.mark.parametrize(
    ("query", "path", "params", "weight"),
    [
        (lambda i: FindOrder(i, "main-1-1", None), "order", "symbol=BTCUSDT&origClientOrderId=main-1-1", 4),
        (lambda i: FindOrder(i, "main-1-1", "28"), "order", "symbol=BTCUSDT&orderId=28", 4),
        (lambda _: ListOpenOrders(), "openOrders", "", 80),
        (lambda i: ListFills(i, "28"), "myTrades", "symbol=BTCUSDT&orderId=28&limit=1000", 5),
        (lambda _: ReadAccount(), "account", "omitZeroBalances=true", 20),
        (lambda _: ReadKeyRights(), "/sapi/v1/account/apiRestrictions", "", 1),
    ],
)
def test_queries(kit: Any, query: Any, path: str, params: str, weight: int) -> None:
    request = kit.trading().request(query(kit.instrument), kit.now)
    root = "" if path.startswith("/") else "/api/v3/"
    assert (request.method, request.path, request.weight) == ("GET", f"{root}{path}", weight)
    assert (request.priority, request.is_idempotent) == (Priority.QUERY, False)
    expected = f"{params}&recvWindow=1000&timestamp={TIME_MS}".removeprefix("&")
    assert request.query.partition("&signature=")[0] == expected


def test_replies_go_to_who_asked(kit: Any) -> None:
    codec = kit.trading()
    (event,) = codec.receive(kit.json({"id": 12, "status": 200, "result": kit.order_answer}), kit.now)
    assert isinstance(event, Answer)
    assert event.request_id == "12"
    (fault,) = codec.receive(b'{"id": "12"}', kit.now)
    assert isinstance(fault, Fault)


def test_its_text_shows_no_key(kit: Any) -> None:
    codec = kit.trading()
    assert isinstance(codec, BinanceTradingCodec)
    assert kit.api_key not in repr(codec)
