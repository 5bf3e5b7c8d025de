"""Measures AlphaForge: medians with minimum and maximum over alternating runs, and ratios to a bound.

    tox -e bench              prints a table
    tox -e bench -- --json    prints JSON

Machines are noisy, so every rate stands beside that of a bare Python loop over the same events,
which was measured between our runs: it bounds what any engine with a callback per event can reach.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import alphaforge_rs as rs
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry

ROOT = Path(__file__).parents[1]
EVENTS = 1_000_000
FILE_EVENTS = 200_000
ROUNDS = 5
START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000_000


@dataclass(frozen=True)
class Rate:
    """Events a second, and how that compares with the bare loop of the same round."""

    name: str
    median: float
    least: float
    most: float
    of_bare_loop: float | None


def instrument(venue: str = "BENCH") -> rs.Instrument:
    """A pair with two price and three quantity decimals."""
    return rs.Instrument(
        venue=venue, symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.01", lot_size="0.001"
    )


def trades(table: rs.InstrumentTable) -> rs.EventBatch:
    """A million trades, one a millisecond, on a price that wanders."""
    batch = rs.EventBatch(table)
    for i in range(EVENTS):
        ts = START_NS + i * STEP_NS
        side: Any = "buy" if i % 3 else "sell"
        batch.add_trade(0, ts, ts, i, f"{50_000 + (i * 7919) % 1000 / 100:.2f}", "0.125", side)
    return batch


def quotes(table: rs.InstrumentTable) -> rs.EventBatch:
    """A million quotes."""
    batch = rs.EventBatch(table)
    for i in range(EVENTS):
        ts = START_NS + i * STEP_NS
        bid = 50_000 + (i * 7919) % 1000 / 100
        batch.add_quote(0, ts, ts, i, f"{bid:.2f}", "1.500", f"{bid + 0.01:.2f}", "2.250")
    return batch


def runtime(
    table: rs.InstrumentTable, callbacks: dict[str, Callable[[Any], None]]
) -> tuple[rs.Runtime, rs.StrategyPort]:
    """A paper node with one strategy."""

    def fail(strategy: str, callback: str, error: BaseException) -> None:
        raise error

    node = rs.Runtime("bench", 1, table, fail)
    node.add_paper_venue(
        "BENCH",
        latency=rs.Latency.constant(5_000_000, 5_000_000),
        fees=rs.FeeTiers("0", "0.001"),
        queue=rs.QueueModel.risk_averse(),
    )
    node.add_instruments()
    node.set_balance("BENCH", "USDT", "1000000")
    node.set_balance("BENCH", "BTC", "0")
    port = node.add_strategy("bench", callbacks)
    node.set_limits([], buying_power_buffer="0", market_slippage="0.01")
    return node, port


def nothing(_: Any) -> None:
    """What every measured strategy does with an event."""


def run_trades(table: rs.InstrumentTable, batch: rs.EventBatch) -> float:
    node, port = runtime(table, {"on_trade": nothing})
    port.subscribe(table.instruments[0], "trades")
    return timed(lambda: node.run(batch))


def run_quotes(table: rs.InstrumentTable, batch: rs.EventBatch) -> float:
    node, port = runtime(table, {"on_quote": nothing})
    port.subscribe(table.instruments[0], "quotes")
    return timed(lambda: node.run(batch))


def run_bars(table: rs.InstrumentTable, batch: rs.EventBatch) -> float:
    node, port = runtime(table, {"on_bar": nothing})
    port.subscribe_bars(table.instruments[0], "1s")
    return timed(lambda: node.run(batch))


def run_orders(table: rs.InstrumentTable, batch: rs.EventBatch) -> float:
    """A market order on every hundredth trade, in turn a buy and a sale."""
    traded = table.instruments[0]
    count = 0

    def on_trade(_: Any) -> None:
        nonlocal count
        count += 1
        if count % 100 == 0:
            port.submit(traded, "buy" if count % 200 else "sell", "0.001")

    node, port = runtime(table, {"on_trade": on_trade})
    port.subscribe(traded, "trades")
    taken = timed(lambda: node.run(batch))
    if node.counters().fills < EVENTS // 100 - 10:
        raise RuntimeError("the orders were not filled, so nothing was measured")
    return taken


def run_file(path: Path) -> float:
    """A backtest from a recording of Binance, decoding included, with a callback per trade."""
    settings = BacktestSettings(strategy=str(ROOT / "benches" / "per_trade.py"), data=[path])
    registry = Registry.installed()
    return timed(lambda: run_backtest(settings, registry))


def write_recording(folder: Path) -> Path:
    path = folder / "trades.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i in range(FILE_EVENTS):
            ts = START_NS + i * STEP_NS
            price = f"{50_000 + (i * 7919) % 1000 / 100:.8f}"
            data = {"e": "trade", "E": ts // 1_000_000, "s": "BTCUSDT", "t": i, "p": price}
            data |= {"q": "0.12500000", "T": ts // 1_000_000, "m": bool(i % 3), "M": True}
            file.write(f"{ts} {json.dumps({'stream': 'btcusdt@trade', 'data': data})}\n")
    return path


def bare_loop(batch: rs.EventBatch) -> float:
    """Calls a Python function for every event of a list."""
    events = batch.events()

    def loop() -> None:
        for event in events:
            nothing(event)

    return timed(loop)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rates() -> list[Rate]:
    table = rs.InstrumentTable([instrument()])
    trade_batch, quote_batch = trades(table), quotes(table)
    with tempfile.TemporaryDirectory() as folder:
        recording = write_recording(Path(folder))
        workloads: dict[str, tuple[int, Callable[[], float]]] = {
            "callback per trade": (EVENTS, lambda: run_trades(table, trade_batch)),
            "callback per quote": (EVENTS, lambda: run_quotes(table, quote_batch)),
            "1 s bars only": (EVENTS, lambda: run_bars(table, trade_batch)),
            "an order per 100 trades": (EVENTS, lambda: run_orders(table, trade_batch)),
            "callback per trade, from a file": (FILE_EVENTS, lambda: run_file(recording)),
        }
        measured: dict[str, list[float]] = {name: [] for name in workloads}
        bare: list[float] = []
        for _ in range(ROUNDS):
            bare.append(EVENTS / bare_loop(trade_batch))
            for name, (count, work) in workloads.items():
                measured[name].append(count / work())
    bound = statistics.median(bare)
    found = [Rate("bare Python loop", bound, min(bare), max(bare), None)]
    for name, values in measured.items():
        median = statistics.median(values)
        found.append(Rate(name, median, min(values), max(values), median / bound))
    return found


def hot_path() -> dict[str, Any]:
    """Nanoseconds of the gate, the step and the book, from Rust itself."""
    command = ["cargo", "bench", "--quiet", "--package", "alphaforge-runtime", "--bench", "hot_path"]
    folder = ROOT / "packages" / "alphaforge-rs"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def start_up() -> dict[str, float]:
    """How long imports take in a fresh interpreter, and what a node that waits needs of memory."""
    code = "import time; t = time.perf_counter(); import {0}; print(time.perf_counter() - t)"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def seconds(module: str) -> float:
        outputs = [
            subprocess.run(
                [sys.executable, "-c", code.format(module)],
                capture_output=True,
                text=True,
                check=True,
                env=environment,
            )
            for _ in range(ROUNDS)
        ]
        return statistics.median(float(done.stdout) for done in outputs)

    memory = (
        "from pathlib import Path\n"
        "import os\n"
        "from alphaforge.config.layers import RawConfig\n"
        "from alphaforge.config.load import load_config\n"
        "from alphaforge.engine.compose import compose\n"
        "from alphaforge.hooks.registry import Registry\n"
        "raw = RawConfig()\n"
        "raw.add({'strategies': [{'use': 'demo-market-maker'}]}, 'bench')\n"
        "parts = compose(load_config(raw), raw, Registry.installed())\n"
        # getrusage would tell the size of this process, from before the child was a program of its own.
        "pages = int(Path('/proc/self/statm').read_text().split()[1])\n"
        "print(pages * os.sysconf('SC_PAGE_SIZE') / 2**20)"
    )
    done = subprocess.run([sys.executable, "-c", memory], capture_output=True, text=True, check=True)
    return {
        "import alphaforge_rs, s": seconds("alphaforge_rs"),
        "import alphaforge.strategies.strategy, s": seconds("alphaforge.strategies.strategy"),
        "import alphaforge.engine.node, s": seconds("alphaforge.engine.node"),
        "memory of a composed node, MiB": float(done.stdout),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    measured, hot, start = rates(), hot_path(), start_up()
    if options.json:
        found = {"rates": [asdict(rate) for rate in measured], "ns": hot, "start": start}
        print(json.dumps(found, indent=2))
        return
    print(f"events a second, median of {ROUNDS} alternating runs (min to max), ratio to the bare loop")
    for rate in measured:
        ratio = "" if rate.of_bare_loop is None else f"{rate.of_bare_loop:6.2f}"
        print(f"  {rate.name:34} {rate.median:12,.0f}  ({rate.least:,.0f} to {rate.most:,.0f}) {ratio}")
    print("nanoseconds")
    for name, values in hot.items():
        print(f"  {name:34} " + "  ".join(f"{key} {value:,.1f}" for key, value in values.items()))
    print("start")
    for name, value in start.items():
        print(f"  {name:44} {value:.3f}")


if __name__ == "__main__":
    main()
