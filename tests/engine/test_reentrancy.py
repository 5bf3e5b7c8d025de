"""An order is answered at once; what it causes comes after the callback that sent it."""

from alphaforge import Fill, Order, Strategy, Trade

TOML = f'[paper]\nlatency_ms = 5\n[[strategies]]\nuse = "{__name__}:%s"\n'


class Buyer(Strategy):
    """Buys on the first trade, and writes down what it hears and when."""

    def on_start(self) -> None:
        self.told: list[str] = []
        self.inside = False

    def on_trade(self, trade: Trade) -> None:
        self.inside = True
        if not self.told:
            handle = self.buy("0.1")
            self.told.append(f"outcome {handle.accepted} {handle.order.state}")
            self.told.append(f"position {self.position().quantity_decimal}")
            self.told.append(f"open {len(self.open_orders())}")
            denied = self.buy("1000000")
            self.told.append(f"outcome {denied.accepted} {denied.code} {denied.order.state}")
            self.told.append("callback over")
        self.inside = False

    def on_order(self, order: Order) -> None:
        assert not self.inside
        self.told.append(f"order {order.id & 0xFF} {order.state}")

    def on_fill(self, fill: Fill) -> None:
        assert not self.inside
        self.told.append(f"fill {fill.quantity_decimal}, held {self.position().quantity_decimal}")


class Chain(Strategy):
    """Answers every order of its own, five times."""

    def on_start(self) -> None:
        self.depth = 0
        self.deepest = 0
        self.orders: list[int] = []

    def on_trade(self, trade: Trade) -> None:
        self.buy("0.001", "40000")

    def on_order(self, order: Order) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if order.state == "open" and len(self.orders) < 5:
            self.orders.append(order.id)
            self.buy("0.001", "40000")
        self.depth -= 1


class Ended(Strategy):
    """Sends an order when it is asked to stop."""

    def on_start(self) -> None:
        self.states: list[str] = []

    def on_stop(self) -> None:
        assert self.buy("0.1").accepted

    def on_order(self, order: Order) -> None:
        self.states.append(order.state)
        if order.state == "filled":
            self.late = self.buy("0.1")


def test_the_gate_answers_at_once_and_all_else_comes_after_the_callback(nodes) -> None:
    ran = nodes.run(TOML % "Buyer", lambda script, _: script.quote(0).trade(1).trade(100))
    assert ran.strategy.told == [
        "outcome True sent",
        "position 0",
        "open 1",
        "outcome False insufficient_funds denied",
        "callback over",
        "order 1 intent",
        "order 1 sent",
        "order 2 denied",
        "order 1 open",
        "fill 0.1, held 0.1",
        "order 1 filled",
    ]


def test_callbacks_never_nest(nodes) -> None:
    ran = nodes.run(TOML % "Chain", lambda script, _: script.quote(0).trade(1).trade(1000))
    assert ran.strategy.deepest == 1
    assert len(ran.strategy.orders) == 5


def test_orders_of_the_last_callback_still_reach_the_venue_and_later_ones_are_denied(nodes) -> None:
    ran = nodes.run(TOML % "Ended", lambda script, _: script.quote(0))
    assert ran.strategy.states[:4] == ["intent", "sent", "open", "filled"]
    assert (ran.strategy.late.accepted, ran.strategy.late.code) == (False, "halted")
    assert ran.result.fills == 1
