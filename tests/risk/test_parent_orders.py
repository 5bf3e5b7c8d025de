"""Parent orders and TWAP: children never come to more than what was wanted."""

from decimal import Decimal
from typing import Any

import pytest
from alphaforge import Strategy
from alphaforge.model.errors import StrategyError


class Idle(Strategy):
    """Does what a test makes it do."""


class Knight(Strategy):
    """Sends children at every timer, as though nothing had ever filled."""

    def on_start(self) -> None:
        self.set_timer("again", interval_s=1)
        self.wanted = None

    def on_timer(self, name: str) -> None:
        self.wanted = self.wanted or self.parent("buy", "2.12")
        self.wanted.submit("0.1")


def twap(harness: Any, *args: Any, **options: Any) -> Any:
    """A TWAP of the harness's strategy, in a market of 100 to 101."""
    harness.quote(100, 101)
    return harness.strategy.twap(*args, **options)


def test_a_strategy_that_forgets_its_fills_stops_at_the_parent(strategy_harness) -> None:
    harness = strategy_harness(Knight, cash={"USDT": 100_000})
    for _ in range(50):
        harness.quote(100, 101)
        harness.advance(1)
    assert harness.position().quantity_decimal == Decimal("2.1")
    wanted = harness.strategy.wanted
    assert (wanted.filled, wanted.open, wanted.remaining) == (Decimal("2.1"), 0, Decimal("0.02"))
    assert {order.reject_code for order in harness.orders} == {None, "parent_exceeded"}


def test_a_parent_is_above_zero_and_its_children_are_like_it(strategy_harness) -> None:
    harness = strategy_harness(Idle, cash={"USDT": 100_000})
    harness.quote(100, 101)
    with pytest.raises(ValueError, match="parent: quantity 0, on the grid of"):
        harness.strategy.parent("buy", 0)
    parent = harness.strategy.parent("buy", 1)
    wrong = harness.strategy.sell("0.1", 200, parent=parent.id)
    assert (wrong.code, wrong.id) == ("no_such_parent", None)


def test_market_children_end_at_the_parents_quantity_on_the_lot(strategy_harness) -> None:
    harness = strategy_harness(Idle, cash={"USDT": 100_000})
    slow = twap(harness, "buy", "1.00001", duration_s=30, slices=3)
    sizes = []
    for _ in range(40):
        harness.quote(100, 101)
        harness.advance(1)
        sizes.append(slow.filled)
    assert [order.quantity_decimal for order in harness.orders] == [
        Decimal("0.33333"),
        Decimal("0.33334"),
        Decimal("0.33334"),
    ]
    assert sizes[10] == Decimal("0.33333")
    assert (slow.filled, slow.left, slow.is_done) == (Decimal("1.00001"), 0, True)


def test_what_does_not_fill_is_carried_on_and_what_is_left_is_told(strategy_harness, caplog) -> None:
    harness = strategy_harness(Idle, cash={"USDT": 100_000})
    slow = twap(harness, "buy", 1, duration_s=40, slices=4, price=90)
    open_at = []
    for second in range(60):
        harness.quote(100, 101)
        if second == 25:
            harness.trade(89, 100, aggressor="sell")
        harness.advance(1)
        open_at.append(slow.parent.open)
        assert slow.filled + slow.parent.open <= slow.quantity
    # One slice, then two, then three of which two have filled by then; the rest waits for the end.
    assert (open_at[8], open_at[19]) == (Decimal("0.25"), Decimal("0.5"))
    assert slow.is_done
    assert slow.left == slow.quantity - slow.filled > 0
    assert f"has ended with {slow.left} left" in caplog.text
    assert harness.open_orders == []


def test_a_price_is_asked_for_each_child_and_none_waits(strategy_harness) -> None:
    prices = [None, 101, 102]
    harness = strategy_harness(Idle, cash={"USDT": 100_000})
    slow = twap(harness, "buy", 1, duration_s=8, slices=2, price=lambda: prices.pop(0))
    for _ in range(12):
        harness.quote(100, 101)
        harness.advance(1)
    assert [order.price_decimal for order in harness.orders] == [101, 102]
    assert (slow.left, slow.is_done) == (0, True)


def test_a_cancelled_twap_ends_when_its_children_have(strategy_harness) -> None:
    harness = strategy_harness(Idle, cash={"USDT": 100_000}, latency_ms=100)
    slow = twap(harness, "buy", 1, duration_s=40, slices=4, price=90)
    harness.advance(4)
    assert slow.parent.open == Decimal("0.25")
    slow.cancel()
    assert not slow.is_done
    harness.advance(4)
    assert (slow.parent.open, slow.is_done, slow.left) == (0, True, 1)


def test_a_denied_child_is_tried_again_with_the_next_slice(strategy_harness, caplog) -> None:
    risk = {"account": {"max_order_value": "30 USDT"}}
    harness = strategy_harness(Idle, cash={"USDT": 100_000}, risk=risk)
    slow = twap(harness, "buy", 1, duration_s=40, slices=2, price=101)
    for _ in range(60):
        harness.quote(100, 101)
        harness.advance(1)
    assert [order.reject_code for order in harness.orders] == ["order_value", "order_value"]
    assert (slow.left, slow.is_done) == (1, True)
    assert "a child was denied" in caplog.text


@pytest.mark.parametrize(
    "options",
    [
        {"duration_s": 1, "slices": 0},
        {"duration_s": 1, "slices": 1.5},
        {"duration_s": 0, "slices": 1},
        {"duration_s": 1, "slices": 1000},
    ],
)
def test_a_twap_without_slices_or_time_is_refused(strategy_harness, options) -> None:
    harness = strategy_harness(Idle)
    with pytest.raises(StrategyError, match=r"slices|duration_s|interval_s"):
        twap(harness, "buy", 1, **options)
