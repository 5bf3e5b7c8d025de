"""What is missing, old, crossed or no number denies, and says why."""

from decimal import Decimal

import pytest
from alphaforge_rs import Instrument, InstrumentError, ScopeLimits

MOST = 2**63 - 1
VALUE = ScopeLimits("account", max_order_value=(1_000, "B"))
FOREIGN_VALUE = ScopeLimits("account", max_order_value=(1_000, "C"))
RICH = {"A": 10**9, "B": 10**9}


# What is known, the limits, the order, and the code with which it is denied.
MISSING = {
    "a market order without a price": (RICH, (), None, ("buy", 1), "no_reference_price"),
    "a limited market order without a price": (RICH, (VALUE,), None, ("buy", 1), "no_reference_price"),
    "a sale under a limit of value without a price": (
        RICH,
        (VALUE,),
        None,
        ("sell", 1, 9),
        "no_reference_price",
    ),
    "a market order into an empty side": (RICH, (), (100, 0), ("buy", 1), "no_reference_price"),
    "no account at all": ({}, (), (100, 101), ("buy", 1, 100), "no_balance"),
    "no word of what a buy spends": ({"A": 10**9}, (), (100, 101), ("buy", 1, 100), "no_balance"),
    "no word of what a sale spends": ({"B": 10**9}, (), (100, 101), ("sell", 1, 100), "no_balance"),
    "a balance of nothing": ({"A": 0, "B": 0}, (), (100, 101), ("buy", 1, 100), "insufficient_funds"),
    "a limit in a currency without a rate": (
        RICH,
        (FOREIGN_VALUE,),
        (100, 101),
        ("buy", 1, 100),
        "no_conversion",
    ),
}


@pytest.mark.rule(4, 5, 10)
@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_known_denies(name: str, desk) -> None:
    balances, limits, quote, order, code = MISSING[name]
    d = desk()
    d.limit(*limits)
    d.fund(**balances)
    if quote is not None:
        d.quote(*quote)
    outcome = d.port.submit(d.instrument, *order)
    assert (outcome.accepted, outcome.code) == (False, code)
    assert d.runtime.take_outbox() == []


@pytest.mark.rule(5)
def test_a_rate_that_is_missing_denies_until_it_is_there(desk) -> None:
    d = desk(Instrument(venue="X", symbol="BC", base="B", quote="C", tick_size=1, lot_size=1))
    d.limit(FOREIGN_VALUE)
    d.fund(**RICH)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", 1, 100).code == "no_conversion"
    d.quote(2, 2, handle=1)
    assert d.port.submit(d.instrument, "buy", 5, 100).accepted
    assert d.port.submit(d.instrument, "buy", 6, 100).code == "order_value"


NOT_A_NUMBER = [
    float("nan"),
    float("inf"),
    float("-inf"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    "nan",
    "no number",
    "",
    Decimal("1e400"),
    1e300,
    MOST + 1,
    10**40,
]
BELOW = [0, -1, "-0.0", -MOST, Decimal("-1e-9"), Decimal("1e-18")]


@pytest.mark.rule(2)
@pytest.mark.parametrize("number", NOT_A_NUMBER, ids=repr)
def test_what_is_no_number_that_can_be_represented_denies(number, desk) -> None:
    d = desk()
    d.fund(**RICH)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", number, 100).code == "bad_number"
    assert d.port.submit(d.instrument, "buy", 1, number).code == "bad_number"
    assert d.port.submit(d.instrument, "buy", 1, stop=number).code == "bad_number"
    resting = d.port.submit(d.instrument, "buy", 1, 100)
    d.runtime.take_outbox()
    assert d.port.replace(resting.order_id, number, 1).code == "bad_number"
    assert d.port.replace(resting.order_id, 100, number).code == "bad_number"
    assert d.runtime.take_outbox() == []


@pytest.mark.rule(2)
@pytest.mark.parametrize("number", BELOW, ids=repr)
def test_nothing_and_less_denies(number, desk) -> None:
    d = desk()
    d.fund(**RICH)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", number, 100).code == "not_positive"
    assert d.port.submit(d.instrument, "sell", number).code == "not_positive"
    assert d.port.submit(d.instrument, "buy", 1, number).code == "not_positive"


@pytest.mark.rule(2, 5, 10, 11)
@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [(MOST, 1, "insufficient_funds"), (1, MOST, "insufficient_funds"), (MOST, MOST, "overflow")],
)
def test_the_largest_numbers_deny_and_do_not_wrap(quantity: int, price: int, code: str, desk) -> None:
    d = desk()
    d.fund(**RICH)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", quantity, price).code == code
    most = ScopeLimits("strategy", "one", max_order_quantity=10, max_long=10, max_short=10)
    d.limit(most, VALUE)
    for side in ("buy", "sell"):
        outcome = d.port.submit(d.instrument, side, quantity, price)
        assert outcome.code in {"overflow", "order_quantity", "order_value"}
    assert d.runtime.take_outbox() == []


