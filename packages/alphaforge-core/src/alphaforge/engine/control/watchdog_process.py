"""The process that watches a live node: `python -m`, started by the node and by nobody else.

- The node says goodbye: it has ended well, and so does this.
- The node is silent for `watchdog_s`, stopped or busy: it is killed as by `alphaforge kill`, its orders are
  cancelled, and a latch keeps it from starting again before a person has looked.
- The node is dead: its orders are cancelled, and it may start again.

Silence is counted in looks, not read from a clock: a machine that was suspended, or so busy that this process
did not run either, has missed one look and not all.
"""

import json
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import anyio

from alphaforge.engine.control.latch_file import LatchEntry
from alphaforge.engine.control.node_folder import Launch, NodeFolder, leave_node, note_holder, try_lock
from alphaforge.engine.control.watchdog import GOODBYE, TICKS
from alphaforge.engine.control.without_engine import (
    Outcome,
    Prepared,
    cancel_at_venues,
    end_and_cancel,
    prepare,
)
from alphaforge.model.errors import AlphaForgeError

log = logging.getLogger("alphaforge.watchdog")

_FROZEN_WAIT_S = 3600.0
_DEAD_WAIT_S = 60.0
"""The node cannot start meanwhile; when it does, it takes back itself what is left."""
_OTHERS_FIRST_S = 0.5
"""Whoever has killed the node (`alphaforge kill`) or starts it again goes first."""
_LARGEST_READ = 4096

Verdict = Literal["well", "frozen", "dead"]


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom this process watches."""

    folder: NodeFolder
    launch: Launch
    pid: int
    after_s: float


def main() -> None:
    """Watch until the node ends, and do what is to be done then."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # of the node, which says itself when it has ended
    logging.basicConfig(level=logging.WARNING, format="watchdog: %(message)s", stream=sys.stderr)
    watched = _read_watched(sys.stdin.fileno())
    # Now, and not when the machine is in trouble: what is imported and read is in memory then.
    prepared = prepare(watched.folder, watched.launch)
    verdict = _watch(sys.stdin.fileno(), watched)
    if verdict == "frozen":
        _end_frozen(watched, lambda: prepared)
    elif verdict == "dead":
        _clear_up(watched, prepared)


def _read_watched(pipe: int) -> Watched:
    """The first line. It is read byte by byte: what follows it is breath."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(pipe, 1)
        if not byte:
            sys.exit(0)  # the node has ended before it had begun
        line += byte
    said = json.loads(line)
    config = None if said["config"] is None else Path(said["config"])
    folder = NodeFolder(Path(said["data_dir"]), said["node"])
    return Watched(folder, Launch(config, said["set"]), said["pid"], said["after_s"])


def _watch(pipe: int, watched: Watched) -> Verdict:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    silent = 0
    while silent < TICKS:
        if not poll.poll(watched.after_s / TICKS * 1e3):
            silent += 1
            continue
        heard = os.read(pipe, _LARGEST_READ)
        if GOODBYE in heard:
            return "well"
        if not heard:
            return "dead" if _has_died(watched) else "frozen"
        silent = 0
    return "frozen"


def _has_died(watched: Watched) -> bool:
    """Whether the process that has closed the pipe ends within the time that it may be silent."""
    try:
        process = os.pidfd_open(watched.pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        return bool(poll.poll(watched.after_s * 1e3))
    finally:
        os.close(process)


def _end_frozen(watched: Watched, prepared: Callable[[], Prepared]) -> None:
    reason = f"its watchdog: it was frozen for {watched.after_s:g} s"
    log.error("node %s is frozen: it is ended, and its orders are cancelled", watched.folder.node)
    entry = LatchEntry("account", None, "halted", time.time_ns(), None, reason, blocks_start=True)
    outcome = end_and_cancel(
        watched.folder,
        entry,
        prepared,
        all_orders=False,
        asked_s=time.monotonic(),
        wait_s=_FROZEN_WAIT_S,
    )
    _tell(watched, outcome)


def _clear_up(watched: Watched, prepared: Prepared) -> None:
    time.sleep(_OTHERS_FIRST_S)
    if not try_lock(watched.folder):
        log.warning("node %s has died, and somebody has taken it over", watched.folder.node)
        return
    log.error("node %s has died: its orders are cancelled", watched.folder.node)
    outcome = Outcome()
    try:
        note_holder(watched.folder, watched.launch)
    except OSError as error:
        outcome.faults.append(f"{watched.folder.lock}: {error.strerror or error}")
    try:
        cancel = partial(cancel_at_venues, all_orders=False, asked_s=time.monotonic(), wait_s=_DEAD_WAIT_S)
        outcome.figures = anyio.run(cancel, prepared)
    except AlphaForgeError as error:
        outcome.faults.append(str(error))
    finally:
        leave_node(watched.folder)
    _tell(watched, outcome)


def _tell(watched: Watched, outcome: Outcome) -> None:
    for fault in outcome.faults:
        log.error("%s", fault)
    if outcome.figures is not None:
        figures = outcome.figures
        log.error(
            "node %s: %d orders were open, %d are confirmed gone, left: %s",
            watched.folder.node,
            figures.orders_open,
            figures.confirmed,
            ", ".join(figures.unconfirmed) or "none",
        )


if __name__ == "__main__":
    main()
