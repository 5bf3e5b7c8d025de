"""Any recording and the Parquet file made of it give the same backtest, fill by fill."""

import json
from pathlib import Path
from typing import Any

import pytest
from alphaforge import Strategy, Trade
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.feeds.recorded import open_recordings
from alphaforge.hooks.registry import Registry
from alphaforge_parquet.event_file import write_event_file
from alphaforge_testkit.recordings import write_recording
from hypothesis import given, settings
from hypothesis import strategies as st

AT = 1_767_225_600_000_000_000


class Turns(Strategy):
    """Trades on every third trade, and leaves orders resting."""

    def on_start(self) -> None:
        self.count = 0

    def on_trade(self, trade: Trade) -> None:
        self.count += 1
        if self.count % 3 == 0:
            self.buy("0.01", trade.price_decimal)
        elif self.count % 7 == 0:
            self.close()


@st.composite
def frames(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Frames of Binance, whose books may gap, at times that may stand still."""
    at, update = AT, 100
    made = []
    for number in range(draw(st.integers(2, 40))):
        at += draw(st.sampled_from([0, 1, 1_000_000, 20_000_000]))
        price = draw(st.integers(4_990, 5_010)) / 100
        kind = draw(st.sampled_from(["trade", "trade", "quote", "diff", "snapshot"]))
        data: dict[str, Any]
        if kind == "trade":
            stream = "trade"
            data = {"e": "trade", "E": at // 10**6, "s": "BTCUSDT", "t": number, "p": f"{price:.2f}"}
            data |= {"q": "0.05", "T": at // 10**6, "m": draw(st.booleans()), "M": True}
        elif kind == "quote":
            stream, update = "bookTicker", update + 1
            data = {"u": update, "s": "BTCUSDT", "b": f"{price - 0.01:.2f}", "B": "1.5"}
            data |= {"a": f"{price + 0.01:.2f}", "A": "0.5"}
        elif kind == "diff":
            stream, first = "depth", update + draw(st.sampled_from([1, 1, 1, 3]))
            update = first
            data = {"e": "depthUpdate", "E": at // 10**6, "s": "BTCUSDT", "U": first, "u": first}
            data |= {"b": [[f"{price - 0.05:.2f}", "0.7"]], "a": [[f"{price + 0.05:.2f}", "0"]]}
        else:
            stream = "depth"
            data = {"lastUpdateId": update, "bids": [[f"{price - 0.02:.2f}", "2"]]}
            data |= {"asks": [[f"{price + 0.02:.2f}", "2"]]}
        made.append((at, json.dumps({"stream": f"btcusdt@{stream}", "data": data})))
    return made


def result_of(path: Path) -> dict[str, Any]:
    settings_ = BacktestSettings(strategy=f"{__name__}:Turns", data=[path])
    result = run_backtest(settings_, Registry.installed()).to_json()
    wall_time = ("wall_s", "events_per_s", "command_times")
    return {key: value for key, value in result.items() if key not in wall_time}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@settings(max_examples=40)
@given(recorded=frames())
def test_any_recording_gives_the_same_backtest(recorded, folder) -> None:
    recording, converted = folder / "events.jsonl", folder / "events.parquet"
    write_recording(recording, recorded)
    converted.unlink(missing_ok=True)
    write_event_file(open_recordings([recording], None, Registry.installed()), converted)
    assert result_of(converted) == result_of(recording)
