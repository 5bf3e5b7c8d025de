"""What is refused, with Binance's codes and texts."""

import re

import pytest

pytestmark = pytest.mark.anyio

FILTER = "Filter failure: "


def mandatory(name: str) -> str:
    return f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."


def unneeded(name: str) -> str:
    return f"Parameter '{name}' sent when not required."


def either(one: str, other: str) -> str:
    return f"Param '{one}' or '{other}' must be sent, but both were empty/null!"


MARKET = {"type": "MARKET", "timeInForce": None}
STOP = {"type": "STOP_LOSS_LIMIT", "price": "61000", "stopPrice": "60500"}
ORDERS = [
    # Parameters that are missing, malformed, or of another type of order.
    ({"symbol": None}, -1102, mandatory("symbol")),
    ({"symbol": "BTCEUR"}, -1121, "Invalid symbol."),
    ({"symbol": "btcusdt"}, -1100, "Illegal characters found in parameter 'symbol'; .*"),
    ({"side": "LONG"}, -1117, "Invalid side."),
    ({"type": "STOP"}, -1116, "Invalid orderType."),
    ({"timeInForce": "GTD"}, -1115, "Invalid timeInForce."),
    ({"timeInForce": None}, -1102, mandatory("timeInForce")),
    ({"price": None}, -1102, mandatory("price")),
    ({"quantity": None}, -1102, mandatory("quantity")),
    ({"quantity": ""}, -1105, "Parameter 'quantity' was empty."),
    ({"quantity": "1e-2"}, -1100, "Illegal characters found in parameter 'quantity'; .*"),
    ({"quantity": "-1"}, -1100, "Illegal characters found in parameter 'quantity'; .*"),
    ({"price": "60000.000000001"}, -1111, "Parameter 'price' has too much precision."),
    ({"quoteOrderQty": "100"}, -1106, unneeded("quoteOrderQty")),
    ({"stopPrice": "100"}, -1106, unneeded("stopPrice")),
    ({"trailingDelta": "100"}, -1106, unneeded("trailingDelta")),
    ({"newClientOrderId": "a b"}, -1100, "Illegal characters found in parameter 'newClientOrderId'; .*"),
    ({"newClientOrderId": "a" * 37}, -1100, "Illegal characters found in parameter 'newClientOrderId'; .*"),
    ({"strategyType": "999999"}, -1134, "`strategyType` was less than 1000000."),
    ({"selfTradePreventionMode": "TRANSFER"}, -1013, "This symbol does not allow .*"),
    ({"newOrderRespType": "SOME"}, -1130, "Data sent for parameter 'newOrderRespType' is not valid."),
    ({"leverage": "5"}, -1104, "Not all sent parameters were read; read '8' .* but was sent '9'."),
    ({**MARKET, "quantity": None}, -1102, either("quantity", "quoteOrderQty")),
    ({**MARKET, "quoteOrderQty": "100"}, -1106, unneeded("quoteOrderQty")),
    ({**MARKET, "price": "1"}, -1106, unneeded("price")),
    ({"type": "MARKET"}, -1106, unneeded("timeInForce")),
    ({"type": "LIMIT_MAKER", "price": "1"}, -1106, unneeded("timeInForce")),
    ({**STOP, "stopPrice": None}, -1102, either("stopPrice", "trailingDelta")),
    ({"icebergQty": "0.001", "timeInForce": "IOC"}, -1014, "Unsupported order combination."),
    # Filters.
    ({"price": "60000.001"}, -1013, FILTER + "PRICE_FILTER"),
    ({"price": "1000000.01"}, -1013, FILTER + "PRICE_FILTER"),
    ({"quantity": "0.000001"}, -1013, FILTER + "LOT_SIZE"),
    ({"quantity": "0.010001"}, -1013, FILTER + "LOT_SIZE"),
    ({"quantity": "9001"}, -1013, FILTER + "LOT_SIZE"),
    ({**MARKET, "quantity": "101"}, -1013, FILTER + "MARKET_LOT_SIZE"),
    ({"quantity": "0.00001"}, -1013, FILTER + "NOTIONAL"),
    ({**MARKET, "quantity": None, "quoteOrderQty": "4.99"}, -1013, FILTER + "NOTIONAL"),
    ({"quantity": "200", "price": "60000"}, -1013, FILTER + "NOTIONAL"),
    ({"price": "11999.99"}, -1013, FILTER + "PERCENT_PRICE_BY_SIDE"),
    ({"price": "300000.01"}, -1013, FILTER + "PERCENT_PRICE_BY_SIDE"),
    ({"icebergQty": "0.00001"}, -1013, FILTER + "ICEBERG_PARTS"),
    ({"icebergQty": "0.02"}, -2010, "IcebergQty exceeds QTY."),
    ({**STOP, "stopPrice": None, "trailingDelta": "9"}, -1013, FILTER + "TRAILING_DELTA"),
    ({**STOP, "stopPrice": None, "trailingDelta": "2001"}, -1013, FILTER + "TRAILING_DELTA"),
    # The matching engine.
    ({"quantity": "100", "price": "60000"}, -2010, "Account has insufficient balance for requested action."),
    ({"side": "SELL", "quantity": "10.00001"}, -2010, "Account has insufficient balance .*"),
    ({**MARKET, "quantity": "20"}, -2010, "Account has insufficient balance for requested action."),
    (
        {"type": "LIMIT_MAKER", "timeInForce": None, "price": "60000"},
        -2010,
        "Order would immediately match .*",
    ),
    ({**STOP, "stopPrice": "60000"}, -2010, "Order would trigger immediately."),
    ({**STOP, "side": "SELL", "stopPrice": "60000"}, -2010, "Order would trigger immediately."),
    ({**STOP, "type": "TAKE_PROFIT_LIMIT", "stopPrice": "60000"}, -2010, "Order would trigger immediately."),
    ({"newClientOrderId": "taken"}, -2010, "Duplicate order sent."),
]


