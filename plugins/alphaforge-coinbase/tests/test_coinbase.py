"""Coinbase: its identity, and its instruments from a product list."""

import contextlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.hooks.loader import LoadedPlugin
from alphaforge.hooks.specs import VenueSpec
from alphaforge.model.errors import DataError
from alphaforge_coinbase.instruments import parse_instruments
from hypothesis import example, given
from hypothesis import strategies as st


def product(**changes: Any) -> dict[str, Any]:
    return {
        "product_id": "BTC-USD",
        "base_currency_id": "BTC",
        "quote_currency_id": "USD",
        "price_increment": "0.01",
        "base_increment": "0.00000001",
        "quote_increment": "0.01",
        "base_min_size": "0.00000001",
        "base_max_size": "3400",
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "status": "online",
        "product_type": "SPOT",
        **changes,
    }


def parsed(*products: dict[str, Any]) -> Any:
    return parse_instruments(json.dumps({"products": products, "num_products": len(products)}).encode())


def test_the_plugin_loads_and_names_its_venue(installed_plugin: Callable[[str], LoadedPlugin]) -> None:
    spec = installed_plugin("coinbase").specs["venues"]["coinbase"]
    assert isinstance(spec, VenueSpec)
    assert spec.parse_instruments is parse_instruments


def test_a_product_is_an_instrument_on_its_price_increment() -> None:
    # The increments differ on some products; prices round to price_increment.
    (instrument,) = parsed(product(price_increment="0.1"))
    assert instrument.id == "COINBASE:BTC-USD"
    assert (instrument.base, instrument.quote) == ("BTC", "USD")
    assert instrument.tick_size == Decimal("0.1")
    assert instrument.lot_size == instrument.min_quantity == Decimal("0.00000001")
    assert (instrument.min_notional, instrument.max_notional) == (1, 150_000_000)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "trading"),
        ({"status": "delisted"}, "halted"),
        ({"is_disabled": True}, "halted"),
        ({"trading_disabled": True}, "halted"),
        ({"cancel_only": True}, "cancel_only"),
    ],
)
def test_the_status_says_whether_it_trades(changes: dict[str, Any], status: str) -> None:
    (instrument,) = parsed(product(**changes))
    assert instrument.status == status


def test_futures_are_left_out() -> None:
    assert parsed(product(product_type="FUTURE")) == []


@pytest.mark.parametrize("body", [b"", b"[]", b'{"products": [{}]}', b'{"products": 1}'])
def test_what_is_no_product_list_is_refused(body: bytes) -> None:
    with pytest.raises(DataError, match="not a product list of Coinbase"):
        parse_instruments(body)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price_increment": "NaN"}, "product 'BTC-USD' of Coinbase .*: tick_size \"NaN\""),
        ({"base_increment": "0"}, "product 'BTC-USD' of Coinbase .*: lot_size"),
        ({"price_increment": "1e-30"}, "product 'BTC-USD' of Coinbase .* at most 18 decimals"),
        ({"base_currency_id": ""}, "product 'BTC-USD' of Coinbase .* is not a currency code"),
        ({"product_id": "a b"}, "product 'a b' of Coinbase"),
    ],
)
def test_a_product_that_cannot_be_an_instrument_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        parsed(product(), product(**changes))


@given(st.binary(max_size=200))
@example(b'{"products": [{"product_id": "\xff"}]}')
def test_no_bytes_break_the_parser(body: bytes) -> None:
    with contextlib.suppress(DataError):
        parse_instruments(body)


NUMBERS = (st.decimals() | st.floats() | st.integers()).map(str)
VALUES = st.none() | st.booleans() | st.integers() | st.text() | NUMBERS


@given(st.dictionaries(st.sampled_from(sorted(product())), VALUES))
def test_no_product_breaks_the_parser(changes: dict[str, Any]) -> None:
    with contextlib.suppress(DataError):
        assert len(parsed(product(), product(**changes))) in (1, 2)
