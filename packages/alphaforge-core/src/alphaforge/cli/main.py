"""The entry point: finds the invoked command among all plugins, imports its owner only, and runs it."""

import inspect
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import typer
from rich.markup import escape

from alphaforge.cli import exit_codes
from alphaforge.cli.global_options import EPILOG, LogLevelError, log_to_stderr, read_global_options
from alphaforge.cli.streams import end_output, open_streams
from alphaforge.hooks.discovery import discover
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import CommandSpec
from alphaforge.model.errors import AlphaForgeError, PluginError, describe, place_of


def main() -> None:
    """Run the command line of this process."""
    debug = "--debug" in sys.argv
    try:
        open_streams()
        options = read_global_options(sys.argv[1:])
        log_to_stderr(options.level)
        application(options.arguments)(options.arguments)
    except AlphaForgeError as error:
        if debug:
            raise
        _fail(str(error), exit_codes.USAGE if isinstance(error, LogLevelError) else exit_codes.ERROR)
    except Exception as error:  # a plugin's command can raise anything, and a bug of ours can too
        if debug:
            raise
        _fail(f"{describe(error)} ({place_of(error)}); run it with --debug to see more")
    except KeyboardInterrupt:  # before the command could take care of it
        _fail("ended by SIGINT before it was done", exit_codes.SIGNALLED + signal.SIGINT)
    finally:
        end_output()


def _fail(text: str, code: int = exit_codes.ERROR) -> NoReturn:
    """Print an error, a line for each fault, and exit."""
    for line in text.splitlines():
        print(f"error: {line}", file=sys.stderr)
    sys.exit(code)


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the invoked command loaded; of all others it holds name and help only."""
    registry = Registry(discover())
    invoked = _invoked(arguments, commands := _commands(registry))
    app = typer.Typer(
        name="alphaforge",
        help="AlphaForge: live trading in Python with a Rust kernel, assembled from plugins.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)
    groups: dict[str, typer.Typer] = {}
    for name, help_text in commands.items():
        group, _, last = name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True)
            app.add_typer(groups[group], name=group, help=_group_help(group, commands))
        owner = groups[group] if group else app
        run = _load(registry, name) if name == invoked else _not_loaded
        # A command that was loaded can say more of itself than its manifest.
        own_help = inspect.getdoc(run) if name == invoked else None
        # typer reads help as markup, and a plugin's may hold brackets.
        owner.command(last, help=escape(own_help or help_text), short_help=escape(help_text))(run)
    return app


def _load(registry: Registry, name: str) -> Callable[..., object]:
    """The function of a command; its owner is imported.

    Raises:
        PluginError: its plugin cannot be used, or does not give a function.
    """
    spec = registry.get(CommandSpec, name)
    try:
        run: object = spec.load()
    except Exception as error:  # a plugin can raise anything
        raise PluginError(f"command {name!r} cannot be loaded: {describe(error)}") from error
    if not callable(run):
        raise PluginError(f"command {name!r} cannot be loaded: its plugin gave {run!r}, not a function")
    return run


def _not_loaded() -> None:
    """Stands in for every command that is not invoked; it is listed and never run."""


def _commands(registry: Registry) -> Mapping[str, str]:
    """Help texts by command name, from manifests alone; core's commands come first."""
    return {
        name: help_text
        for plugin in registry.plugins
        if plugin.state == "ok" and plugin.manifest is not None
        for name, help_text in plugin.manifest.commands.items()
    }


def _invoked(arguments: Sequence[str], commands: Mapping[str, str]) -> str | None:
    """The command that the arguments begin with."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    for count in (2, 1):
        name = " ".join(words[:count])
        if name in commands:
            return name
    return None


def _group_help(group: str, commands: Mapping[str, str]) -> str:
    words = [name.rpartition(" ")[2] for name in commands if name.startswith(f"{group} ")]
    return f"Commands: {', '.join(words)}."
