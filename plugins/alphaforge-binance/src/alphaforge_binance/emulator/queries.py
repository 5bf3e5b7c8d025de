"""The operations that show an account.

Source: binance-spot-api-docs, rest-api.md, account endpoints.
"""

from typing import Any

from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.errors import ApiError, either_mandatory, no_such_order
from alphaforge_binance.emulator.numbers import fixed
from alphaforge_binance.emulator.order import Order
from alphaforge_binance.emulator.trading import discount, find_order, is_visible
from alphaforge_binance.emulator.views import queried, traded

_DAY_NS = 86_400 * 1_000_000_000
_DEFAULT_ROWS, _MOST_ROWS = 500, 1000


def account(call: Call) -> Any:
    """`GET account`."""
    owner = call.account
    without_zero = call.params.flag("omitZeroBalances")
    call.params.check_all_read()
    holdings = call.exchange.ledger.holdings(owner.number)
    maker, taker = (int(rate * 10_000) for rate in (owner.maker_rate, owner.taker_rate))
    return {
        "makerCommission": maker,
        "takerCommission": taker,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(call),
        "canTrade": True,
        "canWithdraw": owner.can_withdraw,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": call.time(owner.updated_ns),
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": fixed(holding.free), "locked": fixed(holding.locked)}
            for asset, holding in sorted(holdings.items())
            if holding.total or not without_zero
        ],
        "permissions": ["SPOT"],
        "uid": owner.number,
    }


def commission(call: Call) -> Any:
    """`GET account/commission`."""
    symbol = call.market().symbol.name
    call.params.check_all_read()
    nothing = {"maker": "0.00000000", "taker": "0.00000000", "buyer": "0.00000000", "seller": "0.00000000"}
    return {
        "symbol": symbol,
        "standardCommission": _rates(call),
        "specialCommission": nothing,
        "taxCommission": nothing,
        "discount": discount(call),
    }


def order_status(call: Call) -> Any:
    """`GET order`."""
    symbol = call.market().symbol.name
    order_id = call.params.integer("orderId")
    client_id = call.params.client_id("origClientOrderId")
    call.params.check_all_read()
    if order_id is None and client_id is None:
        raise either_mandatory("origClientOrderId", "orderId")
    order = find_order(call, symbol, order_id, client_id)
    if order is None:
        raise no_such_order()
    return {**queried(order, call.time), "origQuoteOrderQty": fixed(order.quote_quantity)}


def open_orders(call: Call) -> Any:
    """`GET openOrders`, of a symbol or of all."""
    symbol = call.params.symbol()
    if symbol is not None:
        call.exchange.market(symbol)
    call.params.check_all_read()
    return [
        queried(order, call.time)
        for order in call.account.open_orders.values()
        if symbol in {None, order.symbol} and is_visible(call, order)
    ]


def all_orders(call: Call) -> Any:
    """`GET allOrders`: from an id on, within a time, or the latest."""
    symbol = call.market().symbol.name
    from_id = call.params.integer("orderId")
    start_ns, end_ns = _window(call)
    count = rows(call)
    call.params.check_all_read()
    found = [
        order
        for order in call.account.orders.values()
        if order.symbol == symbol
        and is_visible(call, order)
        and (from_id is None or order.order_id >= from_id)
        and _is_within(order, start_ns, end_ns)
    ]
    is_forward = from_id is not None or start_ns is not None
    return [queried(order, call.time) for order in (found[:count] if is_forward else found[-count:])]


def my_trades(call: Call) -> Any:
    """`GET myTrades`: of an order, from an id on, within a time, or the latest."""
    symbol = call.market().symbol.name
    order_id, from_id = call.params.integer("orderId"), call.params.integer("fromId")
    start_ns, end_ns = _window(call)
    count = rows(call)
    call.params.check_all_read()
    found = [
        fill
        for fill in call.account.fills
        if fill.symbol == symbol
        and (order_id is None or fill.order_id == order_id)
        and (from_id is None or fill.trade_id >= from_id)
        and (start_ns is None or fill.time_ns // call.unit_ns >= start_ns // call.unit_ns)
        and (end_ns is None or fill.time_ns // call.unit_ns <= end_ns // call.unit_ns)
    ]
    is_forward = from_id is not None or start_ns is not None
    return [
        traded(fill, call.account.orders[symbol, fill.order_id], call.time)
        for fill in (found[:count] if is_forward else found[-count:])
    ]


def order_rate_limits(call: Call) -> Any:
    """`GET rateLimit/order`."""
    call.params.check_all_read()
    return call.venue.limits.shown_orders(call.account.number, call.now_ns)


def order_list(call: Call) -> Any:
    """`GET orderList`."""
    list_id = call.params.integer("orderListId")
    client_id = call.params.client_id("origClientOrderId")
    call.params.check_all_read()
    if list_id is None and client_id is None:
        raise either_mandatory("orderListId", "origClientOrderId")
    pair = call.venue.lists.find(call.account.number, list_id, client_id)
    if pair is None:
        raise no_such_order()
    return pair.shown(call.time)


def all_order_lists(call: Call) -> Any:
    """`GET allOrderList`."""
    from_id = call.params.integer("fromId")
    _window(call)
    count = rows(call)
    call.params.check_all_read()
    lists = call.venue.lists.of(call.account.number)
    return [each.shown(call.time) for each in lists if from_id is None or each.list_id >= from_id][:count]


def open_order_lists(call: Call) -> Any:
    """`GET openOrderList`."""
    call.params.check_all_read()
    return [each.shown(call.time) for each in call.venue.lists.of(call.account.number) if each.is_open]


def rows(call: Call, default: int = _DEFAULT_ROWS, most: int = _MOST_ROWS) -> int:
    """How many rows were asked for."""
    count = call.params.integer("limit")
    return default if count is None else min(max(count, 1), most)


def _rates(call: Call) -> dict[str, str]:
    return {
        "maker": fixed(call.account.maker_rate),
        "taker": fixed(call.account.taker_rate),
        "buyer": "0.00000000",
        "seller": "0.00000000",
    }


def _window(call: Call) -> tuple[int | None, int | None]:
    """Start and end of the time asked for; at most 24 hours apart."""
    start_ns, end_ns = call.nanos("startTime"), call.nanos("endTime")
    if start_ns is not None and end_ns is not None and end_ns - start_ns > _DAY_NS:
        raise ApiError(-1127, "More than 24 hours between startTime and endTime.")
    return start_ns, end_ns


def _is_within(order: Order, start_ns: int | None, end_ns: int | None) -> bool:
    return (start_ns is None or order.created_ns >= start_ns) and (
        end_ns is None or order.created_ns <= end_ns
    )
