"""`alphaforge status`."""

from alphaforge.cli.node_options import AsJson, DataDir, NodeFile, NodeName, folder_of, no_answer_exits
from alphaforge.cli.output import print_details, print_json
from alphaforge.engine.control.client import ask_once
from alphaforge.engine.control.latch_file import LatchEntry
from alphaforge.engine.control.messages import StatusRequest


def status(
    config: NodeFile = None, node: NodeName = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Show how a running node is: its state, what is held back, its venues, its equity."""
    with no_answer_exits():
        result = ask_once(folder_of(config, node, data_dir), StatusRequest()).result or {}
    if as_json:
        print_json(result)
        return
    venues = {True: "connected", False: "not connected"}
    shown = result | {
        "latches": [str(LatchEntry(**entry)) for entry in result["latches"]],
        "venues": [f"{name}: {venues[is_connected]}" for name, is_connected in result["venues"].items()],
    }
    print_details(shown)
