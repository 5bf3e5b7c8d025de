"""`alphaforge kill`."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.node_options import (
    AsJson,
    By,
    DataDir,
    InstrumentName,
    NodeFile,
    NodeName,
    Reason,
    StrategyName,
    VenueName,
    folder_of,
    person,
    scope_of,
)
from alphaforge.cli.output import print_details, print_json, say
from alphaforge.engine.control.client import NoAnswerError, ask
from alphaforge.engine.control.latch_file import LatchEntry
from alphaforge.engine.control.messages import KillRequest
from alphaforge.engine.control.node_folder import Launch, NodeFolder, read_holder

_ANSWER_AFTER_WAIT_S = 10.0
"""How much longer than it waits for the venues the node may take for its last word."""


def kill(
    config: NodeFile = None,
    strategy: StrategyName = None,
    venue: VenueName = None,
    instrument: InstrumentName = None,
    whole: Annotated[bool, typer.Option("--all", help="the whole node, which is the default")] = False,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="then close the positions, which only a running node can")
    ] = False,
    all_orders: Annotated[
        bool, typer.Option("--all-orders", help="cancel orders of people and other programs there too")
    ] = False,
    wait_s: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", help="for the venues' confirmation", min=1, max=3600)
    ] = 30.0,
    reason: Reason = "killed by hand",
    by: By = None,
    node: NodeName = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Stop a node, or a part of it, now: nothing new leaves, and what is open is cancelled until it is gone.

    Where the node does not answer within a second, its process is killed, and the orders are cancelled at the
    venues without it. It does not start again, or that part of it is halted, until a person resumes it.
    """
    asked_s = time.monotonic()
    scope = scope_of(strategy, venue, instrument)
    if whole and scope.kind != "account":
        raise typer.BadParameter("--all: the whole node, or a part of it")
    request = KillRequest(
        scope=scope,
        by=person(by),
        reason=reason,
        all_orders=all_orders,
        flatten=flatten,
        wait_s=wait_s,
    )
    folder = folder_of(config, node, data_dir)
    try:
        done = _by_engine(folder, request)
    except NoAnswerError as error:
        say(f"{error}; it is done without the node")
        done = _without_engine(folder, config, request, asked_s)
    _report(done, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Done:
    """What a kill has come to."""

    figures: dict[str, Any]
    """Empty where the venues could not be asked."""
    by_engine: bool
    killed: list[int]
    faults: list[str]


def _by_engine(folder: NodeFolder, request: KillRequest) -> _Done:
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
    return _Done(told, by_engine=True, killed=[], faults=faults)


def _without_engine(folder: NodeFolder, config: Path | None, request: KillRequest, asked_s: float) -> _Done:
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
    return _Done(told, by_engine=False, killed=list(outcome.killed), faults=faults)


def _report(done: _Done, *, as_json: bool) -> None:
    """Print the figures; what is not confirmed ends the command with its code."""
    for fault in done.faults:
        say(f"error: {fault}")
    is_confirmed = bool(done.figures) and done.figures["confirmed_ms"] is not None and not done.faults
    if as_json:
        print_json(
            {
                "ok": is_confirmed,
                "by_engine": done.by_engine,
                "killed": done.killed,
                **done.figures,
                "faults": done.faults,
            }
        )
    elif done.figures:
        print_details(_shown(done))
    if not is_confirmed:
        raise typer.Exit(exit_codes.NOT_CONFIRMED)


def _shown(done: _Done) -> dict[str, object]:
    figures = done.figures
    shown: dict[str, object] = {} if done.by_engine else {"processes killed": done.killed}
    shown["orders open"] = figures["orders_open"]
    shown["cancels written"] = f"{figures['cancels_written']}{_within(figures['written_ms'])}"
    shown["confirmed"] = f"{figures['confirmed']}{_within(figures['confirmed_ms'])}"
    shown["unconfirmed"] = figures["unconfirmed"]
    if "others" in figures:
        shown["orders of others"] = f"{figures['others']['confirmed']} of {figures['others']['orders_open']}"
    return shown


def _within(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f", after {milliseconds:.1f} ms"
