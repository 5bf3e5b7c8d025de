"""Discovery: which plugins are installed and may be loaded, from metadata and manifests alone.

No plugin's code runs here. Two distributions that claim one name are both refused, since which of
them would win depends on the order of `sys.path`.
"""

import importlib.util
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, distributions, entry_points
from pathlib import Path
from typing import Literal

from alphaforge.hooks.manifest import MANIFEST_NAME, Manifest, ManifestError, read_manifest
from alphaforge.hooks.markers import PLUGIN_API, PROJECT

BUILTIN = {"core": "alphaforge.builtin", "commands": "alphaforge.cli.builtin"}
"""The plugins of core itself and their modules. Their names, and what they provide, are not for others."""

log = logging.getLogger("alphaforge.hooks")

State = Literal["ok", "disabled", "refused"]


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """An installed plugin."""

    name: str
    distribution: str
    version: str
    module: str
    manifest: Manifest | None
    state: State
    reason: str = ""
    """Why it is not ok."""


def discover(disabled: Collection[str] = ()) -> list[FoundPlugin]:
    """Find all installed plugins, by name; `disabled` are the names that the user has turned off."""
    found = [_inspect(entry, disabled) for entry in _entries()]
    found = _refuse_same_names(found)
    found = _refuse_same_claims(found)
    return sorted(found, key=lambda plugin: (plugin.name not in BUILTIN, plugin.name, plugin.distribution))


def _entries() -> Iterable[EntryPoint]:
    """The entry points of all plugins; a distribution whose metadata is damaged is left out, and named."""
    try:
        return entry_points(group=PROJECT)
    except Exception:  # one damaged distribution, of whatever project, and none can be listed at once
        return list(_readable_entries())


def _readable_entries() -> Iterator[EntryPoint]:
    seen = set()
    for distribution in distributions():
        try:
            name, entries = distribution.name, distribution.entry_points
        except Exception as error:  # whatever its files hold
            log.warning("a distribution in %s cannot be read: %s", distribution.locate_file(""), error)
            continue
        if name not in seen:
            seen.add(name)
            yield from entries.select(group=PROJECT)


def _inspect(entry: EntryPoint, disabled: Collection[str]) -> FoundPlugin:
    module = _module_of(entry)
    distribution, version = _origin_of(entry)
    plugin = FoundPlugin(
        name=entry.name,
        distribution=distribution,
        version=version,
        module=module,
        manifest=None,
        state="ok",
    )
    if not module:
        return _refuse(plugin, f"its entry point {entry.value!r} names no module")
    try:
        manifest = read_manifest(_manifest_path(entry.module))
    except ManifestError as error:
        return _refuse(plugin, str(error))
    plugin = replace(plugin, manifest=manifest)
    if manifest.name != entry.name:
        return _refuse(
            plugin,
            f"its manifest is named {manifest.name!r} and its entry point {entry.name!r}",
        )
    if not manifest.works_with(PLUGIN_API):
        return _refuse(
            plugin,
            f"it works with plugin API {manifest.api_oldest} to {manifest.api_newest}, "
            f"this AlphaForge has {PLUGIN_API}",
        )
    if entry.name in disabled:
        return replace(plugin, state="disabled", reason="disabled by the configuration")
    return plugin


def _origin_of(entry: EntryPoint) -> tuple[str, str]:
    """Name and version of its distribution, as far as its metadata tells."""
    try:
        return (entry.dist.name or "?", entry.dist.version or "?") if entry.dist else ("?", "?")
    except Exception:  # whatever the file holds
        return "?", "?"


def _module_of(entry: EntryPoint) -> str:
    """The module that an entry point names; empty where its value is none."""
    try:
        return entry.module
    except AttributeError:
        return ""


def _manifest_path(module: str) -> Path:
    """Where the manifest lies: beside the module that the entry point names. Imports nothing."""
    package, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError) as error:
        raise ManifestError(f"its package {package!r} cannot be found: {error}") from error
    if spec is None or not spec.submodule_search_locations:
        raise ManifestError(f"its package {package!r} cannot be found")
    folder = Path(next(iter(spec.submodule_search_locations)))
    return folder.joinpath(*below[:-1], MANIFEST_NAME)


def _refuse(plugin: FoundPlugin, reason: str) -> FoundPlugin:
    return replace(plugin, state="refused", reason=reason)


def _is_builtin(plugin: FoundPlugin) -> bool:
    return BUILTIN.get(plugin.name) == plugin.module


def _refuse_same_names(found: Iterable[FoundPlugin]) -> list[FoundPlugin]:
    by_name = defaultdict(list)
    for plugin in found:
        by_name[plugin.name].append(plugin)
    result = []
    for name, plugins in by_name.items():
        owners = " and ".join(sorted(f"{p.distribution} {p.version}" for p in plugins))
        for plugin in plugins:
            if name in BUILTIN and not _is_builtin(plugin):
                result.append(_refuse(plugin, f"the name {name!r} is that of a part of AlphaForge itself"))
            elif name not in BUILTIN and len(plugins) > 1:
                reason = f"the name {name!r} is used by {owners}: uninstall all but one"
                result.append(_refuse(plugin, reason))
            else:
                result.append(plugin)
    return result


def _refuse_same_claims(found: Iterable[FoundPlugin]) -> list[FoundPlugin]:
    """Refuse plugins that claim what core provides, and then those that claim what another claims too."""
    found = _refuse_clashing(found, with_core=True)
    return _refuse_clashing(found, with_core=False)


def _refuse_clashing(found: Iterable[FoundPlugin], *, with_core: bool) -> list[FoundPlugin]:
    found = list(found)
    reasons: dict[str, str] = {}
    for clash in _clashes(found):
        if not with_core or clash.keys() & BUILTIN.keys():
            reasons |= clash
    return [
        _refuse(plugin, reasons[plugin.name])
        if plugin.state == "ok" and plugin.name in reasons and not _is_builtin(plugin)
        else plugin
        for plugin in found
    ]


def _clashes(found: Iterable[FoundPlugin]) -> Iterator[dict[str, str]]:
    """Plugins that cannot be used together, with a reason for each."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for plugin in found:
        if plugin.state == "ok" and plugin.manifest is not None:
            for kind, names in plugin.manifest.provides.items():
                for name in names:
                    claims[kind, name].append(plugin.name)
    for (kind, name), owners in claims.items():
        if len(owners) > 1:
            others = {owner: ", ".join(other for other in owners if other != owner) for owner in owners}
            yield {owner: f"{kind} {name!r} is also provided by {others[owner]}" for owner in owners}
        group = name.rpartition(" ")[0]
        if kind == "commands" and (kind, group) in claims:
            reason = f"{group!r} cannot be a command and, for {name!r}, a group of commands too"
            yield dict.fromkeys([*owners, *claims[kind, group]], reason)
