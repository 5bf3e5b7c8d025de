"""The operations that trade.

Source: binance-spot-api-docs, rest-api.md, trading endpoints.
"""

from typing import Any

from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.errors import (
    ApiError,
    either_mandatory,
    mandatory,
    unknown_order,
)
from alphaforge_binance.emulator.limits import LimitError
from alphaforge_binance.emulator.numbers import fixed
from alphaforge_binance.emulator.order import Order
from alphaforge_binance.emulator.order_lists import OrderList
from alphaforge_binance.emulator.order_request import (
    new_client_id,
    read_old_pair,
    read_order,
    read_pair,
)
from alphaforge_binance.emulator.views import acknowledged, amended, cancelled, full, result

_ANSWERS = {"ACK": acknowledged, "RESULT": result, "FULL": full}
_RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}


def place_order(call: Call) -> Any:
    """`POST order`."""
    order = read_order(call)
    answer = _answer_kind(call, order.type)
    call.params.check_all_read()
    _place(call, order)
    return _ANSWERS[answer](order, call.time)


def test_order(call: Call) -> Any:
    """`POST order/test`: all checks but those of the engine."""
    order = read_order(call)
    _answer_kind(call, order.type)
    with_rates = call.params.flag("computeCommissionRates")
    call.params.check_all_read()
    call.exchange.check(order)
    if not with_rates:
        return {}
    rates = {"maker": fixed(call.account.maker_rate), "taker": fixed(call.account.taker_rate)}
    nothing = {"maker": "0.00000000", "taker": "0.00000000"}
    return {
        "standardCommissionForOrder": rates,
        "specialCommissionForOrder": nothing,
        "taxCommissionForOrder": nothing,
        "discount": discount(call),
    }


def discount(call: Call) -> dict[str, Any]:
    """What paying fees in BNB saves."""
    return {
        "enabledForAccount": call.account.pays_in_bnb,
        "enabledForSymbol": True,
        "discountAsset": "BNB",
        "discount": "0.75000000",
    }


def cancel_order(call: Call) -> Any:
    """`DELETE order`."""
    order, cancel_id = _order_to_cancel(call)
    restriction = _restriction(call)
    call.params.check_all_read()
    _check_restriction(order, restriction)
    call.exchange.cancel(order, cancel_id)
    return _cancelled(call, order, cancel_id)


def cancel_open_orders(call: Call) -> Any:
    """`DELETE openOrders`: all orders of a symbol, and the lists that they are part of."""
    market = call.market()
    call.params.check_all_read()
    orders = [order for order in call.account.open_in(market.symbol.name) if is_visible(call, order)]
    if not orders:
        raise unknown_order()
    answers: list[Any] = []
    for order in orders:
        if not order.is_open:
            continue
        cancel_id = new_client_id()
        call.exchange.cancel(order, cancel_id)
        answers.append(_cancelled(call, order, cancel_id))
    return answers


