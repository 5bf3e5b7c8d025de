"""`alphaforge plugins doctor`."""

from typing import Annotated

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.output import print_json
from alphaforge.cli.plugin_states import plugin_states


def plugins_doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    """Load every plugin and say what is wrong. Exits with 1 where something is."""
    problems = [
        {"plugin": s.name, "distribution": s.distribution, "state": s.state, "reason": s.reason}
        for s in plugin_states(load=True)
        if s.state != "loaded"
    ]
    if as_json:
        print_json(problems)
    elif problems:
        for problem in problems:
            print("{plugin} ({distribution}): {state}: {reason}".format_map(problem))
    else:
        print("all plugins are fine")
    if problems:
        raise typer.Exit(exit_codes.ERROR)
