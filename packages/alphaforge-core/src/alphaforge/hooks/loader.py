"""Loading a plugin: import it, run its hooks, and hold what they return against its manifest.

pluggy fails open in several ways (a misspelt hook registers silently, one raising implementation
stops the rest, an `async` implementation returns a coroutine that nobody awaits). Here each plugin
has a manager of its own, and whatever is not exactly right takes that plugin, and only that plugin,
into quarantine with the reason.
"""

import contextlib
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import pluggy

from alphaforge.hooks import hookspecs
from alphaforge.hooks.discovery import FoundPlugin
from alphaforge.hooks.hookspecs import KINDS
from alphaforge.hooks.markers import PROJECT
from alphaforge.hooks.specs import Spec
from alphaforge.hooks.spelling import did_you_mean
from alphaforge.model.errors import PluginError, describe

_HOOKS = [hook for hook, _ in KINDS.values()]


class QuarantineError(PluginError):
    """A plugin cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin whose code has been run."""

    found: FoundPlugin
    specs: Mapping[str, Mapping[str, Spec]]
    """What it provides, by kind and name."""


def load_plugin(found: FoundPlugin) -> LoadedPlugin:
    """Import a plugin and run its hooks.

    Raises:
        QuarantineError: it is refused or disabled, fails to import, misspells a hook, raises in one,
            returns what a hook must not return, or breaks its manifest.
    """
    if found.state != "ok" or found.manifest is None:
        raise QuarantineError(found.reason)
    # What a plugin prints must not get into the output of a command.
    with contextlib.redirect_stdout(sys.stderr):
        module = _import(found)
        manager = _register(found, module)
        specs = {kind: _call(manager, hook, kind, spec_type) for kind, (hook, spec_type) in KINDS.items()}
    for kind, named in specs.items():
        declared = found.manifest.provides.get(kind, frozenset())
        _hold_against_manifest(kind, declared, frozenset(named))
    return LoadedPlugin(found, specs)


def _import(found: FoundPlugin) -> ModuleType:
    try:
        return import_module(found.module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even try to exit the process
        raise QuarantineError(f"importing {found.module} failed: {describe(error)}") from error


def _register(found: FoundPlugin, module: ModuleType) -> pluggy.PluginManager:
    _refuse_unmarked(module)
    _refuse_unknown(module)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=found.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        known = ", ".join(_HOOKS)
        told = " ".join(str(error).replace(repr(module), module.__name__).split())
        raise QuarantineError(f"{told}; the hooks are {known}") from error
    except Exception as error:  # a module can even make looking at it raise
        raise QuarantineError(f"registering its hooks failed: {describe(error)}") from error
    return manager


def _refuse_unmarked(module: ModuleType) -> None:
    """Refuse functions that are named like hooks and would be passed over without a word."""
    for name, value in vars(module).items():
        is_hook = name.startswith(f"{PROJECT}_") and inspect.isfunction(value)
        if is_hook and not hasattr(value, f"{PROJECT}_impl"):
            raise QuarantineError(f"{name} in {module.__name__} lacks the @hookimpl marker")


def _refuse_unknown(module: ModuleType) -> None:
    """Refuse a marked function that is named like no hook, in plainer words than those of pluggy."""
    for name, value in vars(module).items():
        marked = getattr(value, f"{PROJECT}_impl", None) if inspect.isfunction(value) else None
        hook = (marked or {}).get("specname") or name
        if marked is not None and hook not in _HOOKS:
            raise QuarantineError(
                f"unknown hook {hook!r} in {module.__name__}{did_you_mean(hook, _HOOKS)}; "
                f"the hooks are {', '.join(_HOOKS)}"
            )


def _call(manager: pluggy.PluginManager, hook: str, kind: str, spec_type: type[Spec]) -> dict[str, Spec]:
    named: dict[str, Spec] = {}
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        try:
            result = implementation.function()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even try to exit the process
            raise QuarantineError(f"{hook} raised {describe(error)}") from error
        for spec in _checked(hook, result, spec_type):
            if spec.name in named:
                raise QuarantineError(f"{hook} returned two {kind} named {spec.name!r}")
            named[spec.name] = spec
    return named


def _checked(hook: str, result: object, spec_type: type[Spec]) -> Sequence[Spec]:
    if inspect.iscoroutine(result):
        result.close()
        raise QuarantineError(f"{hook} returned a coroutine: hooks are plain functions, not async")
    if not isinstance(result, list | tuple):
        raise QuarantineError(f"{hook} returned {type(result).__name__}, not a list of specs")
    for item in result:
        if not isinstance(item, spec_type):
            raise QuarantineError(
                f"{hook} returned a {type(item).__name__} where a {spec_type.__name__} belongs"
            )
        if not isinstance(item.name, str):
            raise QuarantineError(f"{hook} returned a {spec_type.__name__} named {item.name!r}, not a text")
    return result


def _hold_against_manifest(kind: str, declared: frozenset[str], registered: frozenset[str]) -> None:
    for name in sorted(registered - declared):
        raise QuarantineError(f"it registers {kind} {name!r}, which its manifest does not declare")
    for name in sorted(declared - registered):
        raise QuarantineError(f"its manifest declares {kind} {name!r}, which it does not register")
