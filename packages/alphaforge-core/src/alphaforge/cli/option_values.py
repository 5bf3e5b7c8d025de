"""Values of options: what is wrong with them is told as the command line tells all of its own faults."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from alphaforge.config.layers import read_override
from alphaforge.model.errors import ConfigError


@contextmanager
def options_at_fault() -> Iterator[None]:
    """Tell faults of the configuration whose origin is an option as faults of the command line."""
    try:
        yield
    except ConfigError as error:
        # A fault begins with its origin. All else, such as a plugin that fails, is no fault of an option.
        if not str(error).startswith("--"):
            raise
        raise typer.BadParameter(str(error)) from error


def parse_assignments(texts: Sequence[str] | None) -> dict[str, str]:
    """Values by name, of `name=value` texts.

    Raises:
        BadParameter: one has no `=`, or a name comes twice.
    """
    values: dict[str, str] = {}
    for text in texts or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"{text!r}: write name=value")
        if name in values:
            raise typer.BadParameter(f"{name}: given twice")
        values[name] = value
    return values


def check_assignments(texts: list[str] | None) -> list[str] | None:
    """Refuse texts that are not `name=value`; for options."""
    parse_assignments(texts)
    return texts


def check_folder(path: Path | None) -> Path | None:
    """Refuse what is there and is no folder; for options."""
    if path is not None and path.exists() and not path.is_dir():
        raise typer.BadParameter(f"{path} is a file: name a folder")
    return path


def _check_page(path: Path | None) -> Path | None:
    if path is not None and path.is_dir():
        raise typer.BadParameter(f"{path} is a folder: name a file, such as report.html")
    return path


ReportPage: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FILE.html", help="write the report as a page of its own", callback=_check_page
    ),
]
"""The option `--report` of the commands that run a node."""


def _check_overrides(texts: list[str] | None) -> list[str] | None:
    with options_at_fault():
        for text in texts or ():
            read_override(text)
    return texts


Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="SECTION.KEY=VALUE", help="a value over the file's", callback=_check_overrides
    ),
]
"""The option `--set` of the commands that take a configuration."""
