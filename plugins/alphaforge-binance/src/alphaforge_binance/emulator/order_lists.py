"""Pairs of orders of which one ends the other.

Source: binance-spot-api-docs, rest-api.md, "New Order list - OCO".
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alphaforge_binance.emulator.errors import ApiError, rejected
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.order import Order
from alphaforge_binance.emulator.views import ToTime


@dataclass(slots=True)
class OrderList:
    """Two orders, the one with the limit price last."""

    list_id: int
    client_id: str
    account: int
    orders: tuple[Order, Order]
    transacted_ns: int
    status_type: str = "EXEC_STARTED"
    order_status: str = "EXECUTING"

    @property
    def symbol(self) -> str:
        """What both trade."""
        return self.orders[0].symbol

    @property
    def is_open(self) -> bool:
        """Whether one of them still works or waits."""
        return any(order.is_open for order in self.orders)

    def shown(self, time: ToTime) -> dict[str, Any]:
        """The list as answers show it."""
        return {
            "orderListId": self.list_id,
            "contingencyType": "OCO",
            "listStatusType": self.status_type,
            "listOrderStatus": self.order_status,
            "listClientOrderId": self.client_id,
            "transactionTime": time(self.transacted_ns),
            "symbol": self.symbol,
            "orders": [
                {"symbol": order.symbol, "orderId": order.order_id, "clientOrderId": order.client_id}
                for order in self.orders
            ],
        }

    def event(self, now_ns: int, time: ToTime) -> dict[str, Any]:
        """`listStatus`."""
        return {
            "e": "listStatus",
            "E": time(now_ns),
            "s": self.symbol,
            "g": self.list_id,
            "c": "OCO",
            "l": self.status_type,
            "L": self.order_status,
            "r": "NONE",
            "C": self.client_id,
            "T": time(self.transacted_ns),
            "O": [{"s": order.symbol, "i": order.order_id, "c": order.client_id} for order in self.orders],
        }


class OrderLists:
    """All lists of an exchange."""

    def __init__(self, exchange: Exchange, tell: Callable[[OrderList], None]) -> None:
        self.by_id: dict[int, OrderList] = {}
        self._exchange = exchange
        self._tell = tell
        self._ending: Order | None = None
        """The order that is being ended by its sibling, and ends nothing itself."""
        exchange.on_working = self._working
        exchange.on_closed = self._closed

    def place(self, account: int, client_id: str, above: Order, below: Order) -> OrderList:
        """Place a pair.

        Raises:
            ApiError: their prices do not go together, or one of them is refused.
        """
        exchange = self._exchange
        self._check_prices(above, below)
        if any(each.is_open and each.client_id == client_id for each in self.of(account)):
            raise rejected("Duplicate order sent.")
        for order in (above, below):
            exchange.check(order)
        first = above if above.type == "LIMIT_MAKER" else below
        second = below if first is above else above
        exchange.prepare(first)
        exchange.prepare(second)
        second.shares_lock_of, first.lock_shared_by = first, second
        pair = OrderList(len(self.by_id) + 1, client_id, account, (second, first), exchange.now_ns)
        self.by_id[pair.list_id] = pair
        for order in pair.orders:
            order.list_id = pair.list_id
            exchange.admit(order)
        exchange.relock(first)
        for order in pair.orders:
            exchange.start(order)
        self._tell(pair)
        exchange.settle()
        return pair

    def cancel(self, pair: OrderList, cancel_id: str) -> None:
        """Cancel both."""
        first = next(order for order in pair.orders if order.is_open)
        self._exchange.cancel(first, cancel_id)

    def of(self, account: int) -> list[OrderList]:
        """The lists of an account."""
        return [each for each in self.by_id.values() if each.account == account]

    def find(self, account: int, list_id: int | None, client_id: str | None) -> OrderList | None:
        """A list by its id, or the latest of its client id."""
        found = [
            each
            for each in self.of(account)
            if (list_id is None or each.list_id == list_id)
            and (client_id is None or each.client_id == client_id)
        ]
        return found[-1] if found else None

    def _check_prices(self, above: Order, below: Order) -> None:
        last = self._exchange.market(above.symbol).last_price
        if above.type == below.type == "LIMIT_MAKER":
            raise ApiError(-1168, "At least one OCO order must be contingent.")
        upper, lower = _trigger(above), _trigger(below)
        if last is not None and not lower < last < upper:
            raise rejected("The relationship of the prices for the orders is not correct.")

    def _working(self, order: Order) -> None:
        """One works: the other expires."""
        self._end_sibling(order, "EXPIRED")

    def _closed(self, order: Order) -> None:
        """One has ended: so does the other, and with it the list."""
        pair = self.by_id.get(order.list_id)
        if pair is None:
            return
        if order is not self._ending:
            self._end_sibling(order, "CANCELED" if order.status == "CANCELED" else "EXPIRED")
        if not pair.is_open and pair.order_status != "ALL_DONE":
            pair.status_type = pair.order_status = "ALL_DONE"
            pair.transacted_ns = self._exchange.now_ns
            self._tell(pair)

    def _end_sibling(self, order: Order, status: str) -> None:
        pair = self.by_id.get(order.list_id)
        if pair is None:
            return
        sibling = pair.orders[0] if order is pair.orders[1] else pair.orders[1]
        if not sibling.is_open:
            return
        self._exchange.take_out(sibling)
        sibling.status = status
        if status == "EXPIRED":
            sibling.expiry_reason = "OCO_TRIGGER"
        self._ending = sibling
        self._exchange.end(sibling, status)
        self._ending = None


def _trigger(order: Order) -> Decimal:
    return order.price if order.type == "LIMIT_MAKER" else order.stop_price
