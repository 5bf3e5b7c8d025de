"""Loading: raw layers become a validated configuration, section by section, all faults at once."""

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from alphaforge.config.layers import ENV_PREFIX, Path_, RawConfig, read_file, read_override
from alphaforge.config.masking import masked, secret_fields, secret_texts
from alphaforge.config.node_config import SECTIONS, TABLES, NodeConfig
from alphaforge.config.plain_words import plain_words
from alphaforge.config.sections import NodeSection
from alphaforge.hooks.spelling import did_you_mean
from alphaforge.model.errors import ConfigError
from alphaforge.model.redaction import make_known

M = TypeVar("M", bound=BaseModel)

_ADAPTERS = {name: TypeAdapter(kind) for name, kind in SECTIONS.items()}

KNOWN_KEYS: Mapping[str, str] = {
    key: table for table, model in reversed(TABLES.items()) for key in model.model_fields
}
"""All keys of all sections and where they belong, to guess what a misspelt one was meant to be."""


def load_raw(path: Path | None, assignments: Sequence[str] = ()) -> RawConfig:
    """Read the file, the environment and the command line, without judging what they say."""
    raw = RawConfig()
    if path is not None:
        raw.file = path
        raw.add(read_file(path), str(path))
    if any(variable.upper().startswith(ENV_PREFIX) for variable in os.environ):
        # pydantic-settings takes a while to import, and few need it.
        from alphaforge.config.environment import read_environment  # noqa: PLC0415

        raw.add_environment(read_environment())
    raw.assignments = tuple(assignments)
    for assignment in assignments:
        raw.add(read_override(assignment), "--set")
    return raw


def load_config(raw: RawConfig) -> NodeConfig:
    """Validate raw values.

    Raises:
        ConfigError: with a line for every fault: origin, field, value, what is wrong, the remedy.
    """
    faults = [
        f"{raw.table_origin((name,))}: unknown section [{name}]{did_you_mean(name, SECTIONS)}"
        for name in raw.values
        if name not in SECTIONS
    ]
    sections = {}
    for name, adapter in _ADAPTERS.items():
        if name not in raw.values:
            continue
        try:
            sections[name] = adapter.validate_python(raw.values[name], context=raw.context)
        except ValidationError as error:
            faults += _describe_faults(error, (name,), raw, KNOWN_KEYS)
    if faults:
        raise ConfigError("\n".join(faults))
    return NodeConfig(**sections)


def load_node_section(raw: RawConfig) -> NodeSection:
    """The section [node] alone: who the node is, whatever is wrong with the rest.

    Raises:
        ConfigError: with a line for every fault of the section.
    """
    try:
        return NodeSection.model_validate(raw.values.get("node", {}), context=raw.context)
    except ValidationError as error:
        raise ConfigError("\n".join(_describe_faults(error, ("node",), raw, KNOWN_KEYS))) from error


def validate_settings(
    model: type[M],
    values: Mapping[str, Any],
    path: tuple[str, ...],
    raw: RawConfig,
    core: type[BaseModel] | None = None,
) -> M:
    """Validate the settings of one plugin, or the parameters of a strategy, which stand at `path`.

    `core` has the keys of the same table that are not the plugin's: a misspelt one may be meant to be one.
    From here on the values of secret fields are redacted everywhere.

    Raises:
        ConfigError: with a line for every fault.
    """
    secrets = frozenset(secret_fields(model, path))
    for secret in secret_texts(values, path, secrets):
        make_known(secret)
    try:
        return model.model_validate(dict(values), context=raw.context)
    except ValidationError as error:
        known = _known_at(path, *((core,) if core else ()), model)
        raise ConfigError("\n".join(_describe_faults(error, path, raw, known, secrets))) from error


def unknown_key(path: Path_, raw: RawConfig, model: type[BaseModel]) -> str:
    """The line for a key that the model of its table does not have."""
    hint = _hint(path[-1], _known_at(path[:-1], model))
    return f"{raw.table_origin(path)}: {'.'.join(path)}: unknown key{hint}"


def _known_at(path: Path_, *models: type[BaseModel]) -> dict[str, str]:
    return {key: f"[{'.'.join(path)}]" for model in models for key in model.model_fields}


def _describe_faults(
    error: ValidationError,
    at: Path_,
    raw: RawConfig,
    known: Mapping[str, str],
    secrets: frozenset[Path_] = frozenset(),
) -> list[str]:
    """One line for each fault that pydantic found: origin, field, value, what is wrong."""
    lines = []
    for fault in error.errors(include_url=False):
        path = (*at, *(str(part) for part in fault["loc"] if part != "[key]"))
        field = ".".join(part or '""' for part in path)
        origin = raw.table_origin(path)
        if fault["type"] == "extra_forbidden":
            lines.append(f"{origin}: {field}: unknown key{_hint(path[-1], known)}")
        elif fault["type"] == "missing":
            lines.append(f"{raw.table_origin(path[:-1])}: {field} is missing")
        else:
            shown = masked(fault["input"], path, secrets)
            shown = str(shown) if isinstance(shown, Decimal) else repr(shown)
            lines.append(f"{origin}: {field} = {shown}: {plain_words(fault)}")
    return lines


def _hint(word: str, known: Mapping[str, str]) -> str:
    """What an unknown key may have been meant to be, where it belongs, or what else there is."""
    if word in known:
        return f"; it belongs to {known[word]}"
    guess = did_you_mean(word, known)
    tables = set(known.values())
    if guess or len(tables) != 1:
        return guess
    return f"; {tables.pop()} has: {', '.join(known)}"
