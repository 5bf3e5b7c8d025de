"""`alphaforge positions`."""

from alphaforge.cli.node_options import AsJson, DataDir, NodeFile, NodeName, folder_of, no_answer_exits
from alphaforge.cli.output import print_json, print_table
from alphaforge.engine.control.client import ask_once
from alphaforge.engine.control.messages import PositionsRequest

_COLUMNS = ("strategy", "instrument", "quantity", "average_price", "realised", "unrealised")


def positions(
    config: NodeFile = None, node: NodeName = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Show the positions of a running node, by strategy and instrument."""
    with no_answer_exits():
        result = ask_once(folder_of(config, node, data_dir), PositionsRequest()).result or {}
    if as_json:
        print_json(result)
        return
    print_table(_COLUMNS, [[_cell(each[column]) for column in _COLUMNS] for each in result["positions"]])


def _cell(value: object) -> object:
    return "unknown" if value is None else value