@pytest.mark.rule(11)
def test_positions_at_the_largest_number_do_not_wrap(desk) -> None:
    d = desk()
    d.limit(ScopeLimits("strategy", "one", max_long=MOST, max_short=MOST))
    d.fund(A=MOST, B="1e15")
    first = d.port.submit(d.instrument, "sell", MOST, 1)
    assert first.accepted
    assert d.port.submit(d.instrument, "sell", 1, 1).code == "insufficient_funds"
    d.fund(A=2 * MOST)
    # At the limit itself one unit more than can be counted must not look like the limit.
    assert d.port.submit(d.instrument, "sell", 1, 1).code == "overflow"
    assert d.other.submit(d.instrument, "sell", 1, 1).code == "overflow"


@pytest.mark.rule(2)
@pytest.mark.parametrize("field", ["tick_size", "lot_size"])
@pytest.mark.parametrize("step", [0, -1, "0.0", "nan", float("inf"), "1e-30"])
def test_an_instrument_without_a_grid_cannot_be_made(field: str, step, desk) -> None:
    with pytest.raises((InstrumentError, ValueError)):
        desk(**{field: step})


@pytest.mark.rule(2)
def test_an_instrument_of_another_node_is_unknown(desk) -> None:
    d = desk()
    d.fund(**RICH)
    stranger = Instrument(venue="X", symbol="CD", base="C", quote="D", tick_size=1, lot_size=1)
    with pytest.raises(InstrumentError, match="CD"):
        d.port.submit(stranger, "buy", 1, 100)


@pytest.mark.rule(2)
@pytest.mark.parametrize("status", ["halted", "cancel_only"])
def test_an_instrument_that_does_not_trade_denies(status: str, desk) -> None:
    d = desk(status=status)
    d.fund(**RICH)
    d.quote(100, 101)
    assert d.port.submit(d.instrument, "buy", 1, 100).code == "not_trading"


@pytest.mark.rule(5)
def test_nautilus_4946_an_order_of_153_millions_does_not_pass_for_want_of_a_price(desk) -> None:
    d = desk()
    d.limit(ScopeLimits("account", max_order_value=(1_000_000, "B")))
    d.fund(A=10**12, B=10**12)
    for order in (("buy", 1_530_000), ("sell", 1_530_000), ("sell", 1_530_000, 1)):
        assert d.port.submit(d.instrument, *order).code == "no_reference_price", order
    d.quote(100, 100)
    for order in (("buy", 1_530_000), ("sell", 1_530_000), ("sell", 1_530_000, 1), ("buy", 1_530_000, 100)):
        assert d.port.submit(d.instrument, *order).code == "order_value", order
    assert d.runtime.take_outbox() == []


@pytest.mark.rule(1, 19)
def test_knight_2012_who_watches_holds_the_orders_back_and_the_alarm_is_a_record(desk) -> None:
    d = desk()
    d.fund(**RICH)
    d.quote(100, 101)
    resting = d.port.submit(d.instrument, "buy", 1, 100)
    d.runtime.take_outbox()
    d.alerts()
    d.runtime.operate("halted", "a monitor has seen enough", cancel_orders=True)
    # Nothing lies between the watcher's word and order entry.
    assert d.other.submit(d.instrument, "buy", 1, 100).code == "halted"
    (cancel,) = d.runtime.take_outbox()
    assert (cancel.kind, cancel.order_id) == ("cancel", resting.order_id)
    assert any("halted" in text and "a monitor has seen enough" in text for text in d.alerts())
    with pytest.raises(ValueError, match="person"):
        d.runtime.operate("active", "the watcher sleeps")
    assert d.port.submit(d.instrument, "buy", 1, 100).code == "halted"
