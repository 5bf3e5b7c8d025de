"""Backtests: a configuration is made from a few arguments, and the same node runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio

from alphaforge.config.layers import Path_, RawConfig
from alphaforge.config.load import load_config
from alphaforge.config.sections import DEFAULT_FILL_MODEL, PaperSection
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node, Progress
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge.model.sink import Sink

_PAPER = PaperSection()
_OPTIONS: dict[Path_, str] = {
    ("feed", "files"): "--data",
    ("feed", "history"): "--history",
    ("feed", "instruments_file"): "--instruments",
    ("feed", "seconds"): "--simulated",
    ("feed", "seed"): "--seed",
    ("feed", "symbols"): "--symbol",
    ("paper", "cash"): "--cash",
    ("paper", "latency_ms"): "--latency-ms",
    ("paper", "maker_fee"): "--fees",
    ("paper", "taker_fee"): "--fees",
    ("paper", "fill_model"): "--fill-model",
}


@dataclass(frozen=True, slots=True)
class SimulatedData:
    """A market of simulated traders: the same seed gives the same market."""

    seconds: float
    seed: int = 1
    symbols: Sequence[str] = ("BTCUSDT",)


@dataclass(frozen=True, slots=True)
class BacktestSettings:
    """What a backtest is told."""

    strategy: str
    """`path.py[:Class]`, `module:Class`, or a registered name."""
    data: Sequence[Path] | SimulatedData
    """Recordings, or a market to simulate."""
    history: Sequence[Path] = ()
    """Recordings of what was before, for strategies that ask for bars from before the run."""
    params: Mapping[str, Any] = field(default_factory=dict)
    cash: Mapping[str, str] = field(default_factory=dict)
    """Start money by currency; empty for 10000 of every quote currency."""
    latency_ms: float = _PAPER.latency_ms
    maker_fee: Decimal = _PAPER.maker_fee
    taker_fee: Decimal = _PAPER.taker_fee
    fill_model: str = DEFAULT_FILL_MODEL
    fill_params: Mapping[str, Any] = field(default_factory=dict)
    """The settings of the fill model."""
    instruments_file: Path | None = None


def run_backtest(
    settings: BacktestSettings,
    registry: Registry,
    *,
    sinks: Sequence[tuple[str, Sink]] = (),
    progress: Progress | None = None,
) -> RunResult:
    """Run a strategy over recordings, or over a simulated market.

    Raises:
        AlphaForgeError: the strategy, the data or a setting cannot be used.
    """
    raw = RawConfig()
    raw.add_each(_values(settings), _origin)
    parts = compose(load_config(raw), raw, registry, more_sinks=sinks)
    node = Node(parts, progress=progress)
    return anyio.run(node.run)


def _origin(path: Path_) -> str:
    """Where people gave a value: the option of the command."""
    if path[2:3] == ("params",):
        return "--param"
    return _OPTIONS.get(path[:2], "backtest")


def _values(settings: BacktestSettings) -> dict[str, Any]:
    return {
        "feed": _feed(settings),
        "paper": {
            "cash": dict(settings.cash),
            "latency_ms": settings.latency_ms,
            "maker_fee": settings.maker_fee,
            "taker_fee": settings.taker_fee,
            "fill_model": {**settings.fill_params, "use": settings.fill_model},
        },
        "strategies": [{"use": settings.strategy, "params": dict(settings.params)}],
    }


def _feed(settings: BacktestSettings) -> dict[str, Any]:
    data = settings.data
    if isinstance(data, SimulatedData):
        made = {"source": "simulated", "seconds": data.seconds, "seed": data.seed, "symbols": data.symbols}
    else:
        made = {"source": "recorded", "files": [str(path) for path in data]}
    history = [str(path) for path in settings.history]
    return made | {"history": history, "instruments_file": settings.instruments_file}
