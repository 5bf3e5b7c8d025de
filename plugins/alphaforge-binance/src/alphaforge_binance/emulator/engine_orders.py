"""A client's order as the matching engine takes it."""

from typing import Literal

from alphaforge_rs import ExchangeEvent, MatchingEngine

from alphaforge_binance.emulator.order import MARKET_TYPES, Order, Side

ENGINE_SIDE: dict[Side, Literal["buy", "sell"]] = {"BUY": "buy", "SELL": "sell"}
_TIME_IN_FORCE: dict[str, Literal["gtc", "ioc", "fok"]] = {"GTC": "gtc", "IOC": "ioc", "FOK": "fok"}
_SELF_TRADE: dict[str, Literal["allow", "expire_taker", "expire_maker", "expire_both"]] = {
    "NONE": "allow",
    "EXPIRE_TAKER": "expire_taker",
    "EXPIRE_MAKER": "expire_maker",
    "EXPIRE_BOTH": "expire_both",
}

_EXPIRY = {
    "immediate-or-cancel": "UNFILLED_IOC_QUANTITY_EXPIRED",
    "fill-or-kill": "UNFILLED_FOK_ORDER_EXPIRED",
    "market order": "INSUFFICIENT_LIQUIDITY",
}


def submit(engine: MatchingEngine, order: Order) -> list[ExchangeEvent]:
    """Give an order to the engine; one that waited for its stop does so when that has fired."""
    is_market = order.type in MARKET_TYPES
    bound = order.limit_of_cost if is_market and order.side == "BUY" else None
    return engine.submit(
        order.order_id,
        order.account,
        ENGINE_SIDE[order.side],
        order.remaining,
        None if is_market else order.price,
        time_in_force=_TIME_IN_FORCE[order.time_in_force],
        post_only=order.type == "LIMIT_MAKER",
        worst_price=bound or None,
        self_trade=_SELF_TRADE[order.self_trade],
        display=order.iceberg,
    )


def expiry_reason(text: str) -> str | None:
    """Binance's word for why the engine let an order expire."""
    return next((reason for beginning, reason in _EXPIRY.items() if text.startswith(beginning)), None)
