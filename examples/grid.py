"""Buys at evenly spaced prices below the market, and sells what it bought one step higher.

alphaforge backtest examples/grid.py --data RECORDING --param step=0.0005 --fees 0,0.0005
"""

from decimal import Decimal

from alphaforge import Order, Quote, Strategy, StrategyParams


class Params(StrategyParams):
    """Give these with --param, or under params in node.toml."""

    size: Decimal = Decimal("0.01")
    """How much is traded at each price."""
    step: Decimal = Decimal("0.0002")
    """How far the prices are apart, as a share of the first."""
    levels: int = 8
    """How many orders to buy there are at first."""


class Grid(Strategy[Params]):
    """Each order that is filled is followed by one of the other side, a step away from it."""

    def on_start(self) -> None:
        self.step = Decimal(0)  # in the quote currency, once there is a price

    def on_quote(self, quote: Quote) -> None:
        if self.step or self.book().market_condition != "sound":
            return  # the grid stands, or the book waits for its snapshot
        self.step = max(quote.bid_decimal * self.params.step, self.instrument.tick_size)
        for level in range(1, self.params.levels + 1):
            self.buy(self.params.size, quote.bid_decimal - level * self.step, post_only=True)

    def on_order(self, order: Order) -> None:
        if order.state != "filled" or order.price_decimal is None:
            return
        if order.side == "buy":
            self.sell(order.quantity_decimal, order.price_decimal + self.step)
        else:
            self.buy(order.quantity_decimal, order.price_decimal - self.step)

    def on_stop(self) -> None:
        self.cancel_all()
