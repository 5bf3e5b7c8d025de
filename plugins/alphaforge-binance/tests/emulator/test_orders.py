"""What orders do: every type and time in force, cancels, replaces, amendments, pairs, self-trades."""

from decimal import Decimal

import pytest

pytestmark = pytest.mark.anyio
USDT = 1_000_000


async def status(trader, order) -> dict:
    return await trader.do("GET /order", symbol="BTCUSDT", orderId=order["orderId"])


async def test_a_limit_order_locks_trades_and_pays(trader, others) -> None:
    others("SELL", "0.004", "50000")
    order = await trader.place(price="51000")
    # It trades at the better price, and what rests is locked at its own.
    assert (order["status"], order["executedQty"], order["cummulativeQuoteQty"]) == (
        "PARTIALLY_FILLED",
        "0.00400000",
        "200.00000000",
    )
    assert order["fills"] == [
        {
            "price": "50000.00000000",
            "qty": "0.00400000",
            "commission": "0.00000400",
            "commissionAsset": "BTC",
            "tradeId": 1,
        }
    ]
    assert trader.held("USDT") == (USDT - 200 - 306, 306)
    others("SELL", "0.006")
    assert (await status(trader, order))["status"] == "FILLED"
    assert trader.held("USDT") == (USDT - 506, 0)
    assert trader.held("BTC") == (Decimal("10.00999000"), 0)
    rows = await trader.do("GET /myTrades", symbol="BTCUSDT")
    assert [(row["id"], row["isMaker"], row["price"]) for row in rows] == [
        (1, False, "50000.00000000"),
        (2, True, "51000.00000000"),
    ]


@pytest.mark.parametrize(
    ("change", "ended"),
    [
        ({"timeInForce": "IOC", "price": "60000"}, ("EXPIRED", "0.005", "UNFILLED_IOC_QUANTITY_EXPIRED")),
        ({"timeInForce": "FOK", "price": "60000"}, ("EXPIRED", "0", "UNFILLED_FOK_ORDER_EXPIRED")),
        ({"timeInForce": "FOK", "price": "60000", "quantity": "0.005"}, ("FILLED", "0.005", None)),
        ({"type": "MARKET", "timeInForce": None}, ("EXPIRED", "0.005", "INSUFFICIENT_LIQUIDITY")),
        ({"type": "MARKET", "timeInForce": None, "quantity": "0.004"}, ("FILLED", "0.004", None)),
        ({"type": "LIMIT_MAKER", "timeInForce": None, "price": "59000"}, ("NEW", "0", None)),
    ],
)
async def test_how_orders_that_are_not_filled_end(trader, others, change, ended) -> None:
    final, filled, reason = ended
    others("SELL", "0.005", "60000")
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    params = {name: value for name, value in {**order, **change}.items() if value is not None}
    placed = await trader.do("POST /order", newOrderRespType="RESULT", **params)
    assert (placed["status"], Decimal(placed["executedQty"])) == (final, Decimal(filled))
    assert placed.get("expiryReason") == reason
    locked = Decimal(590) if final == "NEW" else 0
    assert trader.held("USDT")[1] == locked


@pytest.mark.parametrize(
    ("side", "budget", "traded"),
    [
        ("BUY", "500", ("0.00833", "499.80")),
        ("SELL", "500", ("0.01", "500")),
        ("BUY", "1000", ("0.01660", "1000")),
    ],
)
async def test_orders_in_the_quote_asset(trader, others, side, budget, traded) -> None:
    bought, cost = traded
    others("SELL", "0.01", "60000")
    others("SELL", "0.1", "60606.06")
    others("BUY", "0.1", "50000")
    order = await trader.do("POST /order", symbol="BTCUSDT", side=side, type="MARKET", quoteOrderQty=budget)
    assert order["status"] == "FILLED"
    assert Decimal(order["origQty"]) == Decimal(order["executedQty"]) == Decimal(bought)
    assert Decimal(order["cummulativeQuoteQty"]) == pytest.approx(Decimal(cost), abs=Decimal("0.7"))
    assert Decimal(order["cummulativeQuoteQty"]) <= Decimal(budget)


