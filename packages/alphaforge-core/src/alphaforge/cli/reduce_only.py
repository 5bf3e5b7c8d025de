"""`alphaforge reduce-only`."""

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
    no_answer_exits,
    person,
    scope_of,
)
from alphaforge.cli.operate import operate
from alphaforge.engine.control.messages import OperateRequest


def reduce_only(
    config: NodeFile = None,
    strategy: StrategyName = None,
    venue: VenueName = None,
    instrument: InstrumentName = None,
    reason: Reason = "reduced by hand",
    by: By = None,
    node: NodeName = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a running node, or a part of it, do nothing but shrink positions.

    It stays so, over restarts too, until a person resumes it. What is halted is let go so far: give --by.
    """
    request = OperateRequest(
        state="reducing", scope=scope_of(strategy, venue, instrument), by=person(by), reason=reason
    )
    with no_answer_exits():
        operate(folder_of(config, node, data_dir), request, as_json=as_json)
