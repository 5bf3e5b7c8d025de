"""`alphaforge stop`."""

from alphaforge.cli.node_options import (
    AsJson,
    By,
    DataDir,
    NodeFile,
    NodeName,
    Reason,
    folder_of,
    no_answer_exits,
    person,
)
from alphaforge.cli.output import print_json, say
from alphaforge.engine.control.client import ask_once
from alphaforge.engine.control.messages import StopRequest


def stop(
    config: NodeFile = None,
    reason: Reason = "stopped by hand",
    by: By = None,
    node: NodeName = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask a running node to end as Ctrl-C would: strategies stop, orders are cancelled, sinks are written."""
    with no_answer_exits():
        request = StopRequest(by=person(by), reason=reason)
        result = ask_once(folder_of(config, node, data_dir), request).result or {}
    if as_json:
        print_json(result)
    else:
        say("it stops")
