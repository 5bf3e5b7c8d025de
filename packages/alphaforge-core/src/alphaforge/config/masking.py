"""Masking: what is secret by its name or by its type is never shown, neither in lists nor in messages."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from alphaforge.config.layers import Path_
from alphaforge.model.redaction import MASK

_SECRET_WORDS = ("secret", "password", "token", "api_key", "private_key", "passphrase", "dsn")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]*(?=@)")


def secret_fields(model: type[BaseModel], at: Path_ = ()) -> Iterator[Path_]:
    """Where the settings of a model hold secrets, by their types; keys of containers are left out."""
    yield from _secrets_in(model, at, ())


def _secrets_in(annotation: Any, at: Path_, within: tuple[Any, ...]) -> Iterator[Path_]:
    """Where a type that stands at a path, inside of these models, holds secrets."""
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, SecretStr | SecretBytes | Secret):
        yield at
    elif kind in within:
        # A model that holds itself can be of any depth: all of the second one counts as secret.
        yield at
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            for key in (name, field.validation_alias):
                if isinstance(key, str):
                    yield from _secrets_in(field.annotation, (*at, key), (*within, kind))
    else:
        for argument in get_args(annotation):
            yield from _secrets_in(argument, at, within)


def masked(value: Any, path: Path_ = (), secrets: frozenset[Path_] = frozenset()) -> Any:
    """A value of a configuration as it may be shown; `secrets` is what is secret by type."""
    if value is not None and _is_secret(path, secrets):
        return MASK
    if isinstance(value, SecretStr | SecretBytes | Secret):
        return MASK
    if isinstance(value, dict):
        return {key: masked(below, (*path, str(key)), secrets) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [masked(below, (*path, str(index)), secrets) for index, below in enumerate(value)]
    if isinstance(value, str):
        return _CREDENTIALS.sub(MASK, value)
    return value


def secret_texts(value: Any, path: Path_, secrets: frozenset[Path_]) -> Iterator[str]:
    """The texts below a path that are secret by their types."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from secret_texts(below, (*path, str(key)), secrets)
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from secret_texts(below, (*path, str(index)), secrets)
    elif isinstance(value, str) and any(_leads_to(secret, path) for secret in secrets):
        yield value


def _is_secret(path: Path_, secrets: frozenset[Path_]) -> bool:
    if any(_leads_to(secret, path) for secret in secrets):
        return True
    return any(word in key.lower() for key in path for word in _SECRET_WORDS if not key.endswith("_file"))


def _leads_to(secret: Path_, path: Path_) -> bool:
    """Whether the keys of a secret occur in a path, in their order.

    Others may stand between: keys of tables and places in lists, and in a fault the member of a union.
    """
    rest = iter(path)
    return all(key in rest for key in secret)
