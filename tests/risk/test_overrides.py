"""A person lets one order break one rule, over the bindings."""

import pytest
from alphaforge_rs import Alert, Instrument, InstrumentTable, Runtime, ScopeLimits, StrategyPort

pytestmark = pytest.mark.rule(21)

AB = Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size="0.5", lot_size="0.01")


@pytest.fixture
def runtime() -> Runtime:
    runtime = Runtime("main", 1, InstrumentTable([AB]), lambda *_: None)
    runtime.add_external_venue("X", highest_fee=0)
    runtime.add_instruments()
    runtime.set_balance("X", "B", 10_000)
    return runtime


@pytest.fixture
def port(runtime: Runtime) -> StrategyPort:
    port = runtime.add_strategy("maker", {})
    limits = [ScopeLimits("account", max_order_value=(10, "B"))]
    runtime.set_limits(limits, buying_power_buffer=0, market_slippage=0)
    return port


def told(runtime: Runtime) -> list[str]:
    return [record.text for record in runtime.take_records() if isinstance(record, Alert)]


def test_one_order_breaks_the_rule_and_all_is_told(runtime: Runtime, port: StrategyPort) -> None:
    denied = port.submit(AB, "buy", 2, 10)
    assert (denied.code, denied.rule) == ("order_value", 5)
    runtime.override_rule("maker", 5, by="anna", reason="a hedge", expires_at=1, instrument=AB)
    assert told(runtime) == ["anna lets one order of a strategy break rule 5: a hedge"]
    assert port.submit(AB, "buy", 2, 10).accepted
    assert told(runtime) == ["the order breaks rule 5, as anna has let one do: a hedge"]
    assert port.submit(AB, "buy", 2, 10).rule == 5
    assert [order.reject_rule for order in runtime.orders()] == [5, None, 5]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rule": 10}, "rule 10 cannot be overridden: only 4, 5, 6, 7, 8, 11, 12, 13 can"),
        ({"by": ""}, "only a person, by name"),
        ({"expires_at": 0}, "the time till which the override is to hold has passed"),
        ({"strategy": "nobody"}, "nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(runtime: Runtime, port: StrategyPort, change, fault) -> None:
    wanted = {"strategy": "maker", "rule": 5, "by": "anna", "reason": "a hedge", "expires_at": 1}
    with pytest.raises(ValueError, match=fault):
        runtime.override_rule(**(wanted | change))
    assert port.submit(AB, "buy", 2, 10).rule == 5
