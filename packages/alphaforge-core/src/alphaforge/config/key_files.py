"""Files that hold secrets: who may read them, and what they say."""

import os
import stat
import tomllib
from pathlib import Path

from alphaforge.model.errors import ConfigError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LARGEST_BYTES = 64 * 1024
_BEGIN, _END = "-----BEGIN", "-----END"


def read_private(path: Path) -> str:
    """The text of a file that nobody but us can read or change.

    Raises:
        ConfigError: it cannot be read, or others can reach it; the text has the remedy and nothing of
            what is in it.
    """
    try:
        # Without waiting for somebody to write into what is a pipe.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - of a descriptor
            # Of what was opened, not of what the path names by now.
            _refuse_reachable(path, os.fstat(file.fileno()))
            data = file.read(_LARGEST_BYTES + 1)
        if path.is_symlink():
            _refuse_open_folder(path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    return as_text(data, path)


def as_text(data: bytes, path: Path) -> str:
    """What a file holds, as text.

    Raises:
        ConfigError: it is none.
    """
    if len(data) > _LARGEST_BYTES:
        raise ConfigError(f"{path}: more than {_LARGEST_BYTES} bytes: that is no file of keys")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text in UTF-8: write keys as text or as PEM") from None


def _refuse_reachable(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{path}: not a regular file: name a file that holds the keys")
    if status.st_uid != os.geteuid():
        raise ConfigError(f"{path}: it belongs to another user, who can read it: chown {os.geteuid()} {path}")
    if status.st_mode & _OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        raise ConfigError(f"{path}: its mode is {mode:04o}, so that others can reach it: chmod 600 {path}")


def _refuse_open_folder(link: Path) -> None:
    """A link may lead to where others could put another file in place of ours."""
    folder = link.resolve().parent
    mode = folder.stat().st_mode
    if mode & _OTHERS_WRITE and not mode & stat.S_ISVTX:
        raise ConfigError(
            f"{link}: it is a link into {folder}, where others can write: name a file in a folder of your own"
        )


def parse_keys(text: str, path: Path) -> dict[str, str]:
    """The secrets of a file by their names: TOML, or lines of `name = value` without quotes.

    A PEM spans lines in both: in triple quotes, or from its BEGIN to its END.

    Raises:
        ConfigError: a line is neither; the text has its number and nothing of what is in it.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return _parse_lines(text, path)
    for name, value in values.items():
        if not isinstance(value, str):
            raise ConfigError(f"{path}: {name}: write the value in quotes")
    return values


def _parse_lines(text: str, path: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = (part.strip() for part in line.partition("="))
        if not separator or not name.isidentifier():
            raise ConfigError(f"{path}:{number}: not a line of `name = value`")
        if name in values:
            raise ConfigError(f"{path}:{number}: {name} is there twice")
        if value.startswith(_BEGIN) and _END not in value:
            rest = [below.strip() for below in _until_end(lines)]
            value = "\n".join([value, *rest])
            if _END not in value:
                raise ConfigError(f"{path}:{number}: {name}: the PEM has no END")
        values[name] = _unquoted(value)
    return values


def _until_end(lines: "enumerate[str]") -> list[str]:
    """The lines of a PEM after its first, its END with them."""
    taken = []
    for _, line in lines:
        taken.append(line)
        if _END in line:
            break
    return taken


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
