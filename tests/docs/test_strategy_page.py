"""docs/strategies.md names every attribute of what a strategy is given, every call, and nothing else."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from alphaforge import Strategy
from alphaforge.strategies.order_entry import OrderOptions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
ORDERS = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
STUB = ast.parse((ROOT / "packages" / "alphaforge-rs" / "alphaforge_rs.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
SHOWN = (
    "Trade", "Quote", "Bar", "Book", "FeedStatus", "Order", "Fill", "Outcome", "Position", "Balance",
    "Instrument",
)  # fmt: skip
CALLS = (
    "buy", "sell", "submit", "parent", "twap", "replace", "cancel", "cancel_all", "close", "order",
    "open_orders", "subscribe_bars", "set_timer", "set_daily", "cancel_timer",
)  # fmt: skip


def names_in_table(section: str) -> list[str]:
    """What stands in backticks in the first column of a section's table, without arguments."""
    (text,) = re.findall(rf"^### {section}\n\n(.*?)\n(?=#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (`.*?) \| ", text, re.MULTILINE)
    return re.findall(r"`(\w+)[^`]*`", " ".join(cells))


def signature_of(call: str) -> str:
    """A method as it is called: `name(parameter, other=default)`."""
    function = getattr(Strategy, call)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self"
    ]
    return f"{call}{inspect.Signature(parameters)}"


@pytest.mark.parametrize("name", SHOWN)
def test_the_attributes_of_a_class_are_all_there_and_no_others(name: str) -> None:
    public = [
        node.name
        for node in CLASSES[name].body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert public
    assert sorted(names_in_table(name)) == sorted(public)


@pytest.mark.parametrize("call", CALLS)
def test_the_calls_are_shown_with_their_parameters(call: str) -> None:
    assert f"| `{signature_of(call)}` |" in PAGE


@pytest.mark.parametrize("call", ["bracket", "oco"])
def test_the_calls_for_groups_are_shown_with_their_parameters(call: str) -> None:
    assert f"| `{signature_of(call)}` |" in ORDERS


def test_every_option_of_an_order_has_its_row() -> None:
    shown = set(re.findall(r"^\| `(\w+)=", ORDERS, re.MULTILINE))
    assert shown == set(OrderOptions.__annotations__)


def test_every_callback_has_its_row() -> None:
    callbacks = [name for name in vars(Strategy) if name.startswith("on_")]
    assert callbacks
    rows = re.findall(r"^\| `(on_\w+)\(\w*\)` \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(callbacks)
