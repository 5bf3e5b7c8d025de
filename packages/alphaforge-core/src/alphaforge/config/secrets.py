"""The secrets of a venue section, by the names that its plugin's manifest asks for.

For each name the first source that has it wins: the section's files, systemd's credentials, the keyring
(where the section names one), the environment.
"""

import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import SecretStr

from alphaforge.config.key_files import as_text, parse_keys, read_private
from alphaforge.config.layers import SECRET_PREFIX, RawConfig
from alphaforge.config.sections import VenueSection
from alphaforge.hooks.spelling import did_you_mean
from alphaforge.model.errors import ConfigError
from alphaforge.model.redaction import SHORTEST_SECRET, make_known
from alphaforge.model.secrets import Secrets

_PRIVATE_KEY = "private_key"
_LONGEST_NAME = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n[A-Za-z0-9+/=:,. \n-]+\n-----END \1-----")

T = TypeVar("T")

_Found: TypeAlias = tuple[str, str]
"""A secret and where it is from."""


@dataclass(frozen=True, slots=True)
class LoadedSecrets:
    """The secrets of a section, and where each is from."""

    secrets: Secrets
    sources: Mapping[str, str | None]
    """By every name that the plugin asks for; None where nobody has given it."""


def load_secrets(name: str, section: VenueSection, asked: Sequence[str], raw: RawConfig) -> LoadedSecrets:
    """The secrets of `[venues.NAME]`, whose plugin asks for these. From here on they are redacted everywhere.

    Raises:
        ConfigError: a source cannot be used, others can read it, or what it holds cannot be a secret. The
            text names the secret and its source, and nothing of its value.
    """
    _refuse_unused(name, section, asked, raw)
    sources = (
        _from_files(name, section, asked, raw),
        _from_credentials(name, asked),
        _from_keyring(name, section, asked, raw),
        _from_environment(name, asked),
    )
    found: dict[str, _Found] = {}
    for source in reversed(sources):
        found |= source
    values = {}
    for secret in asked:
        if secret in found:
            value, origin = found[secret]
            values[secret] = SecretStr(_checked(value, f"{origin}: venues.{name}: {secret}"))
    origins = {secret: found[secret][1] if secret in found else None for secret in asked}
    return LoadedSecrets(Secrets(f"venues.{name}", values), origins)


def _refuse_unused(name: str, section: VenueSection, asked: Sequence[str], raw: RawConfig) -> None:
    """A key that nobody asks for would lie about for nothing, and be taken for one that is used."""
    given = {
        "key_file": section.key_file,
        "private_key_file": section.private_key_file,
        "keyring": section.keyring,
    }
    for key, value in given.items():
        is_asked = _PRIVATE_KEY in asked if key == "private_key_file" else bool(asked)
        if value is not None and not is_asked:
            asks_for = ", ".join(asked) or "none"
            raise ConfigError(
                f"{raw.origin(('venues', name, key))}: venues.{name}.{key} = '{value}': nobody asks for "
                f"it (the secrets that the venue's plugin asks for: {asks_for})"
            )


def _from_files(name: str, section: VenueSection, asked: Sequence[str], raw: RawConfig) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    if section.key_file is not None:
        path = section.key_file
        keys = _told(name, "key_file", raw, lambda: parse_keys(read_private(path), path))
        for key, value in keys.items():
            if key not in asked:
                hint = did_you_mean(key, asked) or f"; the plugin asks for: {', '.join(asked)}"
                # A long one may be a secret that was written in the place of its name.
                shown = repr(key) if len(key) <= _LONGEST_NAME else "with a long name"
                raise ConfigError(f"{path}: unknown secret {shown}{hint}")
            found[key] = value, f"file {path}"
    if section.private_key_file is not None:
        path = section.private_key_file
        text = _told(name, "private_key_file", raw, lambda: read_private(path))
        if _PRIVATE_KEY in found:
            raise ConfigError(
                f"{path}: venues.{name}: {section.key_file} has a private_key too: keep one of them"
            )
        found[_PRIVATE_KEY] = text, f"file {path}"
    return found


def _told(name: str, key: str, raw: RawConfig, read: Callable[[], T]) -> T:
    """What is read from a file that the section names; a fault says which key names it."""
    try:
        return read()
    except ConfigError as error:
        raise ConfigError(f"{raw.origin(('venues', name, key))}: venues.{name}.{key}: {error}") from None


def _from_credentials(name: str, asked: Sequence[str]) -> dict[str, _Found]:
    """What systemd has put into the service's own folder: `LoadCredential=SECTION.SECRET:...`."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return {}
    found = {}
    for secret in asked:
        path = Path(folder) / f"{name}.{secret}"
        try:
            mode = path.stat().st_mode
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror or error}") from error
        # Its group bits are the mask of systemd's access list; those of all others mean what they say.
        if mode & stat.S_IRWXO:
            raise ConfigError(f"{path}: everybody can read it: chmod 600 {path}")
        found[secret] = as_text(data, path), f"systemd credential {path.name}"
    return found


def _from_keyring(
    name: str, section: VenueSection, asked: Sequence[str], raw: RawConfig
) -> dict[str, _Found]:
    service = section.keyring
    if service is None:
        return {}
    place = f"{raw.origin(('venues', name, 'keyring'))}: venues.{name}.keyring = {service!r}"
    try:
        get_password: Callable[[str, str], str | None] = import_module("keyring").get_password
    except ImportError:
        raise ConfigError(f"{place}: the package keyring is not installed: pip install keyring") from None
    found = {}
    for secret in asked:
        try:
            value = get_password(service, secret)
        except Exception as error:  # a backend of the desktop, which can raise anything, secrets in it
            raise ConfigError(
                f"{place}: the keyring cannot be read ({type(error).__name__}): unlock it, or see "
                "`keyring diagnose`"
            ) from None
        if value is not None:
            found[secret] = value, f"keyring {service}"
    return found


def _from_environment(name: str, asked: Sequence[str]) -> dict[str, _Found]:
    prefix = f"{SECRET_PREFIX}{re.sub(r'[^A-Z0-9]', '_', name.upper())}_"
    known = {f"{prefix}{secret.upper()}": secret for secret in asked}
    found = {}
    for variable, value in os.environ.items():
        if not variable.startswith(prefix):
            continue
        if variable not in known:
            hint = did_you_mean(variable, known) or f"; the plugin asks for: {', '.join(known) or 'none'}"
            raise ConfigError(f"env {variable}: names no secret of venues.{name}{hint}")
        found[known[variable]] = value, f"env {variable}"
    return found


def _checked(value: str, place: str) -> str:
    """A secret without what editors and shells put around it.

    Raises:
        ConfigError: it is empty, too short to be hidden, or no text of one line and no PEM.
    """
    value = value.strip()
    if not value:
        raise ConfigError(f"{place} is empty: write the secret, or leave it out")
    if value.startswith("-----"):
        # Variables and TOML's simple texts often have the two characters in place of a new line.
        value = value.replace("\\n", "\n").replace("\r\n", "\n").strip()
        if not _PEM.fullmatch(value):
            raise ConfigError(f"{place} is a PEM that is cut off or damaged: copy the whole of it")
    elif _CONTROL.search(value):
        raise ConfigError(f"{place} has several lines, or control characters, and is no PEM: copy it again")
    elif len(value) < SHORTEST_SECRET:
        raise ConfigError(f"{place} is shorter than {SHORTEST_SECRET} characters: that is no secret")
    make_known(value)
    return value
