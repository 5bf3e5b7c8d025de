"""What a strategy can ask for, from its call to its fills: at a paper venue that takes triggers, and held
in the node where the venue takes none.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from alphaforge import Fill, Order, OrderGroup, OrderHandle, Strategy, Trade

TOML = """
[paper]
latency_ms = 1
maker_fee = "0"
taker_fee = "0"
native_triggers = {native}
cash = {{ USDT = 1000000, BTC = 100 }}
[risk]
market_slippage = "0.05"
[[strategies]]
use = "{module}:Trader"
"""
START_NS = 1_767_225_600_000_000_000
DAY_NS = 86_400_000_000_000

Ask = Callable[["Trader"], OrderHandle | OrderGroup]


class Trader(Strategy):
    """Asks once for what the test wants, and writes down what comes of it."""

    wants: list[Ask]

    def on_start(self) -> None:
        self.asked: list[OrderHandle | OrderGroup] = []
        self.told: list[str] = []

    def on_trade(self, trade: Trade) -> None:
        while len(self.asked) < len(self.wants):
            self.asked.append(self.wants[len(self.asked)](self))

    def on_order(self, order: Order) -> None:
        self.told.append(order.state)

    def on_fill(self, fill: Fill) -> None:
        self.told.append(f"{fill.side} {fill.quantity_decimal:f} at {fill.price_decimal:f}")

    @property
    def fills(self) -> list[str]:
        return [text for text in self.told if " at " in text]

    def state(self, index: int = 0) -> str:
        handle = self.asked[index]
        assert isinstance(handle, OrderHandle)
        assert handle.order is not None
        return handle.order.state


def move(script: Any, middles: list[int]) -> None:
    """Quotes one around a middle, and trades there, every ten milliseconds."""
    for number, middle in enumerate(middles):
        script.quote(10 * number, str(middle - 1), str(middle + 1))
        script.trade(10 * number + 0.5, str(middle), "5")


@pytest.fixture
def trade(nodes: Any) -> Callable[..., Any]:
    """`trade(middles, *asks)` lets a strategy ask at the first of these prices."""

    def run(middles: list[int], *asks: Ask, native: bool = True) -> Any:
        Trader.wants = list(asks)
        toml = TOML.format(module=__name__, native="true" if native else "false")
        return nodes.run(toml, lambda script, node: move(script, middles))

    return run


# What is asked at 100, the path of the market, and the fill.
TRIGGERED = {
    "stop loss": (lambda s: s.sell(1, stop=95), [100, 97, 96, 95, 90], "sell 1 at 94"),
    "stop loss after a gap": (lambda s: s.sell(1, stop=95), [100, 90], "sell 1 at 89"),
    "stop entry": (lambda s: s.buy(1, stop=105), [100, 103, 105, 110], "buy 1 at 106"),
    "stop limit": (lambda s: s.sell(1, 90, stop=95), [100, 96, 94], "sell 1 at 93"),
    "take profit": (lambda s: s.sell(1, take_profit=105), [100, 104, 106], "sell 1 at 105"),
    "buy the dip": (lambda s: s.buy(1, take_profit=95), [100, 96, 95], "buy 1 at 96"),
    "trailing stop": (lambda s: s.sell(1, trailing=5), [100, 104, 110, 106, 105], "sell 1 at 104"),
    "trailing purchase": (lambda s: s.buy(1, trailing=5), [100, 90, 94, 95], "buy 1 at 96"),
    "beyond its trigger": (lambda s: s.sell(1, stop=101), [100, 100], "sell 1 at 99"),
}


@pytest.mark.parametrize("native", [True, False], ids=["at the venue", "held"])
@pytest.mark.parametrize("case", TRIGGERED)
def test_an_order_trades_when_its_trigger_fires(case: str, native: bool, trade: Callable[..., Any]) -> None:
    ask, path, fill = TRIGGERED[case]
    ran = trade(path, ask, native=native)
    assert ran.strategy.fills == [fill]
    assert ran.strategy.told[0] == ("intent" if native else "held")
    assert ran.strategy.state() == "filled"


@pytest.mark.parametrize("native", [True, False], ids=["at the venue", "held"])
def test_an_order_whose_trigger_is_not_reached_waits(native: bool, trade: Callable[..., Any]) -> None:
    ran = trade([100, 96, 120, 96], lambda s: s.sell(1, stop=95), native=native)
    assert ran.strategy.fills == []
    assert ran.strategy.state() == ("open" if native else "held")


@pytest.mark.parametrize("native", [True, False], ids=["at the venue", "held"])
def test_an_order_is_good_till_its_time(native: bool, trade: Callable[..., Any]) -> None:
    soon = START_NS + 35_000_000
    ran = trade(
        [100] * 8,
        lambda s: s.buy(1, 90, expires_at=soon),
        lambda s: s.sell(1, stop=80, expires_at=soon),
        lambda s: s.buy(1, 90, time_in_force="day"),
        native=native,
    )
    assert [ran.strategy.state(index) for index in range(3)] == ["expired", "expired", "open"]
    day = ran.strategy.asked[2].order
    assert (day.time_in_force, day.expires_at) == ("gtd", START_NS + DAY_NS)


def test_an_order_that_comes_after_its_time_does_not_trade(trade: Callable[..., Any]) -> None:
    # It is asked for at 0.5 ms, and takes a millisecond to the venue.
    ran = trade([100, 100], lambda s: s.buy(1, 120, expires_at=START_NS + 1_000_000))
    assert (ran.strategy.fills, ran.strategy.state()) == ([], "expired")


def test_an_order_in_the_quote_currency_spends_that_much(trade: Callable[..., Any]) -> None:
    ran = trade([100, 100, 100], lambda s: s.buy(quote_quantity="50.5"))
    assert ran.strategy.fills == ["buy 0.5 at 101"]
    assert ran.strategy.state() == "filled"


def test_an_iceberg_trades_slice_by_slice(trade: Callable[..., Any]) -> None:
    # A trade far above has come through all of it.
    ran = trade([100, 100, 150], lambda s: s.sell("1.5", 110, display="0.6"))
    assert ran.strategy.fills == ["sell 0.6 at 110", "sell 0.6 at 110", "sell 0.3 at 110"]
    assert ran.strategy.asked[0].order.display_quantity_decimal == Decimal("0.6")


def test_reduce_only_closes_and_never_opens(trade: Callable[..., Any]) -> None:
    ran = trade([100, 100, 100], lambda s: s.sell(1, reduce_only=True), lambda s: s.buy(1))
    assert ran.strategy.asked[0].code == "would_not_reduce"
    assert ran.strategy.fills == ["buy 1 at 101"]


BRACKETS = {
    "profit": ([100, 105, 111], ["buy 1 at 101", "sell 1 at 110"]),
    "loss": ([100, 100, 95, 90, 90], ["buy 1 at 101", "sell 1 at 94"]),
    "neither": ([100, 100, 100], ["buy 1 at 101"]),
}


@pytest.mark.parametrize("native", [True, False], ids=["at the venue", "held"])
@pytest.mark.parametrize("case", BRACKETS)
def test_a_bracket_takes_profit_or_stops_the_loss(case: str, native: bool, trade: Callable[..., Any]) -> None:
    path, fills = BRACKETS[case]
    ran = trade(path, lambda s: s.bracket("buy", 1, take_profit=110, stop_loss=95), native=native)
    assert ran.strategy.fills == fills
    group = ran.strategy.asked[0]
    closed = {"profit": ["filled", "filled", "cancelled"], "loss": ["filled", "cancelled", "filled"]}
    states = [handle.order.state for handle in (group.entry, group.limit, group.stop)]
    assert states == closed.get(case, ["filled", "open", "held"])


def test_one_cancels_the_other(trade: Callable[..., Any]) -> None:
    ran = trade([100, 105, 112], lambda s: s.oco("sell", 1, 110, stop=95))
    assert ran.strategy.fills == ["sell 1 at 110"]
    ran = trade([100, 105, 95, 90, 90], lambda s: s.oco("sell", 1, 110, trailing=5))
    assert ran.strategy.fills == ["sell 1 at 94"]


def test_a_group_can_be_cancelled(trade: Callable[..., Any]) -> None:
    def oco_and_cancel(strategy: Trader) -> OrderGroup:
        group = strategy.oco("sell", 1, 110, stop=95)
        assert group
        group.cancel()
        return group

    ran = trade([100, 90, 120], oco_and_cancel)
    group = ran.strategy.asked[0]
    assert [group.limit.order.state, group.stop.order.state] == ["cancelled", "cancelled"]


def test_a_group_that_is_denied_says_which_order_and_why(trade: Callable[..., Any]) -> None:
    ran = trade([100, 100], lambda s: s.bracket("buy", 1, 99, take_profit=110, stop_loss=0))
    group = ran.strategy.asked[0]
    assert not group
    codes = [handle.code for handle in (group.entry, group.limit, group.stop)]
    assert codes == ["group_denied", "group_denied", "not_positive"]


CONTRADICTIONS = {
    "two triggers": (lambda s: s.sell(1, stop=95, trailing=2), "an order waits for one of them only"),
    "no quantity": (lambda s: s.buy(), "give either quantity or quote_quantity"),
    "two quantities": (lambda s: s.buy(1, quote_quantity=1), "give either quantity or quote_quantity"),
    "two times": (lambda s: s.buy(1, 99, time_in_force="ioc", expires_at=1), "takes no time of its own"),
    "a bracket without a stop": (lambda s: s.bracket("buy", 1, take_profit=110), "give the stop's price"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_what_makes_no_sense_is_said(case: str, trade: Callable[..., Any]) -> None:
    ask, words = CONTRADICTIONS[case]
    ran = trade([100, 100], ask)
    (fault,) = ran.result.faults
    assert words in str(fault)


SHAPES = {
    "post-only with a trigger": lambda s: s.buy(1, 99, post_only=True, stop=101),
    "an iceberg that does not rest": lambda s: s.buy(1, 99, display="0.1", time_in_force="ioc"),
    "an iceberg of more than itself": lambda s: s.buy(1, 99, display=2),
    "a time that has passed": lambda s: s.buy(1, 99, expires_at=START_NS),
    "a trailing stop with a limit": lambda s: s.sell(1, 99, trailing=2),
}


@pytest.mark.parametrize("case", SHAPES)
def test_what_contradicts_itself_is_denied(case: str, trade: Callable[..., Any]) -> None:
    ran = trade([100, 100], SHAPES[case])
    assert ran.strategy.asked[0].code == "order_shape"


def test_an_order_that_waits_cannot_be_replaced(trade: Callable[..., Any]) -> None:
    def stop_and_move(strategy: Trader) -> OrderHandle:
        handle = strategy.sell(1, 90, stop=95)
        assert handle.replace(price=91).code == "untriggered"
        return handle

    assert trade([100, 100], stop_and_move).strategy.state() == "open"
