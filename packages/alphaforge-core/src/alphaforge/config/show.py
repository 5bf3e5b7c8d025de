"""Showing a configuration: every value, and where it came from; secrets are masked."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from pydantic import BaseModel, SecretStr

from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig

MASK = "********"
_SECRET_WORDS = ("secret", "password", "token", "api_key", "private_key", "passphrase", "dsn")


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value of a configuration."""

    path: str
    value: Any
    origin: str


def shown_values(config: NodeConfig, raw: RawConfig) -> list[ShownValue]:
    """Every value of the configuration, defaults included, in the order of the sections."""
    values = []
    for section in fields(config):
        for path, value in _walk(getattr(config, section.name), (section.name,)):
            shown = MASK if _is_secret(path, value) else _plain(value)
            values.append(ShownValue(".".join(path), shown, raw.origin(path)))
    return values


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), (*path, name))
    elif isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _walk(below, (*path, str(key)))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, str(index)))
    else:
        yield path, value


def _is_secret(path: tuple[str, ...], value: Any) -> bool:
    """A value is secret by its type, or by its name where a plugin's settings are still untyped."""
    if isinstance(value, SecretStr):
        return True
    return value is not None and any(word in path[-1].lower() for word in _SECRET_WORDS)


def _plain(value: Any) -> Any:
    """The value as JSON and people can read it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)
