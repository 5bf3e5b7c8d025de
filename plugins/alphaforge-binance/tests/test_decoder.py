"""The decoder: every message of the fact sheet, combined and raw; what is wrong is said, never guessed."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.model.errors import DataError
from alphaforge.model.events import DepthDiff, DepthSnapshot, EventBatch, Quote, Trade, VenueBar
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge_binance.decoder import MarketDecoder, interval_ns
from alphaforge_binance.fields import nanoseconds
from alphaforge_binance.plugin import alphaforge_venues
from hypothesis import given
from hypothesis import strategies as st

RECEIVED = 1_723_161_254_087_896_568
TRADE = {
    "e": "trade",
    "E": 1723161255343,
    "s": "BTCUSDT",
    "t": 3735683259,
    "p": "61837.63000000",
    "q": "0.02000000",
    "T": 1723161255342,
    "m": True,
    "M": True,
}
AGG_TRADE = {
    "e": "aggTrade",
    "E": 1723161255343,
    "s": "BTCUSDT",
    "a": 5933014,
    "p": "61837.63000000",
    "q": "0.50000000",
    "f": 100,
    "l": 105,
    "T": 1723161255342,
    "m": False,
    "M": True,
}
BOOK_TICKER = {
    "u": 50093239212,
    "s": "BTCUSDT",
    "b": "61837.63000000",
    "B": "3.78826000",
    "a": "61837.64000000",
    "A": "1.54698000",
}
DEPTH_UPDATE = {
    "e": "depthUpdate",
    "E": 1723161255308,
    "s": "BTCUSDT",
    "U": 50093239203,
    "u": 50093239207,
    "b": [["55653.87000000", "0.00000000"]],
    "a": [["61838.04000000", "0.32332000"], ["61844.30000000", "0.40163000"]],
}
DEPTH = {
    "lastUpdateId": 50093239218,
    "bids": [["61837.63000000", "3.78826000"]],
    "asks": [["61837.64000000", "1.54698000"]],
}
KLINE = {
    "e": "kline",
    "E": 1672515782136,
    "s": "BTCUSDT",
    "k": {
        "t": 1672515720000,
        "T": 1672515779999,
        "s": "BTCUSDT",
        "i": "1m",
        "f": 100,
        "L": 200,
        "o": "16500.10000000",
        "c": "16500.20000000",
        "h": "16501.00000000",
        "l": "16499.00000000",
        "v": "12.00000000",
        "n": 100,
        "x": True,
        "q": "1.0000",
        "V": "500",
        "Q": "0.500",
    },
}


def instrument(symbol: str = "BTCUSDT") -> Instrument:
    return Instrument(
        venue="BINANCE",
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick_size="0.01",
        lot_size="0.00001",
    )


def decoded(frame: Any, *, symbols: tuple[str, ...] = ("BTCUSDT",), skip: bool = False) -> list[Any]:
    table = InstrumentTable([instrument(symbol) for symbol in symbols])
    batch = EventBatch(table)
    data = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
    MarketDecoder(table, skip_aggregates=skip).decode(data, RECEIVED, batch)
    return batch.events()


def shapes(stream: str, message: Any) -> list[Any]:
    """The same message raw and combined."""
    return [message, {"stream": stream, "data": message}]


@pytest.mark.parametrize("frame", shapes("btcusdt@trade", TRADE))
def test_trade(frame: Any) -> None:
    (trade,) = decoded(frame)
    assert isinstance(trade, Trade)
    assert (trade.price_decimal, trade.quantity_decimal) == (Decimal("61837.63"), Decimal("0.02"))
    assert (trade.trade_id, trade.aggressor) == (3735683259, "sell")
    assert (trade.ts_recv, trade.ts_event) == (RECEIVED, 1723161255342_000_000)


@pytest.mark.parametrize("frame", shapes("btcusdt@aggTrade", AGG_TRADE))
def test_agg_trade(frame: Any) -> None:
    (trade,) = decoded(frame)
    assert isinstance(trade, Trade)
    assert (trade.trade_id, trade.aggressor, trade.quantity) == (5933014, "buy", 0.5)
    assert decoded(frame, skip=True) == []


@pytest.mark.parametrize("frame", shapes("btcusdt@bookTicker", BOOK_TICKER))
def test_book_ticker(frame: Any) -> None:
    (quote,) = decoded(frame)
    assert isinstance(quote, Quote)
    assert (quote.sequence, quote.ts_event) == (50093239212, None)
    assert (quote.bid_decimal, quote.bid_quantity_decimal) == (Decimal("61837.63"), Decimal("3.78826"))
    assert (quote.ask_decimal, quote.ask_quantity_decimal) == (Decimal("61837.64"), Decimal("1.54698"))


@pytest.mark.parametrize("frame", shapes("btcusdt@depth@100ms", DEPTH_UPDATE))
def test_depth_update(frame: Any) -> None:
    (diff,) = decoded(frame)
    assert isinstance(diff, DepthDiff)
    assert (diff.first_sequence, diff.last_sequence) == (50093239203, 50093239207)
    assert diff.bids == [(Decimal("55653.87"), Decimal(0))]
    assert len(diff.asks) == 2
    assert diff.ts_event == 1723161255308_000_000


@pytest.mark.parametrize("stream", ["btcusdt@depth5", "btcusdt@depth20@100ms"])
def test_partial_depth_takes_its_symbol_from_the_stream(stream: str) -> None:
    frame = {"stream": stream, "data": DEPTH}
    (snapshot,) = decoded(frame, symbols=("ETHUSDT", "BTCUSDT"))
    assert isinstance(snapshot, DepthSnapshot)
    assert snapshot.partial
    assert snapshot.instrument.symbol == "BTCUSDT"


@pytest.mark.parametrize("stream", ["btcusdt@depth", "btcusdt@depth@100ms"])
def test_a_whole_snapshot_can_be_recorded_under_the_stream_of_its_symbol(stream: str) -> None:
    frame = {"stream": stream, "data": DEPTH}
    (snapshot,) = decoded(frame, symbols=("ETHUSDT", "BTCUSDT"))
    assert isinstance(snapshot, DepthSnapshot)
    assert not snapshot.partial
    assert snapshot.instrument.symbol == "BTCUSDT"


def test_a_snapshot_of_rest_belongs_to_the_only_symbol() -> None:
    (snapshot,) = decoded(DEPTH)
    assert isinstance(snapshot, DepthSnapshot)
    assert (snapshot.sequence, snapshot.partial) == (50093239218, False)
    with pytest.raises(FrameError, match="names no symbol, and there are several"):
        decoded(DEPTH, symbols=("BTCUSDT", "ETHUSDT"))


@pytest.mark.parametrize("frame", shapes("btcusdt@kline_1m", KLINE))
def test_a_closed_kline_is_a_bar_of_the_venue(frame: Any) -> None:
    (venue_bar,) = decoded(frame)
    assert isinstance(venue_bar, VenueBar)
    bar = venue_bar.bar
    assert bar.spec == "1m@venue"
    assert (bar.open, bar.high, bar.low, bar.close) == (16500.1, 16501.0, 16499.0, 16500.2)
    assert (bar.volume, bar.trade_count) == (12.0, 100)
    assert bar.ts_close - bar.ts_open == 60_000_000_000


def test_a_forming_kline_and_a_month_are_no_bars() -> None:
    assert decoded({**KLINE, "k": {**KLINE["k"], "x": False}}) == []
    assert decoded({**KLINE, "k": {**KLINE["k"], "i": "1M"}}) == []


@pytest.mark.parametrize(
    "frame",
    [
        {"result": None, "id": 1},
        {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}},
        {**TRADE, "s": "XYZUSDT"},
        {"stream": "btcusdt@avgPrice", "data": {"e": "avgPrice", "s": "BTCUSDT", "w": "1"}},
    ],
)
def test_frames_without_market_data_of_ours_are_passed_over(frame: Any) -> None:
    assert decoded(frame) == []


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"", "not a frame of Binance Spot"),
        (b"{", "not a frame of Binance Spot"),
        (b"\xff\xfe", "not a frame of Binance Spot"),
        (b"[1, 2]", "not a frame of Binance Spot"),
        ({**TRADE, "p": 5}, r"Expected `str`, got `int` - at `\$\.p`"),
        ({"e": "trade", "s": "BTCUSDT"}, "missing required field"),
        ({**DEPTH_UPDATE, "b": [["1"]]}, "Expected `array` of length 2"),
    ],
)
def test_a_broken_frame_is_the_peers_fault(frame: Any, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        decoded(frame)


@pytest.mark.parametrize("price", ["61837.631", "abc", "NaN", ""])
def test_a_price_that_does_not_fit_names_the_instrument(price: str) -> None:
    with pytest.raises(DataError, match=f"BINANCE:BTCUSDT: price {json.dumps(price)}"):
        decoded({**TRADE, "p": price})


def test_times_are_milliseconds_or_microseconds() -> None:
    assert nanoseconds(1_723_161_255_342) == nanoseconds(1_723_161_255_342_000)


@pytest.mark.parametrize(
    ("interval", "length_s"), [("1s", 1), ("5m", 300), ("4h", 14_400), ("1d", 86_400), ("1w", 604_800)]
)
def test_intervals(interval: str, length_s: int) -> None:
    assert interval_ns(interval) == length_s * 1_000_000_000


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    with contextlib.suppress(DataError):
        decoded(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_json_breaks_the_decoder(value: Any) -> None:
    for frame in (value, {"stream": "btcusdt@trade", "data": value}, {**TRADE, "p": value}):
        with contextlib.suppress(DataError):
            decoded(frame)


def test_the_venue_offers_this_decoder() -> None:
    (venue,) = alphaforge_venues()
    assert venue.decoder is MarketDecoder
