"""Core as a plugin: its own strategies and sinks, registered through the public hooks."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from alphaforge.hooks.markers import hookimpl
from alphaforge.hooks.specs import SinkSpec, StrategySpec
from alphaforge.sinks.json_lines import JsonLinesSettings, JsonLinesSink
from alphaforge.sinks.sqlite import SqliteSettings, SqliteSink


@hookimpl
def alphaforge_strategies() -> Sequence[StrategySpec]:
    """The strategy of the demo."""
    return [
        StrategySpec(
            name="demo-market-maker",
            summary="a small market maker, for the demo",
            load=_demo_market_maker,
        )
    ]


@hookimpl
def alphaforge_sinks() -> Sequence[SinkSpec]:
    """JSON lines and SQLite."""
    return [
        SinkSpec("jsonl", "records as JSON lines", JsonLinesSettings, JsonLinesSink),
        SinkSpec("sqlite", "records in a SQLite database", SqliteSettings, SqliteSink),
    ]


def _demo_market_maker() -> type[Any]:
    module = import_module("alphaforge.strategies.demo_market_maker")
    found: type[Any] = module.DemoMarketMaker
    return found
