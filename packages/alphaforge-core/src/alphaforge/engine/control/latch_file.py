"""The latches of a node on disk: what is held back stays held back over kill -9 and a restart.

Only a named person takes an entry out. A file that cannot be read holds back everything: nobody knows what
was in it.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from alphaforge.engine.control.durable_file import write_durably
from alphaforge.engine.control.messages import Scope, ScopeKind
from alphaforge.engine.control.node_folder import NodeFolder, leave_node, take_node
from alphaforge.model.errors import SetupError

log = logging.getLogger("alphaforge.engine")


@dataclass(frozen=True, slots=True)
class LatchEntry:
    """What holds a scope back."""

    scope: ScopeKind
    name: str | None
    state: Literal["reducing", "halted"]
    since: int
    """Ns since the epoch."""
    by: str | None
    """The person who says so; None where it is the node itself."""
    reason: str
    blocks_start: bool = False
    """The node was killed: it does not start at all, rather than with this scope held back."""

    @property
    def key(self) -> tuple[str, str | None]:
        """Which scope it is about."""
        return self.scope, self.name

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file, and in answers."""
        return asdict(self)

    def __str__(self) -> str:
        what = f"the {self.scope}" if self.name is None else f"the {self.scope} {self.name}"
        return f"{what} is {self.state}, says {self.by or 'the node'}: {self.reason}"


class _File(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    latches: list[LatchEntry]


def read_latches(path: Path) -> list[LatchEntry]:
    """What is held back; nothing where there is no file.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return _File.model_validate_json(path.read_bytes()).latches
    except FileNotFoundError:
        return []
    except (OSError, ValidationError) as error:
        raise SetupError(
            f"{path}: what is held back cannot be read ({type(error).__name__}): the node does not trade. "
            "If you know that nothing is to be held back, remove the file"
        ) from error


def write_latches(path: Path, entries: Iterable[LatchEntry]) -> None:
    """Write what is held back; it is on disk when this returns.

    Raises:
        OSError: it could not be written; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(path, _File(version=1, latches=list(entries)).model_dump_json(indent=1) + "\n")


def with_entry(entries: Sequence[LatchEntry], entry: LatchEntry) -> list[LatchEntry]:
    """`entries` with one more, in place of what there was for the same scope."""
    return [*(each for each in entries if each.key != entry.key), entry]


def refuse_killed(path: Path, node: str) -> list[LatchEntry]:
    """What is held back of a node that may start.

    Raises:
        SetupError: it was killed, and nobody has let it go since; or the file cannot be read.
    """
    entries = read_latches(path)
    killed = next((entry for entry in entries if entry.blocks_start), None)
    if killed is not None:
        raise SetupError(
            f"node {node!r} was killed ({killed.by or 'the node'}: {killed.reason}) and does not start until "
            f"a person lets it go: alphaforge resume --node {node} --data-dir {path.parents[1]} --by NAME "
            "--reason TEXT"
        )
    return entries


def clear_latch(
    folder: NodeFolder, scope: Scope, *, by: str, reason: str
) -> tuple[LatchEntry | None, list[LatchEntry]]:
    """A person lets go a scope of a node that does not run: what held it back, and what is left.

    Raises:
        SetupError: a process has the node, or the file cannot be read or written.
    """
    try:
        take_node(folder)
        try:
            entries = read_latches(folder.latches)
            cleared = next((each for each in entries if each.key == (scope.kind, scope.name)), None)
            left = [entry for entry in entries if entry is not cleared]
            if cleared is not None:
                write_latches(folder.latches, left)
                log.warning("%s; let go by %s: %s", cleared, by, reason)
            return cleared, left
        finally:
            leave_node(folder)
    except OSError as error:
        raise SetupError(f"{folder.latches}: {error.strerror or error}") from error
