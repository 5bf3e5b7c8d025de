"""The orders of a scope that may still trade."""

from collections.abc import Sequence

from alphaforge_rs import Order, Position

from alphaforge.engine.compose import Composition
from alphaforge.engine.control.messages import Scope
from alphaforge.strategies.order_entry import OrderEntry


def open_orders(parts: Composition, scope: Scope) -> Sequence[Order]:
    """The orders of a scope that may still trade, by strategy, oldest first."""
    # Of the class that core has written, since a strategy may have a method of that name.
    orders = (order for one in parts.strategies for order in OrderEntry.open_orders(one.strategy))
    return [order for order in orders if is_within(scope, order)]


def is_within(scope: Scope, order: Order | Position) -> bool:
    """Whether an order, or a position, belongs to a scope."""
    match scope.kind:
        case "account":
            return True
        case "venue":
            return order.instrument.venue == scope.name
        case "strategy":
            return order.strategy == scope.name
        case "instrument":
            return order.instrument.id == scope.name
