"""Layers of raw values: defaults < file < environment < command line, and where each value came from."""

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alphaforge.model.errors import ConfigError

ENV_PREFIX = "ALPHAFORGE_"

Path_ = tuple[str, ...]
Origin = Callable[[Path_], str]


@dataclass
class RawConfig:
    """Merged raw values, and the origin of each by its path."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path_, str] = field(default_factory=dict)
    folder: Path | None = None
    """The folder of the configuration file; relative paths are relative to it."""

    @property
    def context(self) -> dict[str, Path | None]:
        """What validators of paths need to know."""
        return {"folder": self.folder}

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
        """Where the value at `path`, or the value it is a part of, came from."""
        for end in range(len(path), 0, -1):
            found = self.origins.get(tuple(path[:end]))
            if found is not None:
                return found
        return "default"

    def table_origin(self, path: Sequence[str]) -> str:
        """Where the table at `path` came from: the origin of the first value in it."""
        at = tuple(path)
        inside = (found for known, found in self.origins.items() if known[: len(at)] == at)
        return next(inside, self.origin(path))

    def _merge(self, into: dict[str, Any], layer: Mapping[str, Any], at: Path_, origin: Origin) -> None:
        for key, value in layer.items():
            path = (*at, key)
            below = into.get(key)
            if isinstance(value, dict) and isinstance(below, dict):
                self._merge(below, value, path, origin)
                continue
            for known in [known for known in self.origins if known[: len(path)] == path]:
                del self.origins[known]
            into[key] = value
            self._note(value, path, origin)

    def _note(self, value: Any, path: Path_, origin: Origin) -> None:
        """Remember where a value came from; of tables, and of lists of tables, each value by itself."""
        if isinstance(value, dict) and value:
            for key, below in value.items():
                self._note(below, (*path, str(key)), origin)
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for index, item in enumerate(value):
                self._note(item, (*path, str(index)), origin)
        else:
            self.origins[path] = origin(path)


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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def read_overrides(assignments: Sequence[str]) -> dict[str, Any]:
    """The values of `section.key=value` assignments from the command line; values are TOML, or text.

    Raises:
        ConfigError: an assignment has no `=`.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        path, separator, text = assignment.partition("=")
        keys = path.split(".")
        if not separator or not all(keys):
            raise ConfigError(f"--set {assignment!r}: write section.key=value, such as node.name=second")
        table = values
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise ConfigError(f"--set {assignment!r}: {key} has a value already, and is no table")
        table[keys[-1]] = toml_value(text)
    return values


def toml_value(text: str) -> Any:
    """`text` as a TOML value, or as it stands where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
