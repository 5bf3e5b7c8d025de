"""A strategy that raises is halted, by its policy for open orders; the others and the node go on."""

import logging

import pytest
from alphaforge import Order, Strategy, Trade

TOML = f'[[strategies]]\nuse = "{__name__}:Failing"\non_error = "%s"\n'
HEALTHY = f'[[strategies]]\nuse = "{__name__}:Healthy"\n'


class Healthy(Strategy):
    """Counts trades."""

    def on_start(self) -> None:
        self.trades = 0

    def on_trade(self, trade: Trade) -> None:
        self.trades += 1

    def on_stop(self) -> None:
        self.stopped = True


class Failing(Healthy):
    """Rests an order on the first trade and raises on the second."""

    stopped = False

    def on_trade(self, trade: Trade) -> None:
        super().on_trade(trade)
        if self.trades == 2:
            raise ValueError("second trade")
        self.handle = self.buy("0.01", "40000")

    def on_order(self, order: Order) -> None:
        self.last_heard = order.state


def four_trades(script, _) -> None:
    for ms in (0, 100, 200, 300):
        script.turn().trade(ms)


@pytest.mark.parametrize(("policy", "state"), [("cancel", "cancelled"), ("leave", "open")])
def test_the_policy_says_what_becomes_of_open_orders(policy: str, state: str, nodes, caplog) -> None:
    ran = nodes.run(TOML % policy + HEALTHY, four_trades)
    failing, healthy = (running.strategy for running in ran.parts.strategies)
    assert failing.handle.order.state == state
    assert failing.trades == 2
    assert failing.last_heard == "open"
    assert failing.is_halted
    assert not failing.stopped
    assert healthy.trades == 4
    assert healthy.stopped
    assert not healthy.is_halted
    (fault,) = ran.result.faults
    assert (fault.strategy, fault.callback, fault.error) == (
        "Failing",
        "on_trade",
        "ValueError: second trade",
    )
    assert fault.place.startswith(__file__)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [str(fault)]


def test_a_halted_strategy_sends_nothing_more(nodes) -> None:
    ran = nodes.run(TOML % "cancel", four_trades)
    late = ran.strategy.buy("0.01", "40000")
    assert (late.accepted, late.code) == (False, "halted")


def test_names_and_currencies_follow_from_the_class_and_the_instrument(nodes) -> None:
    ran = nodes.run(HEALTHY, four_trades)
    assert ran.strategy.instrument.id == "SIM:BTCUSDT"
    assert ran.strategy.name == "Healthy"
    assert ran.result.reporting_currency == "USDT"