@pytest.mark.parametrize(
    ("kind", "side", "prices"),
    [
        ("STOP_LOSS", "BUY", ("61000", None, "60999", "61000")),
        ("STOP_LOSS", "SELL", ("59000", None, "59001", "59000")),
        ("STOP_LOSS_LIMIT", "BUY", ("61000", "61500", "60999", "61000")),
        ("STOP_LOSS_LIMIT", "SELL", ("59000", "58500", "59001", "59000")),
        ("TAKE_PROFIT", "BUY", ("59000", None, "59001", "59000")),
        ("TAKE_PROFIT", "SELL", ("61000", None, "60999", "61000")),
        ("TAKE_PROFIT_LIMIT", "BUY", ("59000", "61200", "59001", "59000")),
        ("TAKE_PROFIT_LIMIT", "SELL", ("61000", "58800", "60999", "61000")),
    ],
)
async def test_stops_fire_at_their_price(trader, others, kind, side, prices) -> None:
    stop, price, calm, fires = prices

    def trade(at: str) -> None:
        others("SELL", "0.001", at)
        others("BUY", "0.001")

    trade("60000")
    limit = {} if price is None else {"price": price, "timeInForce": "GTC"}
    order = await trader.do(
        "POST /order", symbol="BTCUSDT", side=side, type=kind, quantity="0.01", stopPrice=stop, **limit
    )
    assert set(order) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    shown = await status(trader, order)
    assert (shown["status"], shown["isWorking"], shown["workingTime"]) == ("NEW", False, -1)
    assert trader.held("BTC" if side == "SELL" else "USDT")[1] > 0
    trade(calm)
    assert not (await status(trader, order))["isWorking"]
    others("BUY", "0.1", "58900")
    others("SELL", "0.1", "61100")
    # A trade at the price itself, between the two.
    others("SELL", "0.001", fires)
    others("BUY", "0.001", fires)
    shown = await status(trader, order)
    assert shown["isWorking"]
    assert (shown["status"], shown["executedQty"]) == ("FILLED", "0.01000000")
    assert trader.held("USDT")[1] == trader.held("BTC")[1] == 0


@pytest.mark.parametrize(
    ("side", "prices", "fires"),
    [
        # One per cent from the best price since: scenarios of faqs/trailing-stop-faq.md.
        ("SELL", ["60000", "61000", "60500"], "60390"),
        ("BUY", ["60000", "59000", "59500"], "59590"),
    ],
)
@pytest.mark.parametrize("kind", ["STOP_LOSS", "TAKE_PROFIT"])
async def test_trailing_stops_follow_by_a_part(trader, kind, side, prices, fires) -> None:
    others = trader.others

    def trade(at: str) -> None:
        others("SELL", "0.001", at)
        others("BUY", "0.001", at)

    trade("60000")
    params = {"symbol": "BTCUSDT", "side": side, "type": kind, "quantity": "0.01", "trailingDelta": "100"}
    order = await trader.do("POST /order", **params)
    for price in prices:
        trade(price)
    assert not (await status(trader, order))["isWorking"]
    trade(fires)
    assert (await status(trader, order))["isWorking"]


async def test_a_trailing_stop_waits_for_its_stop_price(trader, others) -> None:
    def trade(at: str) -> None:
        others("SELL", "0.001", at)
        others("BUY", "0.001", at)

    trade("60000")
    order = await trader.do(
        "POST /order",
        symbol="BTCUSDT",
        side="SELL",
        type="TAKE_PROFIT",
        quantity="0.01",
        trailingDelta="100",
        stopPrice="62000",
    )
    for price in ("61000", "60000"):
        trade(price)
    assert (await status(trader, order))["trailingTime"] == -1
    trade("62000")
    assert (await status(trader, order))["trailingTime"] > 0
    assert not (await status(trader, order))["isWorking"]
    trade("61380")
    assert (await status(trader, order))["isWorking"]


async def test_an_iceberg_shows_a_part(trader, http, others) -> None:
    await trader.place(price="50000", quantity="1", icebergQty="0.1")
    book = (await http.get("/api/v3/depth?symbol=BTCUSDT")).json()
    assert book["bids"] == [["50000.00000000", "0.10000000"]]
    others("SELL", "0.35")
    assert (await http.get("/api/v3/depth?symbol=BTCUSDT")).json()["bids"] == [
        ["50000.00000000", "0.05000000"]
    ]


