"""The folder of a node: where its files are, and which process has it.

The lock belongs to a process as long as that lives, and no longer: the operating system lets go of it. In
the file stands who holds it and with which configuration, for those who must end the process, or do its work.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaforge.model.errors import SetupError

_held: dict[Path, int] = {}
"""The locks of this process by their files."""


@dataclass(frozen=True, slots=True)
class NodeFolder:
    """Where a node keeps what must outlive it."""

    data_dir: Path
    node: str

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.data_dir / self.node

    @property
    def lock(self) -> Path:
        """Held by the process that has the node."""
        return self.path / "lock"

    @property
    def socket(self) -> Path:
        """Where a running node takes requests."""
        return self.path / "control"

    @property
    def latches(self) -> Path:
        """What is held back, whether the node runs or not."""
        return self.path / "latches.json"


@dataclass(frozen=True, slots=True)
class Launch:
    """With which configuration a process has the node."""

    config: Path | None = None
    """The configuration file; None where there was none."""
    assignments: Sequence[str] = ()
    """The values that the command line has put over it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who says to have a node."""

    pid: int
    launch: Launch


def take_node(folder: NodeFolder, launch: Launch | None = None) -> None:
    """Have the node from now on: no other process can.

    Raises:
        SetupError: another process has this node.
        OSError: the folder cannot be used.
    """
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not try_lock(folder):
        raise SetupError(
            f"node.name = {folder.node!r}: another process runs this node; stop it, or give this one "
            "another name"
        )
    try:
        note_holder(folder, launch)
    except OSError:
        leave_node(folder)
        raise


def try_lock(folder: NodeFolder) -> bool:
    """Take the lock, if no process has it; whether it is ours.

    Raises:
        OSError: there is no such folder, or it cannot be used.
    """
    lock = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    except OSError:
        os.close(lock)
        raise
    _held[folder.lock] = lock
    return True


def note_holder(folder: NodeFolder, launch: Launch | None = None) -> None:
    """Write into the lock, which is ours, who has the node; by default with the configuration of before.

    Raises:
        OSError: it cannot be written.
    """
    if launch is None:
        before = read_holder(folder)
        launch = Launch() if before is None else before.launch
    said = {
        "pid": os.getpid(),
        "config": None if launch.config is None else str(launch.config.absolute()),
        "set": list(launch.assignments),
    }
    line = json.dumps(said).encode() + b"\n"
    os.ftruncate(_held[folder.lock], os.pwrite(_held[folder.lock], line, 0))


def leave_node(folder: NodeFolder) -> None:
    """Let go of the node: it may start again, in this process or another."""
    lock = _held.pop(folder.lock, None)
    if lock is not None:
        os.close(lock)


def read_holder(folder: NodeFolder) -> Holder | None:
    """Who says to have the node, or had it last; None where that cannot be read."""
    try:
        said = json.loads(folder.lock.read_bytes())
        config = said["config"]
        launch = Launch(None if config is None else Path(config), [str(each) for each in said["set"]])
        return Holder(int(said["pid"]), launch)
    except (OSError, ValueError, TypeError, KeyError):
        return None
