"""`alphaforge demo`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import anyio
import typer

from alphaforge.cli.console.console import can_be_shown, run_on_console
from alphaforge.cli.console.tape import Tape
from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import ReportPage, options_at_fault
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report, write_page
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry

_CONSOLE_SPEED = 4.0
_STRATEGIES = {"market-maker": "demo-market-maker", "trend-taker": "demo-trend-taker"}
_NODE: dict[str, Any] = {
    "node": {"name": "demo"},
    "feed": {"source": "simulated"},
    "paper": {"maker_fee": "0", "taker_fee": "0.0001"},
    "strategies": [{"use": use, "name": name} for name, use in _STRATEGIES.items()],
    "risk": {"instrument": {"SIM:BTCUSDT": {"max_position": "0.2"}}},
}
_EPILOGUE = """
Two strategies have traded a market of simulated traders, through the same engine, risk gate and
matching engine that run your own: a market maker, which rests its orders for a maker fee of zero,
and a trend taker, which pays a taker fee of 0.01 %. Next:

  alphaforge backtest examples/ema_cross.py --data RECORDING
  alphaforge plugins list
"""


def demo(
    seconds: Annotated[float, typer.Option(help="how long the market runs, in its own time", min=1)] = 60.0,
    seed: Annotated[int, typer.Option(help="the same seed gives the same market", min=0)] = 1,
    speed: Annotated[
        float | None,
        typer.Option(
            help="how many times faster than its own time the market runs; by default 4 with the console, "
            "and as fast as it goes without",
            min=0.001,
            show_default=False,
        ),
    ] = None,
    console: Annotated[bool, typer.Option(help="show the live console, where there is a terminal")] = True,
    page: ReportPage = None,
    no_page: Annotated[bool, typer.Option("--no-report", help="write no report")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Trade a simulated market on paper, without keys and offline.

    The report is written to alphaforge-demo.html, but with --json only where --report names a file.
    """
    is_shown = console and not as_json and can_be_shown(sys.stdout)
    raw = RawConfig()
    raw.add(_NODE, "demo")
    raw.add({"feed": {"seconds": seconds}}, "--seconds")
    raw.add({"feed": {"seed": seed}}, "--seed")
    pace = speed or (_CONSOLE_SPEED if is_shown else None)
    if pace is not None:
        raw.add({"feed": {"pace": "realtime", "speed": pace}}, "--speed")
    with ended_by_signals(), options_at_fault():
        result = _run_on_console(raw, seed, pace) if is_shown else _run(raw, is_quiet=as_json)
    if page is None and not (no_page or as_json):
        page = Path("alphaforge-demo.html")
    if page is not None:
        write_page(page, result, "--report")
    report(result, as_json=as_json)
    if not as_json:
        print(_EPILOGUE.rstrip())
        if page is not None:
            print(f"\nThe report of this run, for a browser: {page.resolve()}")


def _run(raw: RawConfig, *, is_quiet: bool) -> RunResult:
    with progress_bar("demo", shown=not is_quiet) as progress:
        parts = compose(load_config(raw), raw, Registry.installed())
        return anyio.run(Node(parts, progress=progress).run)


def _run_on_console(raw: RawConfig, seed: int, speed: float | None) -> RunResult:
    tape = Tape()
    title = f"demo · seed {seed} · {speed:g}x"
    parts = compose(load_config(raw), raw, Registry.installed(), more_sinks=[("console", tape)])

    async def run() -> RunResult:
        return await run_on_console(Node(parts), tape, title=title, strategies=list(_STRATEGIES))

    return anyio.run(run)
