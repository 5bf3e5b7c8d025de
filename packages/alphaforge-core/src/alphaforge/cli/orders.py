"""`alphaforge orders`."""

from alphaforge.cli.node_options import AsJson, DataDir, NodeFile, NodeName, folder_of, no_answer_exits
from alphaforge.cli.output import print_json, print_table
from alphaforge.engine.control.client import ask_once
from alphaforge.engine.control.messages import OrdersRequest

_COLUMNS = (
    "client_order_id",
    "strategy",
    "instrument",
    "side",
    "kind",
    "price",
    "quantity",
    "filled",
    "state",
)


def orders(
    config: NodeFile = None, node: NodeName = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Show the orders of a running node that may still trade."""
    with no_answer_exits():
        result = ask_once(folder_of(config, node, data_dir), OrdersRequest()).result or {}
    if as_json:
        print_json(result)
        return
    print_table(_COLUMNS, [[_cell(order[column]) for column in _COLUMNS] for order in result["orders"]])


def _cell(value: object) -> object:
    return "" if value is None else value
