"""`alphaforge run`."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import Overrides, ReportPage
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report, write_page
from alphaforge.cli.until_told import run_until_told
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.hooks.registry import Registry


def run(
    config: Annotated[Path, typer.Argument(metavar="NODE.TOML", help="the node's configuration")],
    assignments: Overrides = None,
    page: ReportPage = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Run a node on paper, until its feed ends or it is told to stop.

    Ctrl-C, SIGTERM and SIGHUP end it as the end of its feed would; a second one ends the process at once.
    """
    raw = load_raw(config, assignments or [])
    loaded = load_config(raw)
    with ended_by_signals():
        parts = compose(loaded, raw, Registry.installed(loaded.plugins.disabled))
        with progress_bar(loaded.node.name, shown=not as_json) as progress:
            result = anyio.run(run_until_told, Node(parts, progress=progress))
    if page is not None:
        write_page(page, result, "--report")
    report(result, as_json=as_json)
