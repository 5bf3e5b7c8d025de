"""The strategies of the benchmark."""

import time
from typing import Any

from alphaforge import Order, Strategy, Trade

from benches.live.client import PAUSE_S, PRICE, QUANTITY

_ENDED = {"filled", "cancelled", "rejected", "expired"}


class Placing(Strategy[Any]):
    """Buys far below the market."""

    made: "list[Any]" = []  # noqa: RUF012 - how the benchmark gets at what the node has made

    def on_start(self) -> None:
        self.made.append(self)

    def place(self) -> None:
        self.buy(QUANTITY, PRICE, time_in_force="ioc")


class OrderPerTrade(Placing):
    """An order for each trade."""

    placed = 0

    def on_trade(self, trade: Trade) -> None:
        self.placed += 1
        self.place()


class PerTrade(Placing):
    """Looks at each trade."""

    newest = 0

    def on_trade(self, trade: Trade) -> None:
        self.newest = trade.trade_id


class OneByOne(Placing):
    """Places an order now and then, one at a time, and notes when the venue has taken it."""

    def on_start(self) -> None:
        super().on_start()
        self.taken_ns: list[int] = []
        self._placed_ns: int | None = None
        self.set_timer("next", interval_s=PAUSE_S)

    def on_timer(self, name: str) -> None:
        if self._placed_ns is None:
            self._placed_ns = time.perf_counter_ns()
            self.place()

    def on_order(self, order: Order) -> None:
        if self._placed_ns is not None and order.state == "open":
            self.taken_ns.append(time.perf_counter_ns() - self._placed_ns)
        elif order.state in _ENDED:
            self._placed_ns = None


class Many(Placing):
    """Places an order whenever one has ended."""

    ended = 0
    in_flight = 0

    def on_trade(self, trade: Trade) -> None:
        while self.in_flight:
            self.in_flight -= 1
            self.place()

    def on_order(self, order: Order) -> None:
        if order.state in _ENDED:
            self.ended += 1
            self.place()
