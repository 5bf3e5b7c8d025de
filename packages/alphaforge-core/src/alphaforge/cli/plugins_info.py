"""`alphaforge plugins info`."""

from typing import Annotated

import typer

from alphaforge.cli.output import print_details, print_json
from alphaforge.hooks.discovery import FoundPlugin, discover
from alphaforge.model.errors import PluginError


def plugins_info(
    name: Annotated[str, typer.Argument(help="the plugin's name")],
    as_json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
) -> None:
    """Show what a plugin says of itself. It is read from its manifest; none of its code is run."""
    installed = discover()
    found = [plugin for plugin in installed if plugin.name == name]
    if not found:
        known = ", ".join(plugin.name for plugin in installed)
        raise PluginError(f"there is no plugin {name!r}; installed: {known}")
    described = [_described(plugin) for plugin in found]
    if as_json:
        print_json(described[0] if len(described) == 1 else described)
        return
    for description in described:
        print_details(description)


def _described(plugin: FoundPlugin) -> dict[str, object]:
    description: dict[str, object] = {
        "name": plugin.name,
        "distribution": f"{plugin.distribution} {plugin.version}",
        "module": plugin.module,
        "state": plugin.state,
        "reason": plugin.reason,
    }
    manifest = plugin.manifest
    if manifest is not None:
        description |= {
            "summary": manifest.summary,
            "api": [manifest.api_oldest, manifest.api_newest],
            "capabilities": list(manifest.capabilities),
            "secrets": list(manifest.secrets),
        }
        description |= {kind: sorted(manifest.provides[kind]) for kind in manifest.kinds()}
    return description
