"""`alphaforge config show`."""

from pathlib import Path
from typing import Annotated

import typer

from alphaforge.cli.option_values import Overrides
from alphaforge.cli.output import print_json, print_table
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.show import shown_values
from alphaforge.hooks.registry import Registry


def config_show(
    config: Annotated[
        Path | None, typer.Argument(metavar="[NODE.TOML]", help="the node's configuration")
    ] = None,
    assignments: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the values as JSON")] = False,
) -> None:
    """Show every value of a configuration and where it came from.

    Secrets are masked. The plugins and strategies that the configuration names are loaded, since only
    they know which of their settings are secret.
    """
    raw = load_raw(config, assignments or [])
    loaded = load_config(raw)
    values = shown_values(loaded, raw, Registry.installed(loaded.plugins.disabled))
    if as_json:
        print_json({v.path: {"value": v.value, "origin": v.origin} for v in values})
    else:
        print_table(("key", "value", "from"), [(v.path, v.value, v.origin) for v in values])
