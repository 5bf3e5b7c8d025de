"""Changing who may trade: what `halt`, `reduce-only` and `resume` have in common."""

from alphaforge.cli.output import print_json, say
from alphaforge.engine.control.client import ask_once
from alphaforge.engine.control.latch_file import LatchEntry
from alphaforge.engine.control.messages import OperateRequest
from alphaforge.engine.control.node_folder import NodeFolder


def operate(folder: NodeFolder, request: OperateRequest, *, as_json: bool) -> None:
    """Ask a running node, and print what was and what is.

    Raises:
        NoAnswerError: it does not run, or does not answer.
        RefusedError: it has refused.
    """
    result = ask_once(folder, request).result or {}
    if result["latch_fault"] is not None:
        say(f"warning: {result['latch_fault']}: a restart would not know of this")
    if as_json:
        print_json(result)
        return
    print(f"{request.scope}: {result['before']['state']} → {result['now']['state']}")
    print_held_back([LatchEntry(**entry) for entry in result["held_back"]])
    for name in result["silent"]:
        say(f"warning: strategy {name} has raised: it hears nothing more until the node starts again")


def print_held_back(entries: list[LatchEntry]) -> None:
    """Print what is still held back."""
    for entry in entries:
        print(f"held back: {entry}")
