"""AlphaForge: a live-trading platform in Python with a Rust execution kernel, assembled from plugins.

Strategies and plugins import what they need from here:

    from alphaforge import Bar, Strategy, StrategyParams
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alphaforge.hooks.markers import hookimpl
    from alphaforge.model.events import Bar, Book, FeedStatus, Quote, Trade
    from alphaforge.model.instrument import Instrument
    from alphaforge.model.orders import Balance, Fill, Order, Outcome, Position
    from alphaforge.strategies.handle import OrderGroup, OrderHandle
    from alphaforge.strategies.params import StrategyParams
    from alphaforge.strategies.strategy import Strategy

__all__ = [
    "Balance",
    "Bar",
    "Book",
    "FeedStatus",
    "Fill",
    "Instrument",
    "Order",
    "OrderGroup",
    "OrderHandle",
    "Outcome",
    "Position",
    "Quote",
    "Strategy",
    "StrategyParams",
    "Trade",
    "hookimpl",
]

_HOMES = {
    "Balance": "alphaforge.model.orders",
    "Bar": "alphaforge.model.events",
    "Book": "alphaforge.model.events",
    "FeedStatus": "alphaforge.model.events",
    "Fill": "alphaforge.model.orders",
    "Instrument": "alphaforge.model.instrument",
    "Order": "alphaforge.model.orders",
    "OrderGroup": "alphaforge.strategies.handle",
    "OrderHandle": "alphaforge.strategies.handle",
    "Outcome": "alphaforge.model.orders",
    "Position": "alphaforge.model.orders",
    "Quote": "alphaforge.model.events",
    "Strategy": "alphaforge.strategies.strategy",
    "StrategyParams": "alphaforge.strategies.params",
    "Trade": "alphaforge.model.events",
    "hookimpl": "alphaforge.hooks.markers",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that `import alphaforge` stays fast."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'alphaforge' has no attribute {name!r}")
    return getattr(import_module(home), name)
