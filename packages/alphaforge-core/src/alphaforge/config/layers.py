"""Layers of raw values: defaults < file < environment < command line, and where each value came from."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from alphaforge.model.errors import ConfigError

ENV_PREFIX = "ALPHAFORGE_"
SECRET_PREFIX = f"{ENV_PREFIX}SECRET_"
"""Variables that hold secrets: no part of the configuration."""

Path_ = tuple[str, ...]
Origin = Callable[[Path_], str]


@dataclass
class RawConfig:
    """Merged raw values, and the origin of each by its path."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path_, str] = field(default_factory=dict)
    file: Path | None = None
    """The configuration file; relative paths are relative to its folder."""
    assignments: Sequence[str] = ()
    """What the command line has put over it, as it was written there."""

    @property
    def context(self) -> dict[str, Path | None]:
        """What validators of paths need to know."""
        return {"folder": None if self.file is None else self.file.parent}

    def add(self, layer: Mapping[str, Any], origin: str) -> None:
        """Put a layer over what is there; tables merge, all else is replaced."""
        self.add_each(layer, lambda _: origin)

    def add_environment(self, layer: Mapping[str, Any]) -> None:
        """Put the environment over what is there; each value's origin is its variable."""
        self.add_each(layer, _variable)

    def add_each(self, layer: Mapping[str, Any], origin: Origin) -> None:
        """Put a layer over what is there whose values have origins of their own, by their paths."""
        self._merge(self.values, layer, (), origin)

    def origin(self, path: Sequence[str]) -> str:
        """Where the value at `path`, or the value it is a part of, came from.

        For what nobody has given that is the file, where there is one: it could have it.
        """
        return self._origin_at(path) or self._fallback

    def table_origin(self, path: Sequence[str]) -> str:
        """Where the table at `path` came from: the origin of the first value in it."""
        return self._origin_in(path) or self._fallback

    def value_origin(self, path: Sequence[str]) -> str:
        """Where a value came from that may be a default."""
        return self._origin_in(path) or "default"

    @property
    def _fallback(self) -> str:
        return "default" if self.file is None else str(self.file)

    def _origin_in(self, path: Sequence[str]) -> str | None:
        at = tuple(path)
        inside = (found for known, found in self.origins.items() if known[: len(at)] == at)
        return next(inside, None) or self._origin_at(path)

    def _origin_at(self, path: Sequence[str]) -> str | None:
        ends = range(len(path), 0, -1)
        found = (self.origins.get(tuple(path[:end])) for end in ends)
        return next((origin for origin in found if origin is not None), None)

    def _merge(self, into: dict[str, Any], layer: Mapping[str, Any], at: Path_, origin: Origin) -> None:
        for key, value in layer.items():
            path = (*at, key)
            below = into.get(key)
            if isinstance(value, dict) and isinstance(below, dict):
                self._merge(below, value, path, origin)
                continue
            if _is_places(value) and _is_tables(below):
                self._merge_places(below, value, path, origin)
                continue
            into[key] = value
            self._replace_origins(value, path, origin)

    def _merge_places(
        self, tables: list[dict[str, Any]], layer: Mapping[str, Any], at: Path_, origin: Origin
    ) -> None:
        """Put what a layer has by place, such as `strategies.0.name`, over the tables of a list."""
        for place, value in layer.items():
            path = (*at, place)
            if int(place) >= len(tables):
                raise ConfigError(
                    f"{origin(path)}: {'.'.join(path)}: there is no such table; {'.'.join(at)} has "
                    f"{len(tables)}, counted from 0"
                )
            if isinstance(value, dict):
                self._merge(tables[int(place)], value, path, origin)
            else:
                tables[int(place)] = value
                self._replace_origins(value, path, origin)

    def _replace_origins(self, value: Any, path: Path_, origin: Origin) -> None:
        for known in [known for known in self.origins if known[: len(path)] == path]:
            del self.origins[known]
        self._note(value, path, origin)

    def _note(self, value: Any, path: Path_, origin: Origin) -> None:
        """Remember where a value came from; of tables, and of lists of tables, each value by itself."""
        if isinstance(value, dict) and value:
            for key, below in value.items():
                self._note(below, (*path, str(key)), origin)
        elif _is_tables(value):
            for index, item in enumerate(value):
                self._note(item, (*path, str(index)), origin)
        else:
            self.origins[path] = origin(path)


def _is_tables(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _is_places(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(key.isdecimal() for key in value)


def _variable(path: Path_) -> str:
    """The variable that a value came from: its own, or that of a table it is a part of."""
    present = {variable.upper() for variable in os.environ}
    names = [(ENV_PREFIX + "__".join(path[:end])).upper() for end in range(len(path), 0, -1)]
    return f"env {next((name for name in names if name in present), names[0])}"


def read_file(path: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises:
        ConfigError: the file cannot be read or is no TOML; the text says where.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def read_override(assignment: str) -> dict[str, Any]:
    """The value of a `section.key=value` assignment from the command line, in its tables.

    Raises:
        ConfigError: the assignment has no `=`.
    """
    path, separator, text = assignment.partition("=")
    keys = path.split(".")
    if not separator or not all(keys):
        raise ConfigError(f"--set {assignment!r}: write section.key=value, such as node.name=second")
    value = toml_value(text)
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def toml_value(text: str) -> Any:
    """`text` as a TOML value, as JSON, or as it stands where it is none of them."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return json_value(text)


def json_value(text: str) -> Any:
    """`text` as the list or table that it is in JSON, or as it stands where it is none."""
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
