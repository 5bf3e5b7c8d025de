"""Epochs: the part of client order ids that is new with every start of a live node."""

import fcntl
import os
from pathlib import Path

from alphaforge.model.errors import SetupError

_held: dict[Path, int] = {}
"""The locks of this process by their files; the operating system lets go of them when it ends."""


def next_epoch(data_dir: Path, node: str) -> int:
    """Begin an epoch of a node: it is on disk before the number is used, and no other process has the node.

    Raises:
        SetupError: another process runs this node, or the folder cannot be used.
    """
    folder = data_dir / node
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _lock(folder / "lock", node)
        return _count_up(folder / "epoch")
    except OSError as error:
        raise SetupError(
            f"node.data_dir: {folder} cannot be used: {error.strerror or error}; set it to a folder of yours"
        ) from error


def end_epoch(data_dir: Path, node: str) -> None:
    """The node has ended: it may start again, in this process or another."""
    lock = _held.pop(data_dir / node / "lock", None)
    if lock is not None:
        os.close(lock)


def _lock(path: Path, node: str) -> None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise SetupError(
            f"node.name = {node!r}: another process runs this node; stop it, or give this one another name"
        ) from error
    _held[path] = lock


def _count_up(path: Path) -> int:
    before = path.read_text(encoding="ascii").strip() if path.exists() else "0"
    if not before.isdigit():
        raise SetupError(
            f"{path}: it holds {before!r} and no number: write the highest epoch that the node's orders have "
            "had there, the second part of their ids, in decimal"
        )
    epoch = int(before) + 1
    unfinished = path.with_suffix(".new")
    with unfinished.open("w", encoding="ascii") as file:
        file.write(f"{epoch}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return epoch
