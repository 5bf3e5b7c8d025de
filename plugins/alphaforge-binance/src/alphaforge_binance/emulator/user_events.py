"""The events of the user data stream.

Source: binance-spot-api-docs, user-data-stream.md.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from alphaforge_binance.emulator.numbers import ZERO, fixed
from alphaforge_binance.emulator.order import Fill, Order
from alphaforge_binance.emulator.views import ToTime


def execution_report(
    order: Order,
    execution: str,
    *,
    execution_id: int,
    now_ns: int,
    time: ToTime,
    fill: Fill | None = None,
    client_id: str | None = None,
    original_client_id: str = "",
) -> dict[str, Any]:
    """`executionReport`; a cancel's own id stands in `c`, and that of the order in `C`."""
    event = {
        "e": "executionReport",
        "E": time(now_ns),
        "s": order.symbol,
        "c": client_id if client_id is not None else order.client_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": fixed(order.quantity),
        "p": fixed(order.price),
        "P": fixed(order.stop_price),
        "F": fixed(order.iceberg or ZERO),
        "g": order.list_id,
        "C": original_client_id,
        "x": execution,
        "X": order.status,
        "r": "NONE",
        "i": order.order_id,
        "l": fixed(fill.quantity if fill else ZERO),
        "z": fixed(order.executed),
        "L": fixed(fill.price if fill else ZERO),
        "n": fixed(fill.commission) if fill else "0",
        "N": fill.commission_asset if fill else None,
        "T": time(order.updated_ns),
        "t": fill.trade_id if fill else -1,
        "I": execution_id,
        "w": order.is_open and order.working_ns is not None,
        "m": fill.is_maker if fill else False,
        "M": False,
        "O": time(order.created_ns),
        "Z": fixed(order.executed_quote),
        "Y": fixed(fill.price * fill.quantity if fill else ZERO),
        "Q": fixed(order.quote_quantity),
        "V": order.self_trade,
    }
    return event | _conditional(order, time)


def _conditional(order: Order, time: ToTime) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if order.working_ns is not None:
        fields["W"] = time(order.working_ns)
    if order.trailing_bips is not None:
        fields["d"] = order.trailing_bips
        fields["D"] = -1 if order.trailing_ns is None else time(order.trailing_ns)
    if order.strategy_id is not None:
        fields["j"] = order.strategy_id
    if order.strategy_type is not None:
        fields["J"] = order.strategy_type
    if order.prevented_match_id is not None:
        fields |= {"v": order.prevented_match_id, "A": fixed(order.prevented), "B": fixed(order.prevented)}
    if order.expiry_reason is not None:
        fields["eR"] = order.expiry_reason
    return fields


def account_position(
    balances: Iterable[tuple[str, Decimal, Decimal]], *, updated_ns: int, now_ns: int, time: ToTime
) -> dict[str, Any]:
    """`outboundAccountPosition`, of (asset, free, locked)."""
    return {
        "e": "outboundAccountPosition",
        "E": time(now_ns),
        "u": time(updated_ns),
        "B": [{"a": asset, "f": fixed(free), "l": fixed(locked)} for asset, free, locked in balances],
    }


def balance_update(asset: str, delta: Decimal, *, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`balanceUpdate`: a deposit or a withdrawal."""
    return {"e": "balanceUpdate", "E": time(now_ns), "a": asset, "d": fixed(delta), "T": time(now_ns)}


def stream_terminated(*, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`eventStreamTerminated`."""
    return {"e": "eventStreamTerminated", "E": time(now_ns)}
