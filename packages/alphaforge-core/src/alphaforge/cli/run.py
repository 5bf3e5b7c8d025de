"""`alphaforge run`."""

import logging
import signal
from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import Overrides
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import compose
from alphaforge.engine.inbox import StopRequest
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.engine.supervisor import first_error
from alphaforge.hooks.registry import Registry

log = logging.getLogger("alphaforge.cli")


def run(
    config: Annotated[Path, typer.Argument(metavar="NODE.TOML", help="the node's configuration")],
    assignments: Overrides = None,
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
            result = anyio.run(_run_until_told, Node(parts, progress=progress))
    report(result, as_json=as_json)


async def _run_until_told(node: Node) -> RunResult:
    """Run a node; a signal to end asks it to stop, and it drains as at the end of its feed."""
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_ask_to_stop_on_signal, node)
            result = await node.run()
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    return result


async def _ask_to_stop_on_signal(node: Node) -> None:
    with anyio.open_signal_receiver(*_stop_signals()) as signals:
        async for received in signals:
            log.warning("stopping after %s; a second one ends the process at once", received.name)
            node.inbox.put(StopRequest(f"received {received.name}"))
            break
    # Whatever hangs then, a sink for example, the next signal gets past it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stop_signals() -> list[signal.Signals]:
    """The signals that ask to stop, without SIGHUP where `nohup` has said that it is not to count."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
