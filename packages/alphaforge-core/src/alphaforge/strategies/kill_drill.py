"""The strategy of `alphaforge kill --drill`: it rests orders, and puts back what is cancelled."""

from decimal import Decimal
from typing import Any

from alphaforge_rs import Book, Instrument, Order

from alphaforge.strategies.strategy import Strategy

ORDERS = 50
"""On each instrument."""
_BELOW = Decimal("0.7")
_NOTIONALS = 2
"""So many times the least notional is each order worth."""


class KillDrill(Strategy[Any]):
    """Gives a kill something to do, and something to prevent."""

    def on_start(self) -> None:
        """Nothing is placed yet."""
        self._placed: set[Instrument] = set()

    def on_book(self, book: Book) -> None:
        """Rest the orders of an instrument, once its market is known."""
        instrument, bids = book.instrument, book.bids_decimal(1)
        if instrument in self._placed or not bids:
            return
        self._placed.add(instrument)
        for number in range(ORDERS):
            price = bids[0][0] * _BELOW - number * instrument.tick_size
            worth = (instrument.min_notional or Decimal(10)) * _NOTIONALS
            size = max(worth / price, instrument.min_quantity or instrument.lot_size)
            self.buy(size + instrument.lot_size, price, instrument=instrument)

    def on_order(self, order: Order) -> None:
        """Try again what was taken away: a kill must not let it pass."""
        if order.state == "cancelled" and order.price_decimal is not None:
            self.buy(order.quantity_decimal, order.price_decimal, instrument=order.instrument)
