"""`alphaforge kill`."""

from collections.abc import Mapping
from typing import Annotated

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.kill_run import Done, kill_node
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
from alphaforge.engine.control.messages import KillRequest


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
    drill: Annotated[
        bool,
        typer.Option("--drill", help="rehearse it on emulators of the node's venues"),
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
    if drill:
        if config is None or scope.kind != "account" or all_orders or flatten:
            raise typer.BadParameter("--drill rehearses the kill of a whole node: give its NODE.TOML alone")
        # Sockets and emulators take a while to import.
        from alphaforge.cli.kill_drill import rehearse  # noqa: PLC0415

        done = rehearse(config, request)
    else:
        done = {"": kill_node(folder_of(config, node, data_dir), config, request)}
    _report(done, as_json=as_json)


def _report(done: Mapping[str, Done], *, as_json: bool) -> None:
    """Print the figures, by what was rehearsed; what is not confirmed ends the command with its code."""
    for each in done.values():
        for fault in each.faults:
            say(f"error: {fault}")
    if as_json:
        told = {name: each.to_json() for name, each in done.items()}
        print_json(told.get("", {"drill": told}))
    else:
        for name, each in done.items():
            print_details(({"drill": name} if name else {}) | each.shown())
    if not all(each.is_confirmed for each in done.values()):
        raise typer.Exit(exit_codes.NOT_CONFIRMED)
