"""Loading: raw layers become a validated configuration, section by section, all faults at once."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from alphaforge.config.layers import RawConfig, read_environment, read_file, read_overrides
from alphaforge.config.limits import QuantityLimits
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import (
    FeedSection,
    NodeSection,
    PaperSection,
    PluginSettings,
    PluginsSection,
    RiskSection,
    StrategySection,
    VenueSection,
)
from alphaforge.model.errors import ConfigError
from alphaforge.model.settings import Settings

M = TypeVar("M", bound=Settings)

SECTIONS: Mapping[str, TypeAdapter[Any]] = {
    "node": TypeAdapter(NodeSection),
    "feed": TypeAdapter(FeedSection),
    "venues": TypeAdapter(dict[str, VenueSection]),
    "paper": TypeAdapter(PaperSection),
    "strategies": TypeAdapter(tuple[StrategySection, ...]),
    "risk": TypeAdapter(RiskSection),
    "sinks": TypeAdapter(PluginSettings),
    "monitors": TypeAdapter(PluginSettings),
    "plugins": TypeAdapter(PluginsSection),
}

KNOWN_KEYS = frozenset(
    key
    for model in (
        NodeSection,
        FeedSection,
        VenueSection,
        PaperSection,
        StrategySection,
        RiskSection,
        QuantityLimits,
        PluginsSection,
    )
    for key in model.model_fields
)
"""All keys of all sections, to guess what a misspelt one was meant to be."""


def load_raw(path: Path | None, assignments: Sequence[str] = ()) -> RawConfig:
    """Read the file, the environment and the command line, without judging what they say."""
    raw = RawConfig()
    if path is not None:
        raw.folder = path.parent
        raw.add(read_file(path), str(path))
    raw.add_environment(read_environment())
    raw.add(read_overrides(assignments), "--set")
    return raw


def load_config(raw: RawConfig) -> NodeConfig:
    """Validate raw values.

    Raises:
        ConfigError: with a line for every fault: origin, field, value, what is wrong, the remedy.
    """
    faults = [
        f"{raw.table_origin((name,))}: unknown section [{name}]{_did_you_mean(name, SECTIONS)}"
        for name in raw.values
        if name not in SECTIONS
    ]
    sections = {}
    for name, adapter in SECTIONS.items():
        if name not in raw.values:
            continue
        try:
            sections[name] = adapter.validate_python(raw.values[name], context=raw.context)
        except ValidationError as error:
            faults += _describe_faults(error, (name,), raw, KNOWN_KEYS)
    if faults:
        raise ConfigError("\n".join(faults))
    return NodeConfig(**sections)


def validate_settings(model: type[M], values: Mapping[str, Any], path: tuple[str, ...], raw: RawConfig) -> M:
    """Validate the settings of one plugin, which stand at `path`.

    Raises:
        ConfigError: with a line for every fault.
    """
    try:
        return model.model_validate(dict(values), context=raw.context)
    except ValidationError as error:
        faults = _describe_faults(error, path, raw, model.model_fields)
        raise ConfigError("\n".join(faults)) from error


def _describe_faults(
    error: ValidationError, at: tuple[str, ...], raw: RawConfig, known: Collection[str]
) -> list[str]:
    """One line for each fault that pydantic found: origin, field, value, what is wrong."""
    lines = []
    for fault in error.errors(include_url=False):
        path = (*at, *(str(part) for part in fault["loc"]))
        field = ".".join(path)
        origin = raw.origin(path)
        if fault["type"] == "extra_forbidden":
            lines.append(f"{origin}: {field}: unknown key{_did_you_mean(path[-1], known)}")
        elif fault["type"] == "missing":
            lines.append(f"{raw.table_origin(path[:-1])}: {field} is missing")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            lines.append(f"{origin}: {field} = {fault['input']!r}: {message}")
    return lines


def _did_you_mean(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
