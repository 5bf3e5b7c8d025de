"""Strategies whose reports are tested."""

import random
from decimal import Decimal

from alphaforge import Bar, Fill, Quote, Strategy, StrategyParams
from alphaforge.model.numbers import Side


class RandomParams(StrategyParams):
    """What a random trader is told."""

    seed: int = 1
    pause_s: float = 0.4


class RandomTrader(Strategy[RandomParams]):
    """Submits, replaces and cancels at random: rests orders and takes liquidity, long and short."""

    def on_start(self) -> None:
        self.random = random.Random(self.params.seed)
        self.set_timer("act", interval_s=self.params.pause_s)

    def on_quote(self, quote: Quote) -> None:
        """It must be told of quotes to have prices everywhere."""

    def on_timer(self, name: str) -> None:
        for instrument in self.instruments:
            if self.random.random() < 0.7:
                self.act(instrument)

    def act(self, instrument) -> None:
        mark = self.mark(instrument)
        if mark is None:
            return
        side: Side = self.random.choice(["buy", "sell"])
        size = Decimal(self.random.randint(1, 40)) / 1000
        orders = self.open_orders(instrument)
        choice = self.random.random()
        if choice < 0.35:
            self.submit(side, size, instrument=instrument)
        elif choice < 0.75 or not orders:
            near = mark[0] if side == "buy" else mark[1]
            offset = self.random.randint(-2, 4) * 0.5
            self.submit(side, size, near - offset if side == "buy" else near + offset, instrument=instrument)
        elif choice < 0.9:
            self.cancel(self.random.choice(orders))
        else:
            order = self.random.choice(orders)
            self.replace(order, price=order.price_decimal + self.random.choice([-1, 1]))


class Once(Strategy):
    """Buys once and keeps it."""

    def on_quote(self, quote: Quote) -> None:
        if self.position().is_flat and not self.open_orders():
            self.buy("0.01")


class Idle(Strategy):
    """Does nothing."""

    def on_quote(self, quote: Quote) -> None:
        """See quotes."""


class Faulty(Once):
    """Raises once it holds something."""

    def on_fill(self, fill: Fill) -> None:
        raise ValueError("<script>alert('fault')</script>")


class EveryBar(Strategy):
    """Holds in one hour and not in the next."""

    def on_start(self) -> None:
        for instrument in self.instruments:
            self.subscribe_bars("1h", instrument=instrument)

    def on_bar(self, bar: Bar) -> None:
        if self.position(bar.instrument).is_flat:
            self.buy("0.01", instrument=bar.instrument)
        else:
            self.close(bar.instrument)
