"""Recordings: instruments from the data or from exchangeInfo, snapshots in line, damage and its place."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge.hooks.loader import LoadedPlugin
from alphaforge.model.errors import DataError
from alphaforge.model.events import DepthSnapshot, Trade
from alphaforge.model.instrument import InstrumentTable
from alphaforge.model.recording import Beginning
from alphaforge_binance.recording import BinanceRecording, recognises

START_NS = 1_723_161_255_000_000_000
FIRST_NS, SECOND_NS, THIRD_NS = START_NS + 1, START_NS + 2, START_NS + 3

Recording = Callable[..., Path]


def trade(symbol: str = "BTCUSDT", price: str = "61837.63000000", number: int = 1) -> str:
    message = {
        "e": "trade",
        "E": 1723161255343,
        "s": symbol,
        "t": number,
        "p": price,
        "q": "0.02000000",
        "T": 1723161255342,
        "m": True,
        "M": True,
    }
    return json.dumps({"stream": f"{symbol.lower()}@trade", "data": message})


def agg_trade() -> str:
    message = {"e": "aggTrade", "s": "BTCUSDT", "a": 1, "p": "1.0", "q": "1.0", "T": 1, "m": True}
    return json.dumps(message)


SNAPSHOT = '{"lastUpdateId":7,"bids":[["61837.6312","3.5"]],"asks":[["61838.0","1.0"]]}'


def exchange_info() -> str:
    filters = [{"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "0", "tickSize": "0.001"}]
    symbol = {
        "symbol": "BTCUSDT",
        "status": "TRADING",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "filters": filters,
    }
    return json.dumps({"timezone": "UTC", "symbols": [symbol]})


def events(recording: BinanceRecording) -> list[Any]:
    table = InstrumentTable(recording.instruments)
    return [event for batch in recording.batches(table) for event in batch.events()]


def test_the_plugin_loads(installed_plugin: Callable[[str], LoadedPlugin]) -> None:
    plugin = installed_plugin("binance")
    assert set(plugin.specs["venues"]) == set(plugin.specs["readers"]) == {"binance"}


def test_the_grid_is_the_finest_in_the_data_and_that_is_said(recording: Recording) -> None:
    found = BinanceRecording(recording([(FIRST_NS, trade()), (SECOND_NS, SNAPSHOT)]))
    (instrument,) = found.instruments
    assert instrument.id == "BINANCE:BTCUSDT"
    assert (instrument.base, instrument.quote) == ("BTC", "USDT")
    assert (instrument.tick_size, instrument.lot_size) == (Decimal("0.0001"), Decimal("0.01"))
    assert "4 price and 2 quantity decimals are taken from the data" in found.notes[0]
    kinds = [type(event) for event in events(found)]
    assert kinds == [Trade, DepthSnapshot]


def test_exchange_info_in_line_or_beside_the_recording_wins(recording: Recording, tmp_path: Path) -> None:
    in_line = BinanceRecording(recording([(FIRST_NS, exchange_info()), (SECOND_NS, trade())]))
    beside = tmp_path / "exchangeInfo.json"
    beside.write_text(exchange_info())
    given = BinanceRecording(recording([(SECOND_NS, trade())]), beside)
    for found in (in_line, given):
        assert found.instruments[0].tick_size == Decimal("0.001")
        assert found.notes == []
        assert len(events(found)) == 1


def test_a_price_finer_than_the_specification_names_the_line(recording: Recording) -> None:
    found = BinanceRecording(recording([(FIRST_NS, exchange_info()), (SECOND_NS, trade(price="1.2345"))]))
    with pytest.raises(DataError, match=r":2: BINANCE:BTCUSDT: price \"1.2345\" does not fit its 3"):
        events(found)


def test_several_symbols_have_grids_of_their_own(recording: Recording) -> None:
    frames = [(FIRST_NS, trade("BTCUSDT", "61837.5")), (SECOND_NS, trade("ETHBTC", "0.04125"))]
    first, second = BinanceRecording(recording(frames)).instruments
    assert (first.symbol, first.tick_size) == ("BTCUSDT", Decimal("0.1"))
    assert (second.symbol, second.quote, second.tick_size) == ("ETHBTC", "BTC", Decimal("0.00001"))


def test_aggregated_trades_count_only_where_there_are_no_others(recording: Recording) -> None:
    assert len(events(BinanceRecording(recording([(FIRST_NS, agg_trade())])))) == 1
    assert len(events(BinanceRecording(recording([(FIRST_NS, agg_trade()), (SECOND_NS, trade())])))) == 1


def test_a_symbol_without_a_known_quote_asks_for_exchange_info(recording: Recording) -> None:
    with pytest.raises(DataError, match=r"ABCXYZ: base and quote cannot be told .* --instruments"):
        BinanceRecording(recording([(FIRST_NS, trade("ABCXYZ"))]))


def test_a_broken_line_in_the_middle_is_an_error_with_its_place(recording: Recording) -> None:
    path = recording([(FIRST_NS, trade()), (SECOND_NS, '{"stream": "btcusdt@tra'), (THIRD_NS, trade())])
    with pytest.raises(DataError, match=f"{path.name}:2: not a frame of Binance Spot"):
        BinanceRecording(path)


def test_a_cut_off_last_line_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_bytes(
        f"{START_NS} {trade()}\n{FIRST_NS} {trade(number=2)}\n{SECOND_NS} {trade()[:40]}".encode()
    )
    found = BinanceRecording(path)
    assert len(events(found)) == 2
    assert any("ends in the middle of a line, after line 2" in note for note in found.notes)


def test_a_recording_without_market_data_is_refused(recording: Recording) -> None:
    with pytest.raises(DataError, match="holds no market data of Binance Spot"):
        BinanceRecording(recording([(FIRST_NS, '{"result":null,"id":1}')]))


def test_progress_covers_both_passes(recording: Recording) -> None:
    found = BinanceRecording(recording([(START_NS + n, trade(number=n)) for n in range(1, 100)]))
    read, total = found.progress
    assert 0 < read < total
    events(found)
    read, total = found.progress
    assert read == total


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([trade()], True),
        ([SNAPSHOT, trade()], True),
        (["hello", trade()], True),
        (['{"channel":"l2_data","events":[]}'], False),
        (["hello"], False),
        ([], False),
    ],
)
def test_recordings_of_binance_are_recognised(frames: list[str], expected: bool) -> None:
    beginning = Beginning(b"", [frame.encode() for frame in frames])
    assert recognises(beginning) is expected


def test_a_symbol_that_cannot_be_an_instrument_is_said(tmp_path: Path) -> None:
    frame = '{"e":"trade","s":"BTC[USDT","t":1,"p":"1.00","q":"1","T":1,"m":true}'
    path = tmp_path / "odd.jsonl"
    path.write_text(f"1795000000000000000 {frame}\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"odd\.jsonl: 'BTC\[USDT' cannot be an instrument: .* is not a currency"
    ):
        BinanceRecording(path)
