"""`alphaforge plugins list`."""

from typing import Annotated

import typer

from alphaforge.cli.output import print_json, print_table
from alphaforge.cli.plugin_states import PluginState, plugin_states
from alphaforge.hooks.registry import Registry


def plugins_list(
    load: Annotated[
        bool, typer.Option("--load", help="import every plugin and show which are quarantined")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the plugins as JSON")] = False,
) -> None:
    """List the installed plugins. Without --load no plugin's code is run."""
    states = plugin_states(Registry.installed(), load=load)
    if as_json:
        print_json([_json(state) for state in states])
        return
    print_table(
        ("name", "version", "provides", "API", "state", "reason"),
        [(s.name, s.version, ", ".join(s.kinds) or "-", s.api or "-", s.state, s.reason) for s in states],
    )


def _json(state: PluginState) -> dict[str, object]:
    return {
        "name": state.name,
        "version": state.version,
        "distribution": state.distribution,
        "kinds": state.kinds,
        "api": state.api,
        "state": state.state,
        "reason": state.reason,
    }
