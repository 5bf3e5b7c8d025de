"""The options that every command has: `--debug` and `--log-level`, before or after the command."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from alphaforge.model.errors import AlphaForgeError

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
EPILOG = (
    "Before or after any command: --log-level debug, info, warning (the default) or error says which log "
    "messages are shown; --debug shows all of them, and tracebacks."
)


class LogLevelError(AlphaForgeError):
    """`--log-level` names no level."""


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What was said of tracebacks and logging, and the arguments that are left for the command."""

    debug: bool
    level: int
    arguments: Sequence[str]


def read_global_options(arguments: Sequence[str]) -> GlobalOptions:
    """Take the global options out of the arguments.

    Raises:
        LogLevelError: there is no such level.
    """
    debug = False
    level = "warning"
    left = []
    waiting = iter(arguments)
    for argument in waiting:
        name, separator, value = argument.partition("=")
        if argument == "--debug":
            debug = True
        elif name == "--log-level":
            level = value if separator else next(waiting, "")
        else:
            left.append(argument)
    if level not in LEVELS:
        raise LogLevelError(f"--log-level {level!r}: write one of {', '.join(LEVELS)}")
    return GlobalOptions(debug, logging.DEBUG if debug else LEVELS[level], left)


def log_to_stderr(level: int) -> None:
    """Log lines look like all other lines for people: `warning: ...`."""
    for known in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logging.addLevelName(known, logging.getLevelName(known).lower())
    logging.basicConfig(level=level, format="%(levelname)s: %(message)s", stream=sys.stderr)
    # It says which selector it uses, in every run.
    logging.getLogger("asyncio").setLevel(max(level, logging.INFO))
