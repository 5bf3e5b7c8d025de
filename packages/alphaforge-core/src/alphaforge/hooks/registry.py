"""The registry: finds what a name stands for, and loads the plugin that provides it, no other."""

from collections.abc import Collection, Iterable
from typing import TypeAlias, TypeVar

from alphaforge.hooks.discovery import FoundPlugin, discover
from alphaforge.hooks.hookspecs import KINDS
from alphaforge.hooks.loader import LoadedPlugin, QuarantineError, load_plugin
from alphaforge.hooks.specs import (
    CommandSpec,
    EmulatorSpec,
    FillModelSpec,
    MonitorSpec,
    ReaderSpec,
    RiskRuleSpec,
    SinkSpec,
    StrategySpec,
    VenueSpec,
)
from alphaforge.model.errors import PluginError

S = TypeVar(
    "S",
    VenueSpec,
    ReaderSpec,
    StrategySpec,
    RiskRuleSpec,
    FillModelSpec,
    EmulatorSpec,
    SinkSpec,
    MonitorSpec,
    CommandSpec,
)

_Key: TypeAlias = tuple[str, str]
"""A plugin by its name and its distribution; of two with one name both may be there."""


class Registry:
    """The installed plugins of a process. Each is loaded when something of it is first needed."""

    def __init__(self, plugins: Iterable[FoundPlugin]) -> None:
        self.plugins = list(plugins)
        self._loaded: dict[_Key, LoadedPlugin] = {}
        self._quarantined: dict[_Key, str] = {}

    @classmethod
    def installed(cls, disabled: Collection[str] = ()) -> "Registry":
        """The registry of everything that is installed, but for the disabled plugins."""
        return cls(discover(disabled))

    def names(self, spec_type: type[object]) -> list[str]:
        """The names of this kind that plugins declare."""
        kind = _kind_of(spec_type)
        return sorted(
            name
            for plugin in self.plugins
            if plugin.state == "ok" and plugin.manifest is not None
            for name in plugin.manifest.provides.get(kind, ())
        )

    def get(self, spec_type: type[S], name: str) -> S:
        """Find a spec by name, loading its plugin if need be.

        Raises:
            PluginError: no plugin provides it, or the one that does is in quarantine.
        """
        kind = _kind_of(spec_type)
        # A plugin that is disabled or refused does not stand in the way of another with the same name.
        for plugin in sorted(self.plugins, key=lambda plugin: plugin.state != "ok"):
            if not _declares(plugin, kind, name):
                continue
            try:
                spec = self.load(plugin).specs[kind][name]
            except QuarantineError as error:
                raise PluginError(
                    f"{kind} {name!r}: plugin {plugin.name!r} ({plugin.distribution} "
                    f"{plugin.version}) cannot be used: {error}"
                ) from error
            if isinstance(spec, spec_type):
                return spec
        known = ", ".join(self.names(spec_type)) or "none"
        raise PluginError(
            f"{kind} {name!r} is not provided by any installed plugin (there is: {known}); "
            "see `alphaforge plugins list`"
        )

    def secrets_asked(self, spec_type: type[object], name: str) -> tuple[str, ...]:
        """The secrets that the plugin of this name asks for, as its manifest says."""
        kind = _kind_of(spec_type)
        for plugin in self.plugins:
            if plugin.state == "ok" and plugin.manifest is not None and _declares(plugin, kind, name):
                return plugin.manifest.secrets
        return ()

    def all(self, spec_type: type[S]) -> list[S]:
        """Every usable spec of a kind. Plugins that cannot be used are left out; `unusable` names them."""
        found = []
        for name in self.names(spec_type):
            try:
                found.append(self.get(spec_type, name))
            except PluginError:
                # `load` has noted the reason, and `unusable` tells it.
                continue
        return found

    def load(self, plugin: FoundPlugin) -> LoadedPlugin:
        """Load a plugin, once.

        Raises:
            QuarantineError: it cannot be used.
        """
        key = _key_of(plugin)
        if key in self._quarantined:
            raise QuarantineError(self._quarantined[key])
        if key not in self._loaded:
            try:
                self._loaded[key] = load_plugin(plugin)
            except QuarantineError as error:
                self._quarantined[key] = str(error)
                raise
        return self._loaded[key]

    def unusable(self, spec_type: type[object]) -> dict[str, str]:
        """Plugins that declare something of this kind and cannot be used, and why, as far as is known."""
        kind = _kind_of(spec_type)
        reasons = {
            plugin.name: self._quarantined.get(_key_of(plugin), plugin.reason)
            for plugin in self.plugins
            if plugin.manifest is not None and plugin.manifest.provides.get(kind)
        }
        return {name: reason for name, reason in reasons.items() if reason}


def _key_of(plugin: FoundPlugin) -> _Key:
    return plugin.name, plugin.distribution


def _declares(plugin: FoundPlugin, kind: str, name: str) -> bool:
    return plugin.manifest is not None and name in plugin.manifest.provides.get(kind, ())


def _kind_of(spec_type: type[object]) -> str:
    for kind, (_, kind_type) in KINDS.items():
        if kind_type is spec_type:
            return kind
    raise TypeError(f"{spec_type.__name__} is not what a hook returns")
