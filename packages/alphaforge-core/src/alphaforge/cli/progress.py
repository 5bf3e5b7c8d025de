"""The progress bar of the commands that run a node."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress
from rich.console import Console

from alphaforge.engine.node import Progress


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Progress | None]:
    """A progress bar on the terminal, if there is one; gives the function that moves it."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    bar = progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TextColumn("{task.percentage:>3.0f}%"),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