def cancel_replace(call: Call) -> Any:
    """`POST order/cancelReplace`."""
    mode = call.params.required("cancelReplaceMode")
    if mode not in {"STOP_ON_FAILURE", "ALLOW_FAILURE"}:
        raise ApiError(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
    exceeded = call.params.choice("orderRateLimitExceededMode", ("DO_NOTHING", "CANCEL_ONLY"))
    order = read_order(call)
    answer = _answer_kind(call, order.type)
    order_id, original = _order_names(call, "cancelOrderId", "cancelOrigClientOrderId")
    cancel_id = call.params.client_id("cancelNewClientOrderId") or new_client_id()
    restriction = _restriction(call)
    call.params.check_all_read()
    limited = _rate_limit(call, 1)
    if limited is not None and exceeded != "CANCEL_ONLY":
        raise limited
    cancel_error, cancel_answer = None, None
    try:
        old = find_order(call, order.symbol, order_id, original)
        if old is None:
            raise unknown_order()
        _check_restriction(old, restriction)
        call.exchange.cancel(old, cancel_id)
        cancel_answer = cancelled(old, cancel_id, call.time)
    except ApiError as error:
        cancel_error = error
    if cancel_error is not None and mode == "STOP_ON_FAILURE":
        raise ApiError(
            -2022,
            "Order cancel-replace failed.",
            data=_halves("FAILURE", "NOT_ATTEMPTED", cancel_error.body(), None),
        )
    try:
        _place(call, order)
    except ApiError as error:
        if cancel_error is not None:
            both = _halves("FAILURE", "FAILURE", cancel_error.body(), error.body())
            raise ApiError(-2022, "Order cancel-replace failed.", data=both) from error
        half = _halves("SUCCESS", "FAILURE", cancel_answer, error.body())
        raise ApiError(-2021, "Order cancel-replace partially failed.", status=409, data=half) from error
    new = _ANSWERS[answer](order, call.time)
    if cancel_error is not None:
        half = _halves("FAILURE", "SUCCESS", cancel_error.body(), new)
        raise ApiError(-2021, "Order cancel-replace partially failed.", status=409, data=half)
    return _halves("SUCCESS", "SUCCESS", cancel_answer, new)


def amend_keep_priority(call: Call) -> Any:
    """`PUT order/amend/keepPriority`."""
    symbol = call.market().symbol.name
    order_id, original = _order_names(call, "orderId", "origClientOrderId")
    quantity = call.params.decimal("newQty")
    if quantity is None:
        raise mandatory("newQty")
    new_id = call.params.client_id("newClientOrderId") or new_client_id()
    call.params.check_all_read()
    order = find_order(call, symbol, order_id, original)
    if order is None or not order.is_open:
        raise ApiError(-2038, "Unknown order sent.")
    before = order.client_id
    call.exchange.amend(order, quantity, new_id)
    pair = call.venue.lists.by_id.get(order.list_id)
    return {
        "transactTime": call.time(order.updated_ns),
        "executionId": call.exchange.executions,
        "amendedOrder": amended(order, before, call.time),
        **({} if pair is None else {"listStatus": pair.shown(call.time)}),
    }


def place_pair(call: Call) -> Any:
    """`POST orderList/oco`."""
    return _place_pair(call, *read_pair(call))


def place_old_pair(call: Call) -> Any:
    """`POST order/oco`, deprecated."""
    return _place_pair(call, *read_old_pair(call))


def cancel_list(call: Call) -> Any:
    """`DELETE orderList`."""
    call.market()
    list_id = call.params.integer("orderListId")
    client_id = call.params.client_id("listClientOrderId")
    if list_id is None and client_id is None:
        raise either_mandatory("orderListId", "listClientOrderId")
    cancel_id = call.params.client_id("newClientOrderId") or new_client_id()
    call.params.check_all_read()
    pair = call.venue.lists.find(call.account.number, list_id, client_id)
    if pair is None or not pair.is_open:
        raise unknown_order()
    call.venue.lists.cancel(pair, cancel_id)
    reports = [cancelled(order, cancel_id, call.time) for order in pair.orders]
    return {**pair.shown(call.time), "orderReports": reports}


def find_order(call: Call, symbol: str, order_id: int | None, client_id: str | None) -> Order | None:
    """An order of the account that can be seen already.

    Raises:
        ApiError: id and client id are of different orders.
    """
    if order_id is not None:
        order = call.account.orders.get((symbol, order_id))
        if order is not None and client_id is not None and order.client_id != client_id:
            raise ApiError(-2039, "Client order ID is not correct for this order ID.")
    else:
        order = call.account.by_client_id.get((symbol, client_id or ""))
    return order if order is not None and is_visible(call, order) else None


def is_visible(call: Call, order: Order) -> bool:
    """Whether queries find an order already; under a fault a new one is hidden for a while."""
    # An order that is not hidden is seen even where the clock was set back since it came.
    return order.visible_ns == order.created_ns or order.visible_ns <= call.now_ns


def _place(call: Call, order: Order) -> None:
    limited = _rate_limit(call, 1)
    if limited is not None:
        raise limited
    call.exchange.place(order)
    call.venue.limits.count_orders(order.account, 1, call.now_ns)
    if order.fills:
        call.venue.limits.count_orders(order.account, -1, call.now_ns)


def _place_pair(call: Call, above: Order, below: Order) -> Any:
    client_id = call.params.client_id("listClientOrderId") or new_client_id()
    answer = _answer_kind(call, "OCO")
    call.params.check_all_read()
    limited = _rate_limit(call, 2)
    if limited is not None:
        raise limited
    pair: OrderList = call.venue.lists.place(call.account.number, client_id, above, below)
    call.venue.limits.count_orders(call.account.number, 2, call.now_ns)
    reports = [_ANSWERS[answer](order, call.time) for order in pair.orders]
    return {**pair.shown(call.time), "orderReports": reports}


def _rate_limit(call: Call, count: int) -> LimitError | None:
    try:
        call.venue.limits.check_orders(call.account.number, count, call.now_ns)
    except LimitError as error:
        return error
    return None


def _answer_kind(call: Call, order_type: str) -> str:
    default = "FULL" if order_type in {"MARKET", "LIMIT"} else "ACK" if order_type != "OCO" else "RESULT"
    return call.params.choice("newOrderRespType", tuple(_ANSWERS)) or default


def _order_names(call: Call, id_name: str, client_name: str) -> tuple[int | None, str | None]:
    order_id, client_id = call.params.integer(id_name), call.params.client_id(client_name)
    if order_id is None and client_id is None:
        raise either_mandatory(client_name, id_name)
    return order_id, client_id


def _order_to_cancel(call: Call) -> tuple[Order, str]:
    symbol = call.market().symbol.name
    order_id, original = _order_names(call, "orderId", "origClientOrderId")
    cancel_id = call.params.client_id("newClientOrderId") or new_client_id()
    order = find_order(call, symbol, order_id, original)
    if order is None:
        raise unknown_order()
    return order, cancel_id


def _restriction(call: Call) -> str | None:
    return call.params.choice(
        "cancelRestrictions", tuple(_RESTRICTIONS), ApiError(-1145, "Invalid cancelRestrictions")
    )


def _check_restriction(order: Order, restriction: str | None) -> None:
    if restriction is not None and order.is_open and order.status != _RESTRICTIONS[restriction]:
        raise ApiError(-2011, "Order was not canceled due to cancel restrictions.")


def _cancelled(call: Call, order: Order, cancel_id: str) -> Any:
    pair = call.venue.lists.by_id.get(order.list_id)
    if pair is None:
        return cancelled(order, cancel_id, call.time)
    reports = [cancelled(each, cancel_id, call.time) for each in pair.orders]
    return {**pair.shown(call.time), "orderReports": reports}


def _halves(cancel: str, new: str, cancel_answer: Any, new_answer: Any) -> dict[str, Any]:
    return {
        "cancelResult": cancel,
        "newOrderResult": new,
        "cancelResponse": cancel_answer,
        "newOrderResponse": new_answer,
    }
