"""Answers to requests, over REST and over the WebSocket API: the same words mean the same."""

from decimal import Decimal
from typing import Any

import pytest
from alphaforge.sansio.http_message import HttpResponse
from alphaforge.sansio.venue_actions import (
    FindOrder,
    ListFills,
    ListOpenOrders,
    Place,
    ReadAccount,
    ReadKeyRights,
)
from alphaforge.sansio.venue_events import (
    Account,
    Answer,
    Answered,
    Doubtful,
    KeyRights,
    OrderReport,
    Refused,
    Result,
    VenueFill,
)

AT = 1_795_000_000_000_123_000
REPORT = OrderReport(
    symbol="BTCUSDT",
    name="main-1-1",
    venue_order_id="28",
    status="open",
    side="buy",
    price=Decimal(49_000),
    quantity=Decimal("0.01"),
    filled=Decimal(0),
)
CANCELLED = {"cancelResult": "SUCCESS", "newOrderResult": "FAILURE"}


def over_both(kit: Any, status: int, payload: Any, action: Any = None) -> Result:
    """What an answer to an order action says, which must be the same over both roads."""
    codec = kit.trading()
    response = HttpResponse(status, {}, kit.json(payload))
    of_rest: Result = codec.read(action or kit.cancel(), response)
    part = {"result": payload} if status == 200 else {"error": payload}
    (answer,) = codec.receive(kit.json({"id": "7", "status": status, **part}), kit.now)
    assert answer == Answer("7", of_rest)
    return of_rest


def test_a_new_order(kit: Any) -> None:
    assert over_both(kit, 200, kit.order_answer) == Answered(reports=(REPORT,))


def test_a_new_order_that_trades_at_once_is_a_taker(kit: Any) -> None:
    fills = [
        {
            "price": "49000.00",
            "qty": "0.004",
            "commission": "0.000004",
            "commissionAsset": "BTC",
            "tradeId": 57,
        },
        {"price": "49000.00", "qty": "0.006", "commission": "0", "commissionAsset": None, "tradeId": 58},
        {"price": "0.00", "qty": "0.006", "commission": "0", "commissionAsset": None, "tradeId": 59},
    ]
    answer = kit.order_answer | {"status": "FILLED", "executedQty": "0.01", "fills": fills}
    result = over_both(kit, 200, answer)
    assert isinstance(result, Answered)
    common: dict[str, Any] = {"liquidity": "taker", "ts_event": AT}
    price = Decimal(49_000)
    assert result.fills == (
        VenueFill(
            trade_id=57,
            price=price,
            quantity=Decimal("0.004"),
            fee=Decimal("0.000004"),
            fee_currency="BTC",
            **common,
        ),
        VenueFill(
            trade_id=58, price=price, quantity=Decimal("0.006"), fee=Decimal(0), fee_currency="USDT", **common
        ),
    )
    assert [(report.status, report.filled) for report in result.reports] == [("filled", Decimal("0.01"))]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "EXPIRED", "expiryReason": "UNFILLED_IOC_QUANTITY_EXPIRED"}, ("expired", 0, False)),
        ({"origQuoteOrderQty": "100.0", "origQty": "0.002"}, ("open", 0, False)),
        ({"type": "STOP_LOSS", "workingTime": -1}, ("open", Decimal("0.01"), False)),
        ({"type": "STOP_LOSS"}, ("open", Decimal("0.01"), True)),
    ],
)
def test_kinds_and_states_of_a_new_order(kit: Any, changes: Any, expected: Any) -> None:
    result = over_both(kit, 200, kit.order_answer | changes)
    assert isinstance(result, Answered)
    (report,) = result.reports
    status, quantity, is_triggered = expected
    assert report.status == status
    assert report.quantity == (Decimal("0.01") if status == "expired" else quantity)
    assert report.is_triggered == is_triggered
    assert report.reason == changes.get("expiryReason", "")


def test_a_cancel_names_the_order(kit: Any) -> None:
    result = over_both(kit, 200, kit.cancel_answer)
    assert isinstance(result, Answered)
    (report,) = result.reports
    assert (report.name, report.status) == ("main-1-1", "cancelled")


def test_a_replace_tells_of_both_orders(kit: Any) -> None:
    new = kit.order_answer | {"orderId": 29, "clientOrderId": "main-1-1-r1"}
    answer = {
        "cancelResult": "SUCCESS",
        "newOrderResult": "SUCCESS",
        "cancelResponse": kit.cancel_answer | {"clientOrderId": "main-1-1C"},
        "newOrderResponse": new,
    }
    result = over_both(kit, 200, answer)
    assert isinstance(result, Answered)
    told = [(r.name, r.venue_order_id, r.status) for r in result.reports]
    assert told == [("main-1-1", "28", "cancelled"), ("main-1-1-r1", "29", "open")]


def test_an_amendment_tells_of_both_versions(kit: Any) -> None:
    amended = {
        "symbol": "BTCUSDT",
        "orderId": 28,
        "orderListId": -1,
        "origClientOrderId": "main-1-1",
        "clientOrderId": "main-1-1-r1",
        "price": "49000.00000000",
        "qty": "0.00400000",
        "executedQty": "0.00000000",
        "preventedQty": "0.00000000",
        "status": "NEW",
        "type": "LIMIT",
        "side": "BUY",
        "workingTime": 1795000000000123,
    }
    answer = {"transactTime": 1795000000000123, "executionId": 16, "amendedOrder": amended}
    result = over_both(kit, 200, answer)
    assert isinstance(result, Answered)
    told = [(r.name, r.status, r.quantity) for r in result.reports]
    smaller = Decimal("0.004")
    assert told == [("main-1-1", "cancelled", smaller), ("main-1-1-r1", "open", smaller)]


