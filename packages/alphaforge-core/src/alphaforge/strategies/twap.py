"""Trading a quantity evenly over a time (time-weighted average price)."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alphaforge.model.errors import StrategyError
from alphaforge.model.numbers import Number
from alphaforge.strategies.handle import OrderHandle
from alphaforge.strategies.parent_order import ParentOrder

if TYPE_CHECKING:
    from alphaforge.strategies.strategy import Strategy

PULSES_PER_SLICE = 4
"""How often within a slice the rest of what was cancelled can go out again."""

Price = Number | Callable[[], Number | None] | None


class Twap:
    """Trades a parent order in equal slices. Made by `Strategy.twap`.

    When a slice begins, what is unfilled of the one before is cancelled; once the venue has ended it, the
    rest goes out with the slice. Sizes are on the lot, and what a lot leaves over is carried on. What the
    gate denies is tried again with the next slice. At the end the last child is cancelled; nothing is forced.
    """

    def __init__(self, strategy: "Strategy[Any]", parent: ParentOrder, *, slices: int, price: Price) -> None:
        self.parent = parent
        self._strategy = strategy
        self._slices = slices
        self._price = price
        self._pulses = 0
        self._children: list[OrderHandle] = []
        self._denied_in: int | None = None
        self._is_ending = False
        self._timer: int | None = None

    @property
    def quantity(self) -> Decimal:
        """How much in all."""
        return self.parent.quantity

    @property
    def filled(self) -> Decimal:
        """What has traded so far."""
        return self.parent.filled

    @property
    def left(self) -> Decimal:
        """What has not traded; when it is done, what it leaves."""
        return self.quantity - self.filled

    @property
    def is_done(self) -> bool:
        """True where it sends nothing more and none of its children can trade any more."""
        return self._timer is None

    def cancel(self) -> None:
        """End it: cancel what is open and send nothing more. It is done when the venue has answered."""
        self._is_ending = True
        self._cancel_children()

    def begin(self, timer: int) -> None:
        """Its timer is set; the strategy calls this once."""
        self._timer = timer

    def pulse(self) -> None:
        """Go on by a part of a slice; its timer calls this."""
        index, into = divmod(self._pulses, PULSES_PER_SLICE)
        self._pulses += 1
        if self._is_ending or index >= self._slices or self.left <= 0:
            self._end()
            return
        if into == 0:
            self._cancel_children()
        due = self.quantity * (index + 1) / self._slices - self.filled - self.parent.open
        lot = self.parent.instrument.lot_size
        due -= due % lot
        if due > 0 and self._denied_in != index:
            self._send(due, index)

    def _send(self, quantity: Decimal, index: int) -> None:
        price = self._price() if callable(self._price) else self._price
        if price is None and self._price is not None:
            return
        child = self.parent.submit(quantity, price)
        if child:
            self._children.append(child)
        else:
            self._denied_in = index
            self._strategy.log.warning("%r: a child was denied: %s", self, child.reason)

    def _end(self) -> None:
        self._is_ending = True
        self._cancel_children()
        if self.parent.open == 0 and self._timer is not None:
            self._strategy.end_timer(self._timer)
            self._timer = None
            if self.left > 0:
                self._strategy.log.warning("%r has ended with %s left", self, self.left)

    def _cancel_children(self) -> None:
        orders = [child.order for child in self._children]
        live = [each for each in orders if each is not None and each.is_live]
        self._children = [child for child in self._children if child.id in {each.id for each in live}]
        for order in live:
            if order.state != "pending_cancel":
                self._strategy.cancel(order)

    def __repr__(self) -> str:
        return f"Twap({self.parent.side} {self.quantity} {self.parent.instrument.id}, filled {self.filled})"


def checked_slices(slices: int, duration_s: float) -> float:
    """How many seconds lie between two pulses.

    Raises:
        StrategyError: there is no slice, or no time for them.
    """
    is_whole, is_number = isinstance(slices, int), isinstance(duration_s, int | float)
    if not is_whole or slices < 1:
        raise StrategyError(f"twap: slices = {slices!r}: must be a whole number from 1 on")
    if not is_number or not duration_s > 0:
        raise StrategyError(f"twap: duration_s = {duration_s!r}: must be a number of seconds above zero")
    return duration_s / slices / PULSES_PER_SLICE
