"""Checks that every plugin can run on itself."""

from alphaforge.hooks.discovery import discover
from alphaforge.hooks.loader import LoadedPlugin, QuarantineError, load_plugin


def load_installed_plugin(name: str) -> LoadedPlugin:
    """Load an installed plugin as a node would, through its entry point and against its manifest.

    Raises:
        AssertionError: it is not installed, is refused, or is quarantined; the text says why.
    """
    installed = discover()
    found = [plugin for plugin in installed if plugin.name == name]
    names = ", ".join(plugin.name for plugin in installed)
    if not found:
        raise AssertionError(f"plugin {name!r} is not installed; installed: {names}")
    try:
        return load_plugin(found[0])
    except QuarantineError as error:
        raise AssertionError(f"plugin {name!r} cannot be used: {error}") from error
