"""exchangeInfo → instruments."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.model.errors import DataError
from alphaforge_binance.instruments import parse_instruments, read_instruments
from hypothesis import example, given
from hypothesis import strategies as st

BTCUSDT = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "baseAssetPrecision": 8,
    "quoteAsset": "USDT",
    "quoteAssetPrecision": 8,
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "0.01000000",
            "maxPrice": "1000000.00000000",
            "tickSize": "0.01000000",
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": "0.00001000",
            "maxQty": "9000.00000000",
            "stepSize": "0.00001000",
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": "5.00000000",
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
    ],
}


def parsed(**changes: Any) -> Any:
    body = {"timezone": "UTC", "symbols": [{**BTCUSDT, **changes}]}
    (instrument,) = parse_instruments(json.dumps(body).encode())
    return instrument


def test_filters_become_the_grid_and_the_bounds() -> None:
    instrument = parsed()
    assert instrument.id == "BINANCE:BTCUSDT"
    assert (instrument.tick_size, instrument.lot_size) == (Decimal("0.01"), Decimal("0.00001"))
    assert (instrument.min_price, instrument.max_price) == (Decimal("0.01"), 1_000_000)
    assert (instrument.min_quantity, instrument.max_quantity) == (Decimal("0.00001"), 9_000)
    assert (instrument.min_notional, instrument.max_notional) == (5, 9_000_000)


def test_zero_in_a_filter_sets_no_bound() -> None:
    price_filter = {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "0", "tickSize": "0"}
    instrument = parsed(filters=[price_filter])
    assert instrument.min_price is instrument.max_price is instrument.min_quantity is None
    assert instrument.tick_size == instrument.lot_size == Decimal("0.00000001")


def test_min_notional_is_the_older_name_of_notional() -> None:
    instrument = parsed(filters=[{"filterType": "MIN_NOTIONAL", "minNotional": "10"}])
    assert instrument.min_notional == 10


@pytest.mark.parametrize(
    ("status", "expected"),
    [("TRADING", "trading"), ("CANCEL_ONLY", "cancel_only"), ("HALT", "halted"), ("BREAK", "halted")],
)
def test_status(status: str, expected: str) -> None:
    assert parsed(status=status).status == expected


@pytest.mark.parametrize("body", [b"", b"{}", b'{"symbols": [{"symbol": 1}]}'])
def test_what_is_no_exchange_info_is_refused(body: bytes) -> None:
    with pytest.raises(DataError, match="not an exchangeInfo of Binance Spot"):
        parse_instruments(body)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"baseAsset": ""}, "symbol 'BTCUSDT' of exchangeInfo: .* is not a currency code"),
        ({"quoteAssetPrecision": 30, "filters": []}, "symbol 'BTCUSDT' of exchangeInfo: .* 18 decimals"),
        (
            {"filters": [{"filterType": "LOT_SIZE", "minQty": "many"}]},
            "'BTCUSDT' of .*: minQty 'many' is no n",
        ),
    ],
)
def test_a_symbol_that_cannot_be_an_instrument_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        parsed(**changes)


def listed(*symbols: Any) -> bytes:
    return json.dumps({"symbols": list(symbols)}).encode()


def test_one_that_cannot_be_an_instrument_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    body = listed({**BTCUSDT, "symbol": "BAD", "baseAsset": ""}, BTCUSDT)
    assert [instrument.symbol for instrument in parse_instruments(body)] == ["BTCUSDT"]
    (line,) = caplog.messages
    assert line.startswith("left out: symbol 'BAD' of exchangeInfo: ")
    instruments, left_out = read_instruments(body)
    assert len(instruments) == len(left_out) == 1


def test_a_refusal_is_told_in_binances_words() -> None:
    with pytest.raises(DataError, match=r"gives no instruments: -1121 Invalid symbol\."):
        parse_instruments(b'{"code": -1121, "msg": "Invalid symbol."}')


@given(st.binary(max_size=200))
@example(b'{"symbols": [{"symbol": "\xff"}]}')
def test_no_bytes_break_the_parser(body: bytes) -> None:
    with contextlib.suppress(DataError):
        parse_instruments(body)


NUMBERS = (st.decimals() | st.floats() | st.integers()).map(str)
VALUES = st.none() | st.booleans() | st.integers() | st.text() | NUMBERS
FIELDS = ("minPrice", "maxPrice", "tickSize", "minQty", "stepSize", "minNotional")
FILTER_NAMES = st.sampled_from(["PRICE_FILTER", "LOT_SIZE", "NOTIONAL"])
FILTERS = st.builds(
    lambda name, values: {**values, "filterType": name},
    FILTER_NAMES,
    st.dictionaries(st.sampled_from(FIELDS), VALUES),
)


@given(st.dictionaries(st.sampled_from(sorted(BTCUSDT)), VALUES), st.none() | st.lists(FILTERS))
def test_no_symbol_breaks_the_parser(changes: dict[str, Any], filters: list[Any] | None) -> None:
    with contextlib.suppress(DataError):
        parsed(**(changes if filters is None else {**changes, "filters": filters}))