@pytest.mark.parametrize(("change", "code", "text"), ORDERS, ids=lambda value: str(value)[:60])
async def test_orders_that_are_refused(trader, others, change, code, text) -> None:
    others("SELL", "50", "60000")
    others("BUY", "0.001")
    await trader.place(price="50000", newClientOrderId="taken")
    before = trader.held("USDT")
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": None if change.get("type") in {"MARKET", "LIMIT_MAKER"} else "59000",
        **change,
    }
    params = {name: value for name, value in order.items() if value is not None}
    told_code, told_text = await trader.refused("POST /order", **params)
    assert told_code == code, told_text
    assert re.fullmatch(text, told_text), told_text
    assert trader.held("USDT") == before
    assert len(await trader.do("GET /openOrders", symbol="BTCUSDT")) == 1


OTHER = [
    ("GET /order", {}, -1102, either("origClientOrderId", "orderId")),
    ("GET /order", {"orderId": "99"}, -2013, "Order does not exist."),
    ("DELETE /order", {}, -1102, either("origClientOrderId", "orderId")),
    ("DELETE /order", {"orderId": "99"}, -2011, "Unknown order sent."),
    (
        "DELETE /order",
        {"orderId": "1", "origClientOrderId": "no"},
        -2039,
        "Client order ID is not correct .*",
    ),
    ("DELETE /order", {"orderId": "1", "cancelRestrictions": "SOME"}, -1145, "Invalid cancelRestrictions"),
    (
        "DELETE /order",
        {"orderId": "1", "cancelRestrictions": "ONLY_PARTIALLY_FILLED"},
        -2011,
        "Order was not canceled due to cancel restrictions.",
    ),
    ("PUT /order/amend/keepPriority", {"orderId": "1"}, -1102, mandatory("newQty")),
    ("PUT /order/amend/keepPriority", {"orderId": "1", "newQty": "0.01"}, -2038, "The amended quantity .*"),
    ("PUT /order/amend/keepPriority", {"orderId": "99", "newQty": "0.01"}, -2038, "Unknown order sent."),
    ("GET /myTrades", {"startTime": "1", "endTime": "86400002"}, -1127, "More than 24 hours .*"),
    ("GET /allOrders", {"orderId": "9" * 20}, -1108, "Parameter 'orderId' overflowed."),
    ("DELETE /orderList", {}, -1102, either("orderListId", "listClientOrderId")),
    ("DELETE /orderList", {"orderListId": "7"}, -2011, "Unknown order sent."),
]


@pytest.mark.parametrize(("target", "params", "code", "text"), OTHER)
async def test_other_requests_that_are_refused(trader, target, params, code, text) -> None:
    await trader.place(price="50000")
    told_code, told_text = await trader.refused(target, symbol="BTCUSDT", **params)
    assert told_code == code, told_text
    assert re.fullmatch(text, told_text), told_text


async def test_a_cancel_of_what_has_ended(trader) -> None:
    order = await trader.place(price="50000")
    await trader.do("DELETE /order", symbol="BTCUSDT", orderId=order["orderId"])
    assert await trader.refused("DELETE /order", symbol="BTCUSDT", orderId=order["orderId"]) == (
        -2011,
        "Unknown order sent.",
    )


async def test_counts_of_open_orders_are_limited(trader, exchange) -> None:
    symbol = exchange.exchange.market("BTCUSDT").symbol
    symbol.max_orders, symbol.max_algo_orders, symbol.max_iceberg_orders = 3, 1, 1
    stop = {"type": "STOP_LOSS_LIMIT", "stopPrice": "70000", "price": "70000"}
    await trader.place(**stop)
    assert await trader.refused("POST /order", **trader_order(**stop)) == (
        -1013,
        FILTER + "MAX_NUM_ALGO_ORDERS",
    )
    await trader.place(price="50000", icebergQty="0.001")
    iceberg = trader_order(price="50000", icebergQty="0.001")
    assert await trader.refused("POST /order", **iceberg) == (-1013, FILTER + "MAX_NUM_ICEBERG_ORDERS")
    await trader.place(price="50000")
    assert await trader.refused("POST /order", **trader_order(price="50000")) == (
        -1013,
        FILTER + "MAX_NUM_ORDERS",
    )


def trader_order(**change: str) -> dict[str, str]:
    return {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
    } | change


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("GET /api/v3/nothing", 404, -1020),
        ("GET /sapi/v1/capital/config/getall", 404, -1020),
        ("POST /api/v3/userDataStream", 410, -1016),
        ("GET /api/v3/depth", 400, -1102),
        ("GET /api/v3/klines?symbol=BTCUSDT&interval=7m", 400, -1120),
        ("GET /api/v3/ticker/24hr?symbol=BTCUSDT&type=SOME", 400, -1139),
        ('GET /api/v3/ticker/price?symbols=["BTCUSDT"', 400, -1135),
    ],
)
async def test_requests_that_need_no_key(http, target, status, code) -> None:
    method, path = target.split()
    answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
