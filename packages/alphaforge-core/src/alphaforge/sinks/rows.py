"""Records as plain rows: what JSON lines hold, and what tables hold. Money and prices are texts, exact."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from alphaforge_rs import Alert, EquityPoint, Fill, Order

from alphaforge.model.orders import Record
from alphaforge.model.plain_digits import plain_digits

Cell: TypeAlias = Literal["time", "text", "number"]
"""What a cell of a row holds: ns since the epoch, a text, or an exact number as text. Any may be None."""

SHAPES: Mapping[str, Mapping[str, Cell]] = {
    "order": {
        "ts": "time",
        "client_order_id": "text",
        "venue_order_id": "text",
        "strategy": "text",
        "instrument": "text",
        "side": "text",
        "kind": "text",
        "time_in_force": "text",
        "price": "number",
        "quantity": "number",
        "filled": "number",
        "state": "text",
        "reject_code": "text",
        "reason": "text",
        "created_at": "time",
    },
    "fill": {
        "ts": "time",
        "client_order_id": "text",
        "trade_id": "text",
        "strategy": "text",
        "instrument": "text",
        "side": "text",
        "price": "number",
        "quantity": "number",
        "liquidity": "text",
        "fee": "number",
        "fee_currency": "text",
    },
    "equity": {"ts": "time", "currency": "text", "equity": "number"},
    "alert": {"ts": "time", "client_order_id": "text", "text": "text"},
}
"""The columns of a row by its `type`, in order, for sinks whose stores want to know them beforehand."""


def row(record: Record) -> dict[str, Any]:
    """A record as a row; `type` says which kind it is. Times are ns since the epoch."""
    if isinstance(record, Order):
        return _order_row(record)
    if isinstance(record, Fill):
        return _fill_row(record)
    if isinstance(record, EquityPoint):
        equity = None if record.equity is None else plain_digits(record.equity)
        return {"type": "equity", "ts": record.ts, "currency": record.currency, "equity": equity}
    return _alert_row(record)


def _order_row(order: Order) -> dict[str, Any]:
    price = order.price_decimal
    return {
        "type": "order",
        "ts": order.ts,
        "client_order_id": order.client_order_id,
        "venue_order_id": order.venue_order_id,
        "strategy": order.strategy,
        "instrument": order.instrument.id,
        "side": order.side,
        "kind": order.kind,
        "time_in_force": order.time_in_force,
        "price": None if price is None else plain_digits(price),
        "quantity": plain_digits(order.quantity_decimal),
        "filled": plain_digits(order.filled_decimal),
        "state": order.state,
        "reject_code": order.reject_code,
        "reason": order.reason,
        "created_at": order.created_at,
    }


def _fill_row(fill: Fill) -> dict[str, Any]:
    return {
        "type": "fill",
        "ts": fill.ts,
        "client_order_id": fill.client_order_id,
        "trade_id": str(fill.trade_id),
        "strategy": fill.strategy,
        "instrument": fill.instrument.id,
        "side": fill.side,
        "price": plain_digits(fill.price_decimal),
        "quantity": plain_digits(fill.quantity_decimal),
        "liquidity": fill.liquidity,
        "fee": plain_digits(fill.fee_decimal),
        "fee_currency": fill.fee_currency,
    }


def _alert_row(alert: Alert) -> dict[str, Any]:
    return {
        "type": "alert",
        "ts": alert.ts,
        "client_order_id": alert.client_order_id,
        "text": alert.text,
    }
