"""Orders and trades as answers show them.

Source: binance-spot-api-docs, rest-api.md, "Conditional fields in Order Responses".
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from alphaforge_binance.emulator.numbers import fixed
from alphaforge_binance.emulator.order import Fill, Order

ToTime: TypeAlias = Callable[[int], int]
"""Nanoseconds to the unit that the client asked for."""


def acknowledged(order: Order, time: ToTime) -> dict[str, Any]:
    """ACK."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "transactTime": time(order.updated_ns),
    }


def result(order: Order, time: ToTime) -> dict[str, Any]:
    """RESULT."""
    return {**acknowledged(order, time), **_state(order, time), **_working_time(order, time)}


def full(order: Order, time: ToTime) -> dict[str, Any]:
    """FULL."""
    fills = [
        {
            "price": fixed(fill.price),
            "qty": fixed(fill.quantity),
            "commission": fixed(fill.commission),
            "commissionAsset": fill.commission_asset,
            "tradeId": fill.trade_id,
        }
        for fill in order.fills
    ]
    return {**result(order, time), "fills": fills}


def queried(order: Order, time: ToTime) -> dict[str, Any]:
    """An order as queries show it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        **_state(order, time),
        "stopPrice": fixed(order.stop_price),
        "icebergQty": fixed(order.iceberg) if order.iceberg is not None else "0.00000000",
        "time": time(order.created_ns),
        "updateTime": time(order.updated_ns),
        "isWorking": order.working_ns is not None,
        **_working_time(order, time),
    }


def cancelled(order: Order, cancel_id: str, time: ToTime) -> dict[str, Any]:
    """An order as the answer to its cancel shows it."""
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": cancel_id,
        "transactTime": time(order.updated_ns),
        **_state(order, time),
    }


def amended(order: Order, original_client_id: str, time: ToTime) -> dict[str, Any]:
    """An order as the answer to its amendment shows it."""
    shown = queried(order, time)
    for name in ("origQty", "cummulativeQuoteQty", "origQuoteOrderQty", "time", "updateTime", "isWorking"):
        del shown[name]
    return {
        **shown,
        "origClientOrderId": original_client_id,
        "qty": fixed(order.quantity),
        "preventedQty": fixed(order.prevented),
        "quoteOrderQty": fixed(order.quote_quantity),
        "cumulativeQuoteQty": fixed(order.executed_quote),
    }


def traded(fill: Fill, order: Order, time: ToTime) -> dict[str, Any]:
    """A row of myTrades."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": order.list_id,
        "price": fixed(fill.price),
        "qty": fixed(fill.quantity),
        "quoteQty": fixed(fill.price * fill.quantity),
        "commission": fixed(fill.commission),
        "commissionAsset": fill.commission_asset,
        "time": time(fill.time_ns),
        "isBuyer": fill.is_buyer,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def _working_time(order: Order, time: ToTime) -> dict[str, Any]:
    return {"workingTime": -1 if order.working_ns is None else time(order.working_ns)}


def _state(order: Order, time: ToTime) -> dict[str, Any]:
    state: dict[str, Any] = {
        "price": fixed(order.price),
        "origQty": fixed(order.quantity),
        "executedQty": fixed(order.executed),
        "origQuoteOrderQty": fixed(order.quote_quantity),
        "cummulativeQuoteQty": fixed(order.executed_quote),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        "selfTradePreventionMode": order.self_trade,
    }
    if order.shows_stop:
        state["stopPrice"] = fixed(order.stop_price)
    if order.iceberg is not None:
        state["icebergQty"] = fixed(order.iceberg)
    if order.trailing_bips is not None:
        state["trailingDelta"] = order.trailing_bips
        state["trailingTime"] = -1 if order.trailing_ns is None else time(order.trailing_ns)
    if order.strategy_id is not None:
        state["strategyId"] = order.strategy_id
    if order.strategy_type is not None:
        state["strategyType"] = order.strategy_type
    if order.prevented_match_id is not None:
        state["preventedMatchId"] = order.prevented_match_id
        state["preventedQuantity"] = fixed(order.prevented)
    if order.expiry_reason is not None:
        state["expiryReason"] = order.expiry_reason
    return state
