"""How commands print: JSON for programs, tables for people."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

ReportProgress = Callable[[int, int], None]
"""Told how much is done, and how much there is."""


def print_json(data: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(data, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; long cells are wrapped, never cut."""
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    # A pipe has no width; nothing should be folded there.
    Console(width=None if sys.stdout.isatty() else 240).print(table)


def say(text: str) -> None:
    """Print a line for people, beside the output of the command."""
    print(text, file=sys.stderr)


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[ReportProgress | None]:
    """A progress bar on the terminal, if there is one; gives the function that moves it."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
