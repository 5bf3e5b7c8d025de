"""`alphaforge plugins doctor`."""

from collections.abc import Iterator
from typing import Annotated

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.output import print_json
from alphaforge.cli.plugin_states import PluginState, plugin_states
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import AlphaForgeError
from alphaforge.strategies.loading import load_strategy_class


def plugins_doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    """Load every plugin, and every strategy, and say what is wrong. Exits with 1 where something is."""
    registry = Registry.installed()
    problems = [
        {"plugin": s.name, "distribution": s.distribution, "state": s.state, "reason": reason}
        for s in plugin_states(registry, load=True)
        for reason in _faults(s, registry)
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


def _faults(state: PluginState, registry: Registry) -> Iterator[str]:
    """What is wrong with a plugin; of one that could be loaded, what is wrong with its strategies."""
    if state.state != "loaded":
        yield state.reason
        return
    for name in state.strategies:
        try:
            load_strategy_class(name, registry)
        except AlphaForgeError as error:
            yield str(error)
