"""Handles of orders: what a strategy holds after it has asked for one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphaforge_rs import Order, Outcome

if TYPE_CHECKING:
    from alphaforge.model.numbers import Number
    from alphaforge.strategies.order_entry import OrderEntry


class OrderHandle:
    """An order that a strategy asked for, and what the gate said to it.

    True in a condition where the gate has let it pass: `if not self.buy(1): ...`.
    """

    __slots__ = ("_outcome", "_strategy")

    def __init__(self, strategy: "OrderEntry", outcome: Outcome) -> None:
        self._strategy = strategy
        self._outcome = outcome

    @property
    def id(self) -> int | None:
        """The order's id; None where not even an order was made (an unknown instrument)."""
        return self._outcome.order_id

    @property
    def accepted(self) -> bool:
        """True where the gate has let it pass; it is on its way to the venue."""
        return self._outcome.accepted

    @property
    def code(self) -> str | None:
        """A short name of the gate's rejection, such as `insufficient_funds`."""
        return self._outcome.code

    @property
    def rule(self) -> int | None:
        """The number of the rule that denied it, in the table of docs/risk.md; None for other refusals."""
        return self._outcome.rule

    @property
    def reason(self) -> str | None:
        """The gate's rejection in words."""
        return self._outcome.reason

    @property
    def order(self) -> Order | None:
        """The order as it is now."""
        return self._strategy.order(self)

    def cancel(self) -> Outcome:
        """Cancel it; see `Strategy.cancel`."""
        return self._strategy.cancel(self)

    def replace(self, *, price: "Number | None" = None, quantity: "Number | None" = None) -> Outcome:
        """Change it; see `Strategy.replace`."""
        return self._strategy.replace(self, price=price, quantity=quantity)

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        if not self.accepted:
            return f"OrderHandle(refused: {self.reason})"
        return f"OrderHandle({self.order!r})"


@dataclass(frozen=True, slots=True)
class OrderGroup:
    """Handles of orders that belong together. True in a condition where the gate has let them pass."""

    entry: OrderHandle | None
    """Opens the position; None where the group only closes one."""
    limit: OrderHandle
    """Takes the profit."""
    stop: OrderHandle
    """Limits the loss."""

    def cancel(self) -> None:
        """Cancel all of them that are live; what the entry has opened stays open."""
        for handle in (self.entry, self.limit, self.stop):
            order = handle.order if handle is not None else None
            if handle is not None and order is not None and order.is_live:
                handle.cancel()

    def __bool__(self) -> bool:
        return bool(self.limit) and bool(self.stop) and (self.entry is None or bool(self.entry))
