"""`alphaforge init`."""

import shlex
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from alphaforge.cli.option_values import check_folder
from alphaforge.cli.output import print_json
from alphaforge.model.errors import SetupError

_FILES = ("node.toml", "strategy.py", "test_strategy.py", "README.md")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="a folder that is new, or empty", callback=check_folder)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print what was written, and what is next")] = False,
) -> None:
    """Begin a project: a strategy, its test, and a node that runs it on paper."""
    templates = files("alphaforge.cli") / "new_project"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise typer.BadParameter(f"{folder} is not empty: name a new folder")
        for name in _FILES:
            text = (templates / f"{name}.txt").read_text(encoding="utf-8")
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"init: {error.filename or folder}: {error.strerror or error}") from error
    install = ["pip install alphaforge-testkit"] if find_spec("alphaforge_testkit") is None else []
    run = f"cd {shlex.quote(str(folder))} && alphaforge backtest strategy.py --simulated 60 && pytest"
    commands = [*install, run]
    if as_json:
        print_json({"folder": str(folder), "files": _FILES, "next": commands})
    else:
        print(f"{folder} holds {', '.join(_FILES)}. Next:\n")
        print("\n".join(f"  {command}" for command in commands))
