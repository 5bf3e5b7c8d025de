"""Amounts and message rates, as people write them, and limits that would make no sense."""

from decimal import Decimal

import pytest
from alphaforge.config.limits import MessageRate, Money, QuantityLimits, ValueLimits, WindowCount
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import compose
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import LimitError
from alphaforge_rs import Runtime, ScopeLimits
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("200 USDT", "200", "USDT"),
        ("  0.5   BTC ", "0.5", "BTC"),
        ("1e3 EUR", "1000", "EUR"),
        ("0 USDT", "0", "USDT"),
        ("0.000000000000000001 ETH", "0.000000000000000001", "ETH"),
    ],
)
def test_money_is_an_amount_and_a_currency(text: str, amount: str, currency: str) -> None:
    assert ValueLimits(max_order_value=text).max_order_value == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "count", "window_ns", "kept"),
    [
        ("50/1s", 50, SECOND_NS, 0),
        ("50/1s, keep 10", 50, SECOND_NS, 10),
        ("200000/86400s", 200_000, 86_400 * SECOND_NS, 0),
        ("1/0.25s", 1, SECOND_NS // 4, 0),
        (" 2/10s, keep 1 ", 2, 10 * SECOND_NS, 1),
    ],
)
def test_a_message_rate_is_a_count_and_a_window(text: str, count: int, window_ns: int, kept: int) -> None:
    assert ValueLimits(max_messages=text).max_messages == MessageRate(count, window_ns, kept)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("max_order_value", "200", "write an amount and a currency, such as '200 USDT'"),
        ("max_order_value", "200USDT", "write an amount and a currency"),
        ("max_order_value", "USDT 200", "write a number, such as 0.5: write an amount and a currency"),
        ("max_order_value", "1 2 USDT", "write an amount and a currency"),
        ("max_order_value", 200, "write an amount and a currency"),
        ("max_order_value", {"amount": 1, "currency": "USDT"}, "write an amount and a currency"),
        ("max_order_value", "-1 USDT", "write 0 or more"),
        ("max_order_value", "nan USDT", "write a finite number"),
        ("max_order_value", "inf USDT", "write a finite number"),
        ("max_order_value", "1e40 USDT", "write 1000000000000000000 or less"),
        ("max_order_value", "1e-19 USDT", "write at most 18 decimal places"),
        ("max_order_value", "1 US-DT", "a currency has 1 to 16 letters or digits, such as USDT"),
        ("max_duplicates", "2", "write a count and a window, such as '2/1s'"),
        ("max_duplicates", "2/1s, keep 1", "write a count and a window, such as '2/1s'"),
        ("max_duplicates", "0/1s", "the count must be from 1 to 4294967295"),
        ("max_duplicates", "4294967296/1s", "the count must be from 1 to 4294967295"),
        ("max_duplicates", "2/0s", "the window must be longer than zero"),
        ("max_messages", "50", "write a count and a window, such as '50/1s' or '50/1s, keep 10'"),
        ("max_messages", "50/s", "write a count and a window"),
        ("max_messages", "50/1m", "write a count and a window"),
        ("max_messages", "-5/1s", "write a count and a window"),
        ("max_messages", "5/1s keep 1", "write a count and a window"),
        ("max_messages", 50, "write a count and a window"),
        ("max_messages", "50/0s", "the window must be longer than zero"),
        ("max_messages", "50/0.0000000001s", "the window must be longer than zero"),
        ("max_messages", "50/99999999999999s", "the window must be longer than zero, and finite"),
        ("max_messages", "0/1s", "of 0 messages 0 are kept for cancels"),
        ("max_messages", "10/1s, keep 10", "of 10 messages 10 are kept for cancels"),
        ("max_messages", "10/1s, keep 11", "of 10 messages 11 are kept for cancels"),
        ("max_messages", "99999999999/1s", "of 99999999999 messages 0 are kept for cancels"),
    ],
)
def test_what_is_neither_is_refused_with_an_example(field: str, value: object, fault: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        ValueLimits.model_validate({field: value})
    (found,) = refusal.value.errors()
    assert found["loc"] == (field,)
    assert found["msg"].removeprefix("Value error, ").startswith(fault)


AMOUNTS = st.decimals(min_value=0, max_value=10**12, places=8, allow_nan=False)
CURRENCIES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=16)


@given(AMOUNTS, CURRENCIES)
def test_money_reads_what_it_writes(amount: Decimal, currency: str) -> None:
    money = Money(amount, currency)
    assert ValueLimits(max_order_value=str(money)).max_order_value == money


@given(st.integers(1, 10_000), st.integers(1, 10**15), st.data())
def test_message_rates_read_what_they_write(count: int, window_ns: int, data: st.DataObject) -> None:
    rate = MessageRate(count, window_ns, data.draw(st.integers(0, count - 1)))
    assert ValueLimits(max_messages=str(rate)).max_messages == rate


@given(st.integers(1, 10_000), st.integers(1, 10**15))
def test_window_counts_read_what_they_write(count: int, window_ns: int) -> None:
    limit = WindowCount(count, window_ns)
    assert ValueLimits(max_duplicates=str(limit)).max_duplicates == limit


@pytest.mark.parametrize("scope", ["account", "venue.sim"])
@pytest.mark.parametrize("key", ["max_order_quantity", "max_position", "max_short"])
def test_quantities_cannot_be_limited_across_instruments(scope: str, key: str, faults_of, tmp_path) -> None:
    (fault,) = faults_of(f"[risk.{scope}]\n{key} = 1\n")
    assert fault.startswith(f"{tmp_path / 'node.toml'}: risk.{scope}.{key}: unknown key; it belongs to ")


def test_the_kernel_itself_refuses_limits_that_make_no_sense(node_toml) -> None:
    raw = load_raw(node_toml('[[strategies]]\nuse = "demo-market-maker"\n'))
    runtime = compose(load_config(raw), raw, Registry.installed()).runtime

    def set_limits(*limits: ScopeLimits) -> None:
        Runtime.set_limits(runtime, limits, buying_power_buffer=0, market_slippage=0)

    with pytest.raises(LimitError, match=r"max_order_quantity is a quantity, .* not per account"):
        set_limits(ScopeLimits("account", max_order_quantity=1))
    with pytest.raises(LimitError, match="max_long -1: a limit cannot be below zero"):
        set_limits(ScopeLimits("instrument", "SIM:BTCUSDT", max_long=-1))
    with pytest.raises(LimitError, match="keeps 5 of 5 messages for cancels"):
        set_limits(ScopeLimits("account", max_messages=(5, 1, 5)))
    with pytest.raises(LimitError, match="max_duplicates 0: at least one must be allowed"):
        set_limits(ScopeLimits("account", max_duplicates=(0, 1)))
    with pytest.raises(LimitError, match=r'risk\.strategy "nobody": this node has no such strategy'):
        set_limits(ScopeLimits("strategy", "nobody", max_long=1))


def test_limits_cannot_be_changed_later() -> None:
    limits = QuantityLimits(max_position="1")
    with pytest.raises(ValidationError, match="frozen"):
        limits.max_position = Decimal(2)
    assert limits.max_position == Decimal(1)
