"""Buys while the book shows much more to buy than to sell, and sells again when that is over.

alphaforge backtest examples/order_book_imbalance.py --data RECORDING --param depth=10
"""

from decimal import Decimal

from alphaforge import Book, FeedStatus, Strategy, StrategyParams
from alphaforge.indicators import EMA


class Params(StrategyParams):
    """Give these with --param, or under params in node.toml."""

    size: Decimal = Decimal("0.01")
    depth: int = 5
    """How many levels of each side count."""
    smoothing: int = 20
    """Over how many changes of the book the imbalance is averaged."""
    enter: float = 0.3
    leave: float = 0.0


class OrderBookImbalance(Strategy[Params]):
    """The imbalance is -1 when only asks are shown, 0 when both sides are equal, and 1 when only bids are."""

    def on_start(self) -> None:
        self.imbalance = EMA(self.params.smoothing)

    def on_book(self, book: Book) -> None:
        bids = sum(quantity for _, quantity in book.bids(self.params.depth))
        asks = sum(quantity for _, quantity in book.asks(self.params.depth))
        if not bids or not asks:
            return
        imbalance = self.imbalance.update((bids - asks) / (bids + asks))
        if imbalance is None or self.open_orders():
            return  # not enough seen, or the last order is still under way
        if imbalance > self.params.enter and self.position().is_flat:
            self.buy(self.params.size)
        elif imbalance < self.params.leave:
            self.close()

    def on_feed_status(self, status: FeedStatus) -> None:
        if status.state == "stale":
            self.imbalance.reset()  # what the book showed before says nothing of the next one

    def on_stop(self) -> None:
        self.close()
