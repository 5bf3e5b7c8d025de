"""The errors that AlphaForge raises. All derive from `AlphaForgeError`; the CLI prints them as one line."""

import os
import traceback
from pathlib import Path

from alphaforge_rs import (
    AlphaForgeError,
    CommandFloodError,
    DataError,
    InstrumentError,
    LimitError,
    SetupError,
)

from alphaforge.model.redaction import redacted

__all__ = [
    "AlphaForgeError",
    "CallbackOverrun",
    "CommandFloodError",
    "ConfigError",
    "DataError",
    "InstrumentError",
    "LimitError",
    "PluginError",
    "SetupError",
    "StrategyError",
    "describe",
    "place_of",
]

_CORE = str(Path(__file__).parents[1]) + os.sep


class ConfigError(AlphaForgeError):
    """The configuration cannot be used; the text names file, field, value and remedy."""


class PluginError(AlphaForgeError):
    """A plugin that is needed is missing, quarantined, or breaks its word."""


class StrategyError(AlphaForgeError):
    """A strategy cannot be loaded or started, or asks for what makes no sense."""


class CallbackOverrun(BaseException):
    """A callback of a strategy ran past its budget and was interrupted.

    No `Exception`: a strategy that catches those in an endless loop must not catch this.
    """

    def __str__(self) -> str:
        return "it did not return within node.callback_budget_s"


def describe(error: BaseException) -> str:
    """Any error in one line: its type and its text, without secrets."""
    name = type(error).__name__
    try:
        text = " ".join(redacted(str(error)).split())
    except Exception:  # the text of a foreign error is foreign code too
        return f"{name} (its text cannot be shown)"
    return f"{name}: {text}" if text else name


def place_of(error: BaseException) -> str | None:
    """File and line where foreign code raised, or called core wrongly; None without a traceback."""
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith("<")
    ]
    foreign = [place for place in places if not place[0].startswith(_CORE)]
    for file, line in reversed(foreign or places):
        return f"{file}:{line}"
    return None
