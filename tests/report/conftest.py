"""Whole runs with their records, and the prices of their markets as the test itself reads them."""

import gzip
import importlib.util
import json
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import polars as pl
import pytest
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.feeds.simulated import SimulatedFeed
from alphaforge.hooks.registry import Registry
from alphaforge.model.events import Quote
from alphaforge.sinks.json_lines import JsonLinesSettings, JsonLinesSink
from alphaforge_testkit.recordings import write_recording

HERE = Path(__file__).parent
CAPTURE = HERE.parents[2] / "shared" / "data" / "binance-spot" / "btcusdt_20240808.gz"
START_NS = 1_767_225_600_000_000_000
MINUTE_NS = 60_000_000_000


@dataclass(frozen=True)
class Run:
    """A run, the file its records are in, and the prices of its market."""

    result: RunResult
    records: Path
    prices: pl.DataFrame


@pytest.fixture(scope="session")
def oracle() -> Any:
    """`oracle(records, prices, cash, holdings)` is the class of `oracle.py`."""
    spec = importlib.util.spec_from_file_location("report_oracle", HERE / "oracle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Oracle


def strategy(name: str, /, **section: Any) -> dict[str, Any]:
    """The section of a strategy of these tests."""
    return {"use": f"{HERE / 'strategies.py'}:{name}", **section}


@pytest.fixture(scope="session")
def run_node(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[RunResult, Path]]:
    """`run_node(**sections)` runs a node and returns its result and its records."""

    def run(**sections: Any) -> tuple[RunResult, Path]:
        raw = RawConfig()
        raw.add(sections, "test")
        path = tmp_path_factory.mktemp("run") / "records.jsonl"
        sink = JsonLinesSink(JsonLinesSettings(path=path))
        parts = compose(load_config(raw), raw, Registry.installed(), more_sinks=[("records", sink)])
        # On a thread of its own: that of the test has the browser's event loop.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(anyio.run, Node(parts).run).result(), path

    return run


@pytest.fixture(scope="session")
def captured_run(run_node) -> Run:
    """Two strategies over a real recording."""
    if not CAPTURE.exists():
        pytest.skip(f"the capture {CAPTURE.name} is not here: ../shared/data/binance-spot is absent")
    result, records = run_node(
        feed={"source": "recorded", "files": [str(CAPTURE)]},
        paper={"maker_fee": "0.0002", "taker_fee": "0.0004"},
        strategies=[
            {"use": "demo-market-maker", "params": {"half_spread": "1.5"}},
            {"use": str(HERE.parents[1] / "examples" / "ema_cross.py")},
        ],
    )
    rows = []
    with gzip.open(CAPTURE, "rt", encoding="utf-8") as lines:
        for line in lines:
            ts, _, text = line.partition(" ")
            message = json.loads(text)
            if message.get("stream", "").endswith("@bookTicker"):
                bid, ask = float(message["data"]["b"]), float(message["data"]["a"])
                rows.append((int(ts), "BINANCE:BTCUSDT", (bid + ask) / 2))
    return Run(result, records, _prices(rows))


@pytest.fixture(scope="session", params=[1, 2, 3])
def simulated_run(run_node, request: pytest.FixtureRequest) -> Run:
    """A random trader, long and short, and the market maker, in a market of a seed."""
    seed, seconds = request.param, 90.0
    result, records = run_node(
        feed={"source": "simulated", "seed": seed, "seconds": seconds},
        paper={"maker_fee": "-0.0001", "taker_fee": "0.0003", "cash": {"USDT": "100000", "BTC": "3"}},
        # Who trades at random meets orders of his own.
        risk={"self_match": "venue"},
        strategies=[strategy("RandomTrader", params={"seed": seed}), {"use": "demo-market-maker"}],
    )
    events = (
        event for batch in SimulatedFeed(seed=seed, seconds=seconds).batches() for event in batch.events()
    )
    return Run(result, records, _prices([
        (event.ts_recv, "SIM:BTCUSDT", event.mid) for event in events if isinstance(event, Quote)
    ]))  # fmt: skip


@pytest.fixture(scope="session")
def long_run(run_node, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two strategies and two instruments over three days, a quote and a trade of each every minute."""
    folder, rows, files = tmp_path_factory.mktemp("days"), [], []
    for symbol, level in (("BTCUSDT", 50_000.0), ("ETHUSDT", 2_500.0)):
        frames = []
        for minute in range(3 * 1_440):
            ts = START_NS + minute * MINUTE_NS + (7 if symbol == "ETHUSDT" else 0)
            wave = math.sin(minute / 150) + math.sin(minute / 37 + level) / 3
            bid = round(level * (1 + 0.01 * wave), 2)
            rows.append((ts, f"BINANCE:{symbol}", bid + 0.005))
            frames += _minute(symbol, ts, minute, bid)
        files.append(str(write_recording(folder / f"{symbol}.jsonl", frames)))
    result, records = run_node(
        feed={"source": "recorded", "files": files},
        strategies=[
            strategy("EveryBar"),
            strategy("EveryBar", name="only ether", instruments=["BINANCE:ETHUSDT"]),
        ],
    )
    return Run(result, records, _prices(rows))


def _minute(symbol: str, ts: int, number: int, bid: float) -> list[tuple[int, str]]:
    quote = {"u": number, "s": symbol, "b": f"{bid:.2f}", "B": "5", "a": f"{bid + 0.01:.2f}", "A": "5"}
    at = ts // 1_000_000
    trade = {"e": "trade", "E": at, "s": symbol, "t": number, "p": f"{bid:.2f}", "q": "0.01", "T": at}
    trade |= {"m": True, "M": True}
    return [
        (ts, json.dumps({"stream": f"{symbol.lower()}@bookTicker", "data": quote})),
        (ts + 1, json.dumps({"stream": f"{symbol.lower()}@trade", "data": trade})),
    ]


def _prices(rows: Sequence[tuple[int, str, float]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"ts": pl.Int64, "instrument": pl.String, "mid": pl.Float64}, orient="row"
    )
