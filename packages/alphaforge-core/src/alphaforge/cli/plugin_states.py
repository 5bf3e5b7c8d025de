"""The states of installed plugins, with or without running their code."""

from dataclasses import dataclass

from alphaforge.hooks.discovery import FoundPlugin
from alphaforge.hooks.loader import QuarantineError
from alphaforge.hooks.registry import Registry


@dataclass(frozen=True, slots=True)
class PluginState:
    """A plugin as lists show it."""

    name: str
    version: str
    distribution: str
    kinds: list[str]
    strategies: list[str]
    """The names of the strategies that it declares."""
    api: str | None
    """The plugin interfaces it works with, such as `1` or `1-2`."""
    state: str
    """`ok` or `refused`; after loading `loaded`, `quarantined` or `refused`."""
    reason: str


def plugin_states(registry: Registry, *, load: bool) -> list[PluginState]:
    """All installed plugins, by name; `load` imports those that may be imported."""
    return [_state(plugin, registry, load=load) for plugin in registry.plugins]


def _state(plugin: FoundPlugin, registry: Registry, *, load: bool) -> PluginState:
    state, reason = str(plugin.state), plugin.reason
    if load and plugin.state == "ok":
        try:
            registry.load(plugin)
            state = "loaded"
        except QuarantineError as error:
            state, reason = "quarantined", str(error)
    manifest = plugin.manifest
    return PluginState(
        name=plugin.name,
        version=plugin.version,
        distribution=plugin.distribution,
        kinds=manifest.kinds() if manifest else [],
        strategies=sorted(manifest.provides.get("strategies", ())) if manifest else [],
        api=_api(manifest.api_oldest, manifest.api_newest) if manifest else None,
        state=state,
        reason=reason,
    )


def _api(oldest: int, newest: int) -> str:
    return str(oldest) if oldest == newest else f"{oldest}-{newest}"
