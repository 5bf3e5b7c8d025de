"""`alphaforge run`."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.confirm_live import confirm_live
from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import Overrides, ReportPage
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report, write_page
from alphaforge.cli.until_told import run_until_told
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.node_config import NodeConfig
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry


def run(
    config: Annotated[Path, typer.Argument(metavar="NODE.TOML", help="the node's configuration")],
    assignments: Overrides = None,
    confirmed: Annotated[
        bool, typer.Option("--confirm-live", help="send real orders, where node.mode is live")
    ] = False,
    page: ReportPage = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Run a node until its feed ends or it is told to stop.

    It trades on paper, unless its mode is live. Ctrl-C, SIGTERM and SIGHUP end it as the end of its feed
    would; a second one ends the process at once.
    """
    raw = load_raw(config, assignments or [])
    loaded = load_config(raw)
    confirm_live(loaded, is_confirmed=confirmed)
    with ended_by_signals():
        result = _run(loaded, raw, is_quiet=as_json)
    if page is not None:
        write_page(page, result, "--report")
    report(result, as_json=as_json)


def _run(config: NodeConfig, raw: RawConfig, *, is_quiet: bool) -> RunResult:
    registry = Registry.installed(config.plugins.disabled)
    if config.feed.source == "live":
        # Sockets take a while to import.
        from alphaforge.cli.live_run import run_live  # noqa: PLC0415

        return anyio.run(run_live, config, raw, registry)
    parts = compose(config, raw, registry)
    with progress_bar(config.node.name, shown=not is_quiet) as progress:
        return anyio.run(run_until_told, Node(parts, progress=progress))
