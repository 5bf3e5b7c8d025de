"""Manifests: what a plugin says of itself, readable without running any of its code.

Every plugin carries an `alphaforge-plugin.toml` beside the module that its entry point names:

    name = "binance"
    summary = "Binance Spot"
    api = [1, 1]                    # the oldest and the newest plugin interface it works with
    capabilities = ["market-data"]  # free words, shown by `plugins info`
    secrets = []                    # the secrets it asks for

    [provides]
    venues = ["binance"]
    readers = ["binance"]

    [[commands]]
    name = "binance symbols"
    help = "List the symbols of Binance."
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alphaforge.hooks.hookspecs import KINDS

MANIFEST_NAME = "alphaforge-plugin.toml"

_COMMAND_NAME = re.compile(r"[a-z0-9][a-z0-9-]*( [a-z0-9][a-z0-9-]*)?")
_KEYS = {"name", "summary", "api", "capabilities", "secrets", "provides", "commands"}


class ManifestError(Exception):
    """A manifest is missing or cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself."""

    name: str
    summary: str
    api_oldest: int
    api_newest: int
    provides: Mapping[str, frozenset[str]]
    """Names by kind; kinds are the keys of `KINDS`."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """Help texts by command."""
    capabilities: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    def works_with(self, api: int) -> bool:
        """Whether the plugin works with this version of the plugin interface."""
        return self.api_oldest <= api <= self.api_newest

    def kinds(self) -> list[str]:
        """The kinds of things it provides, in the order of `KINDS`."""
        return [kind for kind in KINDS if self.provides.get(kind)]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: the file is missing, is no TOML, or holds what a manifest must not hold.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ManifestError(f"its package has no {MANIFEST_NAME}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{MANIFEST_NAME}: {error}") from error
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise ManifestError(f"{MANIFEST_NAME}: unknown key {unknown[0]!r}")
    oldest, newest = _api(data)
    commands = _commands(data)
    return Manifest(
        name=_text(data, "name"),
        summary=_text(data, "summary"),
        api_oldest=oldest,
        api_newest=newest,
        provides={**_provides(data), "commands": frozenset(commands)},
        commands=commands,
        capabilities=_texts(data.get("capabilities", []), "capabilities"),
        secrets=_texts(data.get("secrets", []), "secrets"),
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"{MANIFEST_NAME}: {key} = {value!r} must be a text")
    return value


def _texts(value: object, key: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ManifestError(f"{MANIFEST_NAME}: {key} = {value!r} must be a list of texts")


def _api(data: Mapping[str, Any]) -> tuple[int, int]:
    match data.get("api"):
        case [int(oldest), int(newest)] if oldest <= newest:
            return oldest, newest
        case other:
            raise ManifestError(f"{MANIFEST_NAME}: api = {other!r} must be [oldest, newest], such as [1, 1]")


def _provides(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    provides = data.get("provides", {})
    if not isinstance(provides, dict):
        raise ManifestError(f"{MANIFEST_NAME}: provides must be a table")
    kinds = [kind for kind in KINDS if kind != "commands"]
    for kind in provides:
        if kind not in kinds:
            raise ManifestError(
                f"{MANIFEST_NAME}: provides.{kind} is no kind; the kinds are {', '.join(kinds)}"
            )
    return {kind: frozenset(_texts(names, f"provides.{kind}")) for kind, names in provides.items()}


def _commands(data: Mapping[str, Any]) -> dict[str, str]:
    commands = data.get("commands", [])
    if not isinstance(commands, list):
        raise ManifestError(f"{MANIFEST_NAME}: commands must be a list of tables")
    helps = {}
    for command in commands:
        if not isinstance(command, dict) or set(command) != {"name", "help"}:
            raise ManifestError(f"{MANIFEST_NAME}: a command has exactly a name and a help")
        name = _text(command, "name")
        if not _COMMAND_NAME.fullmatch(name):
            raise ManifestError(f"{MANIFEST_NAME}: command {name!r} must be one or two lower-case words")
        helps[name] = _text(command, "help")
    return helps
