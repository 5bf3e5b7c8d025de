"""The live console of a node: redrawn beside it, from what its views and its records tell."""

import logging
import sys
import time
from collections.abc import Sequence
from typing import TextIO

import anyio
import anyio.to_thread
from rich.console import Console

from alphaforge.cli.console.frame import Frames
from alphaforge.cli.console.screen import Screen, taken_over
from alphaforge.cli.console.tape import Tape, logging_to
from alphaforge.cli.until_told import run_until_told
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.engine.snapshot import NodeSnapshot

_INTERVAL_S = 0.1
_DEPTH = 40

log = logging.getLogger("alphaforge.cli")


def can_be_shown(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can be drawn on."""
    is_utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
    return stream.isatty() and is_utf8 and not Console(file=stream).is_dumb_terminal


async def run_on_console(node: Node, tape: Tape, *, title: str, strategies: Sequence[str]) -> RunResult:
    """Run a node and show it on standard output, until its feed ends or a signal asks it to stop.

    The node must have `tape` as a sink. The terminal is as it was before when this returns.
    """
    found = Console(file=sys.stdout)
    frames = Frames(title, strategies, None if found.no_color else found.color_system)
    with logging_to(tape), taken_over(sys.stdout) as screen:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_redraw, node, tape, frames, screen)
            result = await run_until_told(node)
            tasks.cancel_scope.cancel()
    return result


async def _redraw(node: Node, tape: Tape, frames: Frames, screen: Screen) -> None:
    """Draw ten times a second. A terminal that takes nothing holds up the drawing only, not the node."""

    def draw(snapshot: NodeSnapshot) -> None:
        size = screen.size()
        screen.draw(frames.lines(snapshot, tape.told(), size), size)

    while True:
        began = time.monotonic()
        await anyio.to_thread.run_sync(draw, node.snapshot(depth=_DEPTH), abandon_on_cancel=True)
        await anyio.sleep(max(began + _INTERVAL_S - time.monotonic(), 0.0))
