"""When orders that wait for a stop begin to work.

Source: binance-spot-api-docs, rest-api.md and faqs/trailing-stop-faq.md. The engine's own trailing stop
follows at a fixed distance, Binance's at a part of the price, so the emulator watches the trades itself.
"""

from decimal import Decimal

from alphaforge_binance.emulator.order import Order

_BIPS = Decimal(10_000)


def rises(order: Order) -> bool:
    """Whether the order fires as the market rises: a stop-loss that buys, a take-profit that sells."""
    return order.type.startswith("STOP_LOSS") == (order.side == "BUY")


def would_fire_at_once(order: Order, last_price: Decimal | None) -> bool:
    """Whether the market is past the stop price already."""
    if last_price is None or order.trailing_bips is not None:
        return False
    return last_price >= order.stop_price if rises(order) else last_price <= order.stop_price


def fires(order: Order, price: Decimal, now_ns: int) -> bool:
    """Whether a trade at `price` lets the order work; a trailing one follows it otherwise."""
    if order.trailing_bips is None:
        return price >= order.stop_price if rises(order) else price <= order.stop_price
    if order.trailing_ns is None:
        is_reached = price >= order.stop_price if rises(order) else price <= order.stop_price
        if order.stop_price and not is_reached:
            return False
        order.trailing_ns = now_ns
    delta = order.trailing_bips / _BIPS
    if order.side == "BUY":
        order.extreme = price if order.extreme is None else min(order.extreme, price)
        return price >= order.extreme * (1 + delta)
    order.extreme = price if order.extreme is None else max(order.extreme, price)
    return price <= order.extreme * (1 - delta)
