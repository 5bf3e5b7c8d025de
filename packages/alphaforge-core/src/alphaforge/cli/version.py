"""`alphaforge version`."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from alphaforge.cli.output import print_json
from alphaforge.hooks.markers import PLUGIN_API

_DISTRIBUTIONS = ("alphaforge", "alphaforge-core", "alphaforge-rs")


def version(
    as_json: Annotated[bool, typer.Option("--json", help="print the versions as JSON")] = False,
) -> None:
    """Show the versions of AlphaForge's parts."""
    versions = {name: _version(name) for name in _DISTRIBUTIONS}
    versions |= {"plugin API": str(PLUGIN_API), "Python": platform.python_version()}
    if as_json:
        print_json(versions)
        return
    for name, number in versions.items():
        print(f"{name} {number}")


def _version(distribution: str) -> str:
    try:
        return installed_version(distribution)
    except PackageNotFoundError:
        return "not installed"
