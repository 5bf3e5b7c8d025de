"""The built-in commands as a plugin, registered through the public hook."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from alphaforge.hooks.markers import hookimpl
from alphaforge.hooks.specs import CommandSpec

_COMMANDS = (
    "backtest",
    "run",
    "check",
    "status",
    "orders",
    "positions",
    "halt",
    "reduce-only",
    "resume",
    "kill",
    "stop",
    "demo",
    "emulate",
    "init",
    "instruments",
    "record",
    "data fetch",
    "config show",
    "plugins list",
    "plugins info",
    "plugins doctor",
    "version",
)


@hookimpl
def alphaforge_commands() -> Sequence[CommandSpec]:
    """The commands; each lives in a file of its own, which is imported when it is invoked."""
    return [CommandSpec(name, load=partial(_load, _module_of(name))) for name in _COMMANDS]


def _module_of(command: str) -> str:
    return command.replace(" ", "_").replace("-", "_")


def _load(name: str) -> Callable[..., object]:
    command: Callable[..., object] = getattr(import_module(f"alphaforge.cli.{name}"), name)
    return command
