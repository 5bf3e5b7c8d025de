"""The parameters of a new order, held against what its type takes.

Source: binance-spot-api-docs, rest-api.md, "New order"; errors.md.
"""

import secrets
from decimal import Decimal

from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.errors import ApiError, either_mandatory, mandatory, not_required
from alphaforge_binance.emulator.numbers import ZERO
from alphaforge_binance.emulator.order import MARKET_TYPES, STOP_TYPES, Order, Side
from alphaforge_binance.emulator.symbols import ORDER_TYPES, SELF_TRADE_MODES

_TIME_IN_FORCE = ("GTC", "IOC", "FOK")
_LIMIT_TYPES = frozenset({"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
_LOWEST_STRATEGY_TYPE = 1_000_000


def read_order(call: Call) -> Order:
    """The order that `POST order` and its relatives ask for.

    Raises:
        ApiError: a parameter is missing, malformed, or not for this type.
    """
    params = call.params
    symbol = call.market().symbol.name
    side = _side(call)
    kind = params.required("type")
    if kind not in ORDER_TYPES:
        raise ApiError(-1116, "Invalid orderType.")
    order = Order(
        symbol,
        order_id=0,
        account=call.account.number,
        client_id=params.client_id("newClientOrderId") or new_client_id(),
        side=side,
        type=kind,
        quantity=params.decimal("quantity") or ZERO,
        quote_quantity=params.decimal("quoteOrderQty") or ZERO,
    )
    _read_leg(call, order, "")
    _check_type(order)
    order.self_trade = self_trade_mode(call)
    return order


def read_pair(call: Call) -> tuple[Order, Order]:
    """The orders above and below of an OCO.

    Raises:
        ApiError: a parameter is missing, malformed, or not for its leg.
    """
    side = _side(call)
    symbol = call.market().symbol.name
    quantity = call.params.decimal("quantity")
    if quantity is None:
        raise mandatory("quantity")
    legs = []
    for prefix in ("above", "below"):
        kind = call.params.required(f"{prefix}Type")
        if kind not in STOP_TYPES | {"LIMIT_MAKER"}:
            raise ApiError(-1158, "Order type not supported in OCO.")
        order = Order(
            symbol,
            order_id=0,
            account=call.account.number,
            client_id=call.params.client_id(f"{prefix}ClientOrderId") or new_client_id(),
            side=side,
            type=kind,
            quantity=quantity,
        )
        _read_leg(call, order, prefix)
        _check_type(order)
        order.self_trade = self_trade_mode(call)
        legs.append(order)
    _check_sides(side, legs[0].type, legs[1].type)
    return legs[0], legs[1]


def read_old_pair(call: Call) -> tuple[Order, Order]:
    """The orders of the deprecated `POST order/oco`: a limit order and a stop."""
    side, params = _side(call), call.params
    symbol = call.market().symbol.name
    values = {name: params.decimal(name) for name in ("quantity", "price", "stopPrice")}
    for name, value in values.items():
        if value is None:
            raise mandatory(name)
    quantity, price, stop_price = (value or ZERO for value in values.values())
    stop_limit = params.decimal("stopLimitPrice")
    mode = self_trade_mode(call)
    limit = Order(
        symbol,
        0,
        call.account.number,
        params.client_id("limitClientOrderId") or new_client_id(),
        side,
        "LIMIT_MAKER",
        quantity=quantity,
        price=price,
        self_trade=mode,
    )
    stop = Order(
        symbol,
        0,
        call.account.number,
        params.client_id("stopClientOrderId") or new_client_id(),
        side,
        "STOP_LOSS" if stop_limit is None else "STOP_LOSS_LIMIT",
        quantity=quantity,
        price=stop_limit or ZERO,
        stop_price=stop_price,
        self_trade=mode,
    )
    if stop_limit is not None:
        stop.time_in_force = _time_in_force(call, "stopLimitTimeInForce") or "GTC"
    return (limit, stop) if side == "SELL" else (stop, limit)


def new_client_id() -> str:
    """An id for an order that came without one."""
    return secrets.token_hex(11)


def self_trade_mode(call: Call) -> str:
    """The mode of self-trade prevention."""
    error = ApiError(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    return call.params.choice("selfTradePreventionMode", SELF_TRADE_MODES, error) or "EXPIRE_MAKER"


def _side(call: Call) -> Side:
    side = call.params.required("side")
    if side == "BUY":
        return "BUY"
    if side == "SELL":
        return "SELL"
    raise ApiError(-1117, "Invalid side.")


def _time_in_force(call: Call, name: str) -> str | None:
    return call.params.choice(name, _TIME_IN_FORCE, ApiError(-1115, "Invalid timeInForce."))


def _read_leg(call: Call, order: Order, prefix: str) -> None:
    """The parameters that a leg of a pair has with a prefix, and an order without."""
    params = call.params

    def name(plain: str) -> str:
        return prefix + plain[0].upper() + plain[1:] if prefix else plain

    order.price = params.decimal(name("price")) or ZERO
    order.stop_price = params.decimal(name("stopPrice")) or ZERO
    order.trailing_bips = params.integer(name("trailingDelta"))
    iceberg = params.decimal(name("icebergQty"))
    order.iceberg = iceberg or None
    order.strategy_id = params.integer(name("strategyId"))
    order.strategy_type = params.integer(name("strategyType"))
    if order.strategy_type is not None and order.strategy_type < _LOWEST_STRATEGY_TYPE:
        raise ApiError(-1134, "`strategyType` was less than 1000000.")
    time_in_force = _time_in_force(call, name("timeInForce"))
    if order.type in _LIMIT_TYPES and time_in_force is None:
        raise mandatory(name("timeInForce"))
    if time_in_force is not None and order.type not in _LIMIT_TYPES:
        raise not_required(name("timeInForce"))
    order.time_in_force = time_in_force or "GTC"
    if order.iceberg is not None and order.time_in_force != "GTC":
        raise ApiError(-1014, "Unsupported order combination.")


def _check_type(order: Order) -> None:
    """Which numbers an order of its type has and has not."""
    is_market = order.type == "MARKET"
    if is_market and not (order.quantity or order.quote_quantity):
        raise either_mandatory("quantity", "quoteOrderQty")
    if not is_market:
        _demand(order.quantity, "quantity")
    if order.quote_quantity and (order.quantity or not is_market):
        raise not_required("quoteOrderQty")
    if order.type in MARKET_TYPES:
        _refuse("price", order.price)
        _refuse("icebergQty", order.iceberg)
    else:
        _demand(order.price, "price")
    if order.type not in STOP_TYPES:
        _refuse("stopPrice", order.stop_price)
        _refuse("trailingDelta", order.trailing_bips)
    elif not order.stop_price and order.trailing_bips is None:
        raise either_mandatory("stopPrice", "trailingDelta")


def _refuse(name: str, value: Decimal | int | None) -> None:
    if value:
        raise not_required(name)


def _demand(value: Decimal, name: str) -> None:
    if not value:
        raise mandatory(name)


def _check_sides(side: Side, above: str, below: str) -> None:
    """Which types may lie above and below the market in a pair."""
    both_limit = above == below == "LIMIT_MAKER"
    if both_limit:
        raise ApiError(-1168, "At least one OCO order must be contingent.")
    profit = {"LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"}
    if side == "SELL":
        if above not in profit:
            raise ApiError(-1197, "A stop loss order in a sell OCO must be below.")
        if below in profit:
            raise ApiError(-1166, "A limit order in a sell OCO must be above.")
    else:
        if below not in profit:
            raise ApiError(-1196, "A stop loss order in a buy OCO must be above.")
        if above in profit:
            raise ApiError(-1165, "A limit order in a buy OCO must be below.")