def test_a_replace_whose_new_order_fails_has_cancelled_all_the_same(kit: Any) -> None:
    data = CANCELLED | {
        "cancelResponse": kit.cancel_answer,
        "newOrderResponse": {"code": -2010, "msg": "Order would immediately match and take."},
    }
    error = {"code": -2021, "msg": "Order cancel-replace partially failed.", "data": data}
    result = over_both(kit, 409, error)
    assert isinstance(result, Refused)
    assert (result.kind, result.code) == ("rejected", "-2010")
    assert [(report.name, report.status) for report in result.reports] == [("main-1-1", "cancelled")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Unknown order sent.", "unknown_order"),
        ("Order was not canceled due to cancel restrictions.", "rejected"),
    ],
)
def test_a_replace_that_cannot_cancel_does_nothing(kit: Any, text: str, kind: str) -> None:
    data = {
        "cancelResult": "FAILURE",
        "newOrderResult": "NOT_ATTEMPTED",
        "cancelResponse": {"code": -2011, "msg": text},
        "newOrderResponse": None,
    }
    error = {"code": -2022, "msg": "Order cancel-replace failed.", "data": data}
    result = over_both(kit, 400, error)
    assert result == Refused(kind, "-2011", text, is_transient=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        CANCELLED,
        CANCELLED | {"cancelResponse": {"code": 1}, "newOrderResponse": {"code": -2010, "msg": "no"}},
        {"cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED"},
        {"cancelResult": "NOT_ATTEMPTED", "newOrderResult": "NOT_ATTEMPTED"},
        {
            "cancelResult": "FAILURE",
            "newOrderResult": "NOT_ATTEMPTED",
            "cancelResponse": {"code": -1007, "msg": "Timeout."},
        },
    ],
)
def test_a_replace_of_which_nobody_knows_is_doubtful(kit: Any, data: Any) -> None:
    error = {"code": -2021, "msg": "Order cancel-replace partially failed.", "data": data}
    assert isinstance(over_both(kit, 409, error), Doubtful)


@pytest.mark.parametrize("payload", [{}, [], None, {"symbol": "BTCUSDT"}, {"cancelResult": "SUCCESS"}])
def test_a_success_that_cannot_be_read_is_doubtful(kit: Any, payload: Any) -> None:
    assert isinstance(over_both(kit, 200, payload), Doubtful)


def test_queries(kit: Any) -> None:
    codec = kit.trading()

    def read(action: Any, payload: Any) -> Result:
        return codec.read(action, HttpResponse(200, {}, kit.json(payload)))  # type: ignore[no-any-return]

    queried = {k: v for k, v in kit.order_answer.items() if k not in {"transactTime", "fills"}}
    queried |= {"time": 1, "updateTime": 1795000000000123, "isWorking": True}
    assert read(FindOrder(kit.instrument, "main-1-1", None), queried) == Answered(reports=(REPORT,))
    cancelled = queried | {"status": "CANCELED", "clientOrderId": "main-1-1C"}
    result = read(ListOpenOrders(), [queried, cancelled])
    assert isinstance(result, Answered)
    assert [(r.name, r.status) for r in result.reports] == [("main-1-1", "open"), ("main-1-1", "cancelled")]
    row = {
        "symbol": "BTCUSDT",
        "id": 57,
        "orderId": 28,
        "price": "49000.00",
        "qty": "0.01",
        "commission": "0.00001",
        "commissionAsset": "BTC",
        "time": 1795000000000123,
        "isBuyer": True,
        "isMaker": True,
    }
    fill = VenueFill(
        trade_id=57,
        price=Decimal(49_000),
        quantity=Decimal("0.01"),
        liquidity="maker",
        fee=Decimal("0.00001"),
        fee_currency="BTC",
        ts_event=AT,
    )
    assert read(ListFills(kit.instrument, "28"), [row]) == Answered(fills=(fill,))
    balances = [{"asset": "BTC", "free": "1.0", "locked": "0.5"}]
    account = {"canTrade": True, "canWithdraw": True, "updateTime": 1795000000000123, "balances": balances}
    assert read(ReadAccount(), account) == Answered(
        account=Account({"BTC": Decimal("1.5")}, is_whole=True, can_trade=True)
    )


@pytest.mark.parametrize("can_withdraw", [True, False])
def test_what_a_key_may_do(kit: Any, can_withdraw: bool) -> None:
    rights = {"ipRestrict": True, "enableReading": True, "enableWithdrawals": can_withdraw}
    told = kit.trading().read(ReadKeyRights(), HttpResponse(200, {}, kit.json(rights)))
    assert told == Answered(rights=KeyRights(can_withdraw))
    # A test network has no such page.
    unknown = kit.trading().read(ReadKeyRights(), HttpResponse(404, {}, b"<html>not found</html>"))
    assert isinstance(unknown, Doubtful)


def test_when_to_come_again(kit: Any) -> None:
    codec, error = kit.trading(), {"code": -1003, "msg": "Way too much request weight used"}
    place = Place(kit.gate().submit(price="49000"))
    response = HttpResponse(418, {"retry-after": "120"}, kit.json(error))
    told = codec.read(place, response)
    assert (told.kind, told.is_transient, told.retry_after_s) == ("rate_limited", True, 120)
    data = {"serverTime": 1, "retryAfter": kit.now // 1_000_000 + 2_000}
    (answer,) = codec.receive(kit.json({"id": "7", "status": 418, "error": error | {"data": data}}), kit.now)
    assert 1.999 < answer.result.retry_after_s <= 2
