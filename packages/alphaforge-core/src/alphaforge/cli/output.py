"""How commands print: JSON for programs, tables for people."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alphaforge.model.redaction import redacted


def print_json(data: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(data, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; long cells are wrapped, never cut."""
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # As Text, since a plain str would be read as markup: names and messages may hold brackets. A secret
        # that is folded would not be known any more.
        table.add_row(*(Text(redacted(str(cell))) for cell in row))
    # A pipe has no width; nothing should be folded there.
    Console(width=None if sys.stdout.isatty() else 240).print(table)


def print_details(details: Mapping[str, object]) -> None:
    """Print what is known of one thing, a line for each key."""
    print_table(("", ""), [(key, _joined(value)) for key, value in details.items()])


def _joined(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)


def say(text: str) -> None:
    """Print a line for people, beside the output of the command."""
    print(text, file=sys.stderr)
