"""Core as a plugin: its own strategies, fill models and sinks, registered through the public hooks."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

from alphaforge.hooks.markers import hookimpl
from alphaforge.hooks.specs import FillModelSpec, SinkSpec, StrategySpec
from alphaforge.sinks.json_lines import JsonLinesSettings, JsonLinesSink
from alphaforge.sinks.sqlite import SqliteSettings, SqliteSink
from alphaforge.venues.fill_models import (
    ProbabilisticSettings,
    RiskAverseSettings,
    probabilistic,
    risk_averse,
)


@hookimpl
def alphaforge_strategies() -> Sequence[StrategySpec]:
    """The strategies of the demo."""
    return [
        StrategySpec(
            name="demo-market-maker",
            summary="a small market maker, for the demo",
            load=partial(_class, "demo_market_maker", "DemoMarketMaker"),
        ),
        StrategySpec(
            name="demo-trend-taker",
            summary="buys into trends, for the demo",
            load=partial(_class, "demo_trend_taker", "DemoTrendTaker"),
        ),
    ]


@hookimpl
def alphaforge_fill_models() -> Sequence[FillModelSpec]:
    """Risk-averse and probabilistic."""
    return [
        FillModelSpec(
            "risk-averse", "cancellations are behind us where possible", RiskAverseSettings, risk_averse
        ),
        FillModelSpec(
            "probabilistic", "cancellations are before us and behind us", ProbabilisticSettings, probabilistic
        ),
    ]


@hookimpl
def alphaforge_sinks() -> Sequence[SinkSpec]:
    """JSON lines and SQLite."""
    return [
        SinkSpec("jsonl", "records as JSON lines", JsonLinesSettings, JsonLinesSink),
        SinkSpec("sqlite", "records in a SQLite database", SqliteSettings, SqliteSink),
    ]


def _class(module: str, name: str) -> type[Any]:
    found: type[Any] = getattr(import_module(f"alphaforge.strategies.{module}"), name)
    return found
