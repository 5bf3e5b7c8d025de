"""A kill from the command line: by the node itself, or without it."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from alphaforge.cli.output import say
from alphaforge.engine.control.client import NoAnswerError, ask
from alphaforge.engine.control.latch_file import LatchEntry
from alphaforge.engine.control.messages import KillRequest
from alphaforge.engine.control.node_folder import Launch, NodeFolder, read_holder

_ANSWER_AFTER_WAIT_S = 10.0
"""How much longer than it waits for the venues the node may take for its last word."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a kill has come to."""

    figures: dict[str, Any]
    """Empty where the venues could not be asked."""
    by_engine: bool
    killed: list[int]
    faults: list[str]

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left to be done."""
        return bool(self.figures) and self.figures["confirmed_ms"] is not None and not self.faults

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        about = {"ok": self.is_confirmed, "by_engine": self.by_engine, "killed": self.killed}
        return {**about, **self.figures, "faults": self.faults}

    def shown(self) -> dict[str, object]:
        """For people."""
        figures = self.figures
        shown: dict[str, object] = {} if self.by_engine else {"processes killed": self.killed}
        if figures:
            shown["orders open"] = figures["orders_open"]
            shown["cancels written"] = f"{figures['cancels_written']}{_within(figures['written_ms'])}"
            shown["confirmed"] = f"{figures['confirmed']}{_within(figures['confirmed_ms'])}"
            shown["unconfirmed"] = figures["unconfirmed"]
        if "others" in figures:
            shown["orders of others"] = (
                f"{figures['others']['confirmed']} of {figures['others']['orders_open']}"
            )
        return shown


def kill_node(folder: NodeFolder, config: Path | None, request: KillRequest) -> Done:
    """Ask the node; where it does not answer, do it without.

    Raises:
        RefusedError: the node has refused the request.
    """
    asked_s = time.monotonic()
    try:
        return _by_engine(folder, request)
    except NoAnswerError as error:
        say(f"{error}; it is done without the node")
        return _without_engine(folder, config, request, asked_s)


def _by_engine(folder: NodeFolder, request: KillRequest) -> Done:
    """Ask the running node.

    Raises:
        NoAnswerError: it does not run, or does not answer.
        RefusedError: it has refused the request.
    """
    figures: dict[str, Any] = {}
    for answer in ask(folder, request, more_s=request.wait_s + _ANSWER_AFTER_WAIT_S):
        figures = answer.result or {}
    faults = []
    if (latch_fault := figures.pop("latch_fault")) is not None:
        faults.append(f"{latch_fault}: a restart would trade")
    others = figures.pop("others")
    if others is not None and others["confirmed_ms"] is None:
        faults.append(f"orders of others may be open yet: {', '.join(others['unconfirmed']) or 'not known'}")
    faults += [f"not closed: {position}" for position in figures.pop("positions_left")]
    told = figures | ({} if others is None else {"others": others})
    return Done(told, by_engine=True, killed=[], faults=faults)


def _without_engine(folder: NodeFolder, config: Path | None, request: KillRequest, asked_s: float) -> Done:
    # Sockets and venues take a while to import.
    from alphaforge.engine.control.without_engine import end_and_cancel, prepare  # noqa: PLC0415

    holder = read_holder(folder)
    launch = Launch() if holder is None else holder.launch
    if config is not None and (launch.config is None or config.absolute() != launch.config):
        launch = Launch(config)
    scope = request.scope
    entry = LatchEntry(
        scope.kind,
        scope.name,
        "halted",
        time.time_ns(),
        request.by,
        request.reason,
        blocks_start=scope.kind == "account",
    )
    outcome = end_and_cancel(
        folder,
        entry,
        partial(prepare, folder, launch),
        all_orders=request.all_orders,
        asked_s=asked_s,
        wait_s=request.wait_s,
    )
    faults = outcome.faults
    if request.flatten:
        faults.append("positions are not closed without the node: close them at the venue")
    told = {} if outcome.figures is None else outcome.figures.to_json()
    return Done(told, by_engine=False, killed=list(outcome.killed), faults=faults)


def _within(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f", after {milliseconds:.1f} ms"
