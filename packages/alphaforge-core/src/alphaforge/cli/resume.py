"""`alphaforge resume`."""

from typing import Annotated

import typer

from alphaforge.cli.node_options import (
    AsJson,
    DataDir,
    InstrumentName,
    NodeFile,
    NodeName,
    StrategyName,
    VenueName,
    folder_of,
    scope_of,
)
from alphaforge.cli.operate import operate, print_held_back
from alphaforge.cli.output import print_json
from alphaforge.engine.control.client import NoAnswerError
from alphaforge.engine.control.latch_file import clear_latch
from alphaforge.engine.control.messages import OperateRequest
from alphaforge.engine.control.node_folder import NodeFolder


def resume(
    by: Annotated[str, typer.Option(metavar="NAME", help="who lets it go")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why that is right now")],
    config: NodeFile = None,
    strategy: StrategyName = None,
    venue: VenueName = None,
    instrument: InstrumentName = None,
    node: NodeName = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let go what was halted, reduced or killed, whether the node runs or not.

    One scope at a time: what is held back beside it stays so, and is shown.
    """
    scope = scope_of(strategy, venue, instrument)
    request = OperateRequest(state="active", scope=scope, by=by, reason=reason)
    folder = folder_of(config, node, data_dir)
    try:
        operate(folder, request, as_json=as_json)
    except NoAnswerError:
        _resume_at_rest(folder, request, as_json=as_json)


def _resume_at_rest(folder: NodeFolder, request: OperateRequest, *, as_json: bool) -> None:
    """Take the latch out of the file of a node that does not run.

    Raises:
        AlphaForgeError: a process has the node, or the file cannot be read or written.
    """
    cleared, left = clear_latch(folder, request.scope, by=request.by, reason=request.reason)
    if as_json:
        before = {"state": "active"} if cleared is None else {"state": cleared.state}
        held_back = [entry.to_json() for entry in left]
        print_json({"before": before, "now": {"state": "active"}, "held_back": held_back})
        return
    print(
        f"{request.scope}: {'active' if cleared is None else cleared.state} → active (the node does not run)"
    )
    print_held_back(left)
