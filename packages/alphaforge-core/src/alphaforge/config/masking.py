"""Masking: what is secret by its name or by its type is never shown, neither in lists nor in messages."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr

from alphaforge.config.layers import Path_

MASK = "********"
_SECRET_WORDS = ("secret", "password", "token", "api_key", "private_key", "passphrase", "dsn")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]*(?=@)")


def secret_fields(model: type[BaseModel], at: Path_ = ()) -> Iterator[Path_]:
    """Where the settings of a model hold secrets, by their types."""
    for name, field in model.model_fields.items():
        path = (*at, name)
        for found in _types(field.annotation):
            if issubclass(found, SecretStr | SecretBytes):
                yield path
            elif issubclass(found, BaseModel):
                yield from secret_fields(found, path)


def _types(annotation: Any) -> Iterator[type[Any]]:
    """The classes that an annotation is made of."""
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from _types(argument)


def masked(value: Any, path: Path_ = (), secrets: frozenset[Path_] = frozenset()) -> Any:
    """A value of a configuration as it may be shown; `secrets` are the paths that are secret by type."""
    if value is not None and _is_secret(path, secrets):
        return MASK
    if isinstance(value, SecretStr | SecretBytes):
        return MASK
    if isinstance(value, dict):
        return {key: masked(below, (*path, str(key)), secrets) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [masked(below, path, secrets) for below in value]
    if isinstance(value, str):
        return _CREDENTIALS.sub(MASK, value)
    return value


def _is_secret(path: Path_, secrets: frozenset[Path_]) -> bool:
    if any(path[: len(secret)] == secret for secret in secrets):
        return True
    return bool(path) and any(word in path[-1].lower() for word in _SECRET_WORDS)