async def test_a_client_id_is_free_again_once_its_order_has_ended(trader) -> None:
    first = await trader.place(price="50000", newClientOrderId="mine")
    assert (await trader.refused("POST /order", **params(newClientOrderId="mine")))[
        1
    ] == "Duplicate order sent."
    await trader.do("DELETE /order", symbol="BTCUSDT", origClientOrderId="mine")
    again = await trader.place(price="50000", newClientOrderId="mine")
    found = await trader.do("GET /order", symbol="BTCUSDT", origClientOrderId="mine")
    assert found["orderId"] == again["orderId"] != first["orderId"]


def params(**change: str) -> dict[str, str]:
    return {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "50000",
        **change,
    }


@pytest.mark.parametrize(
    ("mode", "change", "http_status", "results"),
    [
        ("STOP_ON_FAILURE", {}, 200, ("SUCCESS", "SUCCESS")),
        ("STOP_ON_FAILURE", {"cancelOrderId": "99"}, 400, ("FAILURE", "NOT_ATTEMPTED")),
        ("STOP_ON_FAILURE", {"quantity": "100"}, 409, ("SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", {"cancelOrderId": "99"}, 409, ("FAILURE", "SUCCESS")),
        ("ALLOW_FAILURE", {"cancelOrderId": "99", "quantity": "100"}, 400, ("FAILURE", "FAILURE")),
    ],
)
async def test_cancel_replace(trader, mode, change, http_status, results) -> None:
    await trader.place(price="50000")
    sent = {**params(price="49000"), "cancelOrderId": "1", **change, "cancelReplaceMode": mode}
    answer = await trader.ask("POST /order/cancelReplace", **sent)
    body = answer.json()
    assert answer.status_code == http_status
    if http_status != 200:
        assert body["code"] == {400: -2022, 409: -2021}[http_status]
        body = body["data"]
    assert (body["cancelResult"], body["newOrderResult"]) == results
    for half, result in (("cancelResponse", results[0]), ("newOrderResponse", results[1])):
        assert ("code" in (body[half] or {})) == (result == "FAILURE")
    is_open = [order["price"][:2] for order in await trader.do("GET /openOrders")]
    expected = ["50"] * (results[0] == "FAILURE") + ["49"] * (results[1] == "SUCCESS")
    assert is_open == expected


async def test_an_amended_order_keeps_its_place(trader, second, others) -> None:
    first = await trader.place(price="50000", newClientOrderId="before")
    await second.place(price="50000")
    answer = await trader.do(
        "PUT /order/amend/keepPriority",
        symbol="BTCUSDT",
        orderId=first["orderId"],
        newQty="0.006",
        newClientOrderId="after",
    )
    order = answer["amendedOrder"]
    assert order["qty"] == "0.00600000"
    assert (order["origClientOrderId"], order["clientOrderId"]) == ("before", "after")
    assert trader.held("USDT")[1] == 300
    others("SELL", "0.006")
    assert (await status(trader, first))["status"] == "FILLED"
    assert second.held("USDT")[1] == 500


async def test_a_pair_locks_once_and_one_ends_the_other(trader, others) -> None:
    others("SELL", "0.001", "60000")
    others("BUY", "0.001")
    pair = await trader.do(
        "POST /orderList/oco",
        symbol="BTCUSDT",
        side="SELL",
        quantity="0.01",
        aboveType="LIMIT_MAKER",
        abovePrice="62000",
        belowType="STOP_LOSS_LIMIT",
        belowStopPrice="59000",
        belowPrice="58000",
        belowTimeInForce="GTC",
    )
    assert [report["type"] for report in pair["orderReports"]] == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]
    assert trader.held("BTC") == (Decimal("9.99"), Decimal("0.01"))
    others("BUY", "0.004", "62000")
    stop, limit = [await status(trader, order) for order in pair["orders"]]
    assert limit["status"] == "PARTIALLY_FILLED"
    assert (stop["status"], stop["expiryReason"]) == ("EXPIRED", "OCO_TRIGGER")
    assert trader.held("BTC") == (Decimal("9.99"), Decimal("0.006"))
    others("BUY", "0.006", "62000")
    listed = await trader.do("GET /orderList", orderListId=pair["orderListId"])
    assert (listed["listStatusType"], listed["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert await trader.do("GET /openOrderList") == []


async def test_the_stop_of_a_pair_ends_its_limit(trader, others) -> None:
    others("SELL", "0.001", "60000")
    others("BUY", "0.001")
    pair = await trader.do(
        "POST /orderList/oco",
        symbol="BTCUSDT",
        side="BUY",
        quantity="0.01",
        aboveType="STOP_LOSS_LIMIT",
        aboveStopPrice="61000",
        abovePrice="62000",
        aboveTimeInForce="GTC",
        belowType="LIMIT_MAKER",
        belowPrice="58000",
    )
    assert trader.held("USDT")[1] == 620
    others("SELL", "0.001", "61000")
    others("BUY", "0.001")
    stop, limit = [await status(trader, order) for order in pair["orders"]]
    assert (stop["isWorking"], limit["status"]) == (True, "EXPIRED")
    assert trader.held("USDT")[1] == 620
    cancelled = await trader.do("DELETE /orderList", symbol="BTCUSDT", orderListId=pair["orderListId"])
    assert cancelled["listOrderStatus"] == "ALL_DONE"
    assert trader.held("USDT") == (USDT, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"abovePrice": "59000"}, -2010),
        ({"aboveType": "STOP_LOSS", "aboveStopPrice": "62000", "abovePrice": None}, -1197),
        ({"belowType": "LIMIT_MAKER", "belowPrice": "58000", "belowStopPrice": None}, -1168),
        ({"belowType": "MARKET"}, -1158),
        ({"quantity": "11"}, -2010),
    ],
)
async def test_pairs_that_are_refused(trader, others, change, code) -> None:
    others("SELL", "0.001", "60000")
    others("BUY", "0.001")
    pair = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "quantity": "0.01",
        "aboveType": "LIMIT_MAKER",
        "abovePrice": "62000",
        "belowType": "STOP_LOSS",
        "belowStopPrice": "59000",
        **change,
    }
    sent = {name: value for name, value in pair.items() if value is not None}
    assert (await trader.refused("POST /orderList/oco", **sent))[0] == code
    assert trader.held("BTC") == (10, 0)


