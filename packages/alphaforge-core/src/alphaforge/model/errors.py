"""The errors that AlphaForge raises. All derive from `AlphaForgeError`; the CLI prints them as one line."""

from alphaforge_rs import (
    AlphaForgeError,
    CommandFloodError,
    DataError,
    InstrumentError,
    LimitError,
    SetupError,
)

__all__ = [
    "AlphaForgeError",
    "CommandFloodError",
    "ConfigError",
    "DataError",
    "InstrumentError",
    "LimitError",
    "PluginError",
    "SetupError",
    "StrategyError",
]


class ConfigError(AlphaForgeError):
    """The configuration cannot be used; the text names file, field, value and remedy."""


class PluginError(AlphaForgeError):
    """A plugin that is needed is missing, quarantined, or breaks its word."""


class StrategyError(AlphaForgeError):
    """A strategy cannot be loaded or started, or asks for what makes no sense."""
