"""Nothing in Python makes an approved order, or gets one past the gate."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

import alphaforge_rs
import pytest
from alphaforge import Strategy
from alphaforge_rs import Order, Outcome, Runtime, ScopeLimits, StrategyPort, VenueCommand

STUB = Path(alphaforge_rs.__file__).with_name("__init__.pyi")
DOORS = {
    "balance",
    "book",
    "cancel",
    "cancel_all",
    "cancel_timer",
    "mark",
    "name",
    "now",
    "open_orders",
    "order",
    "packed_bars",
    "portfolio",
    "parent",
    "position",
    "replace",
    "set_timer",
    "submit",
    "submit_group",
    "subscribe",
    "subscribe_bars",
    "trading_state",
}
"""All that a strategy can do and see."""
PERSONS_AND_VENUES = {
    "operate",
    "override_rule",
    "halt_strategy",
    "set_limits",
    "set_balance",
    "take_outbox",
    "drain",
}


def working(d) -> VenueCommand:
    """A command that the gate has let pass."""
    d.fund(A=1_000, B=1_000_000)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", 5, 100).accepted
    (command,) = d.runtime.take_outbox()
    return command


@pytest.mark.parametrize("kind", [VenueCommand, StrategyPort, Outcome, Order])
def test_no_approved_order_and_no_door_can_be_made(kind: type) -> None:
    for make in (kind, kind.__new__, object.__new__):
        with pytest.raises(TypeError):
            make() if make is kind else make(kind)
    with pytest.raises(TypeError):
        type("Mine", (kind,), {})


def test_an_approved_order_cannot_be_copied_kept_or_changed(desk) -> None:
    command = working(desk())
    for copier in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(command)
    for name in (name for name in dir(command) if not name.startswith("_")):
        for change in (setattr, object.__setattr__):
            with pytest.raises(AttributeError):
                change(command, name, 1_000_000)
    with pytest.raises(AttributeError):
        command.other = 1  # type: ignore[attr-defined]


def test_only_the_outbox_gives_approved_orders_and_each_once(desk) -> None:
    if not STUB.exists():
        pytest.skip("the stub of alphaforge_rs is not beside the module")
    gives = [
        f"{owner.name}.{method.name}"
        for owner in ast.walk(ast.parse(STUB.read_text(encoding="utf-8")))
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
        and method.returns is not None
        and "VenueCommand" in ast.unparse(method.returns)
    ]
    assert gives == ["Runtime.take_outbox"]
    d = desk()
    working(d)
    assert d.runtime.take_outbox() == []


def test_a_strategy_has_no_door_but_these() -> None:
    doors = {name for name in dir(StrategyPort) if not name.startswith("_")}
    assert doors == DOORS
    assert not doors & PERSONS_AND_VENUES
    assert not {name for name in dir(Strategy) if not name.startswith("_")} & PERSONS_AND_VENUES


def reachable(thing: object, depth: int) -> Iterator[object]:
    """A thing and what its attributes lead to."""
    yield thing
    if depth:
        for name in dir(thing):
            if not name.startswith("__"):
                try:
                    attribute = getattr(thing, name)
                except Exception:  # noqa: BLE001 - what cannot be read leads nowhere
                    continue
                yield from reachable(attribute, depth - 1)


def test_no_attribute_of_a_port_leads_to_the_runtime(desk) -> None:
    d = desk()
    working(d)
    found = list(reachable(d.port, 3))
    assert any(isinstance(thing, str) for thing in found)
    assert not any(isinstance(thing, Runtime | VenueCommand) for thing in found)


def test_a_strategy_cannot_touch_the_orders_of_another(desk) -> None:
    d = desk()
    command = working(d)
    assert d.other.cancel(command.order_id).code == "not_yours"
    assert d.other.replace(command.order_id, 101, 5).code == "not_yours"
    d.other.cancel_all()
    assert d.runtime.take_outbox() == []


def test_no_report_brings_a_denied_order_to_life(desk) -> None:
    d = desk()
    working(d)
    denied = d.port.submit(d.instrument, "buy", 1, 10**9)
    assert denied.code == "insufficient_funds"
    order_id = denied.order_id
    assert order_id is not None
    d.runtime.report_accepted(order_id)
    d.runtime.report_replaced(order_id, 1)
    d.runtime.report_fill(
        order_id, trade_id=1, price=1, quantity=1, liquidity="taker", fee=0, fee_currency="B"
    )
    order = d.port.order(order_id)
    assert (order.state, order.filled) == ("denied", 0)
    assert d.port.position(d.instrument).is_flat
    assert d.runtime.take_outbox() == []
    assert len(d.alerts()) == 3  # each of them is told: it cannot be true


def test_no_report_makes_an_order_larger_than_was_approved(desk) -> None:
    d = desk()
    command = working(d)
    d.runtime.report_accepted(command.order_id)
    d.runtime.report_replaced(command.order_id, 1)
    for trade_id, quantity in ((1, 4), (2, 2), (3, 1)):
        d.runtime.report_fill(
            command.order_id,
            trade_id=trade_id,
            price=100,
            quantity=quantity,
            liquidity="maker",
            fee=0,
            fee_currency="B",
        )
    assert d.port.order(command.order_id).state == "filled"
    assert d.port.position(d.instrument).quantity == 5
    assert any("more" in text or "larger" in text or "than" in text for text in d.alerts())


def test_a_verdict_only_denies(desk) -> None:
    d = desk()
    working(d)
    d.limit(ScopeLimits("account", max_order_value=(1, "B")))
    assert d.port.submit(d.instrument, "buy", 1, 100, verdict=("mine", "")).code == "order_value"
    assert d.port.submit(d.instrument, "buy", 1, 100).code == "order_value"