@pytest.mark.parametrize(
    ("mode", "taker", "maker"),
    [
        ("NONE", "FILLED", "FILLED"),
        ("EXPIRE_TAKER", "EXPIRED_IN_MATCH", "NEW"),
        ("EXPIRE_MAKER", "NEW", "EXPIRED_IN_MATCH"),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
    ],
)
async def test_self_trades(trader, mode, taker, maker) -> None:
    resting = await trader.place(side="SELL", price="50000")
    taking = await trader.place(price="50000", selfTradePreventionMode=mode)
    assert (taking["status"], (await status(trader, resting))["status"]) == (taker, maker)
    if taker == "EXPIRED_IN_MATCH":
        assert taking["preventedQuantity"] == "0.01000000"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("ACK", 5), ("RESULT", 16), ("FULL", 17)],
)
async def test_answers_of_all_kinds(trader, kind, fields) -> None:
    assert len(await trader.place(price="50000", newOrderRespType=kind)) == fields


async def test_all_open_orders_of_a_symbol_are_cancelled(trader, second) -> None:
    await trader.place(price="50000")
    await trader.place(price="49000")
    await trader.do("POST /order", **params(symbol="ETHUSDT", price="2000"))
    await second.place(price="48000")
    assert len(await trader.do("DELETE /openOrders", symbol="BTCUSDT")) == 2
    assert [order["symbol"] for order in await trader.do("GET /openOrders")] == ["ETHUSDT"]
    assert len(await second.do("GET /openOrders")) == 1
    assert (await trader.refused("DELETE /openOrders", symbol="BTCUSDT"))[0] == -2011


async def test_a_test_order_changes_nothing(trader) -> None:
    assert await trader.do("POST /order/test", **params()) == {}
    assert await trader.do("GET /openOrders") == []
    rates = await trader.do("POST /order/test", **params(computeCommissionRates="true"))
    assert rates["standardCommissionForOrder"] == {"maker": "0.00100000", "taker": "0.00100000"}


async def test_microseconds_on_request(http, trader) -> None:
    answer = await http.get("/api/v3/time", headers={"X-MBX-TIME-UNIT": "MICROSECOND"})
    assert len(str(answer.json()["serverTime"])) == 16
    wrong = await http.get("/api/v3/time", headers={"X-MBX-TIME-UNIT": "NANOSECOND"})
    assert wrong.json()["code"] == -1194
