"""`alphaforge halt`."""

from typing import Annotated

import typer

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


def halt(
    config: NodeFile = None,
    strategy: StrategyName = None,
    venue: VenueName = None,
    instrument: InstrumentName = None,
    leave_orders: Annotated[
        bool, typer.Option("--leave-orders", help="do not cancel what is open there")
    ] = False,
    reason: Reason = "halted by hand",
    by: By = None,
    node: NodeName = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Halt a running node, or a part of it: nothing new leaves, and what is open is cancelled.

    It stays so, over restarts too, until a person resumes it. Where it does not answer: alphaforge kill.
    """
    request = OperateRequest(
        state="halted",
        scope=scope_of(strategy, venue, instrument),
        by=person(by),
        reason=reason,
        cancel_orders=not leave_orders,
    )
    with no_answer_exits():
        operate(folder_of(config, node, data_dir), request, as_json=as_json)
