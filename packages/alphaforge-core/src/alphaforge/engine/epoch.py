"""Epochs: the part of client order ids that is new with every start of a live node."""

from pathlib import Path

from alphaforge.engine.control.durable_file import write_durably
from alphaforge.engine.control.node_folder import Launch, NodeFolder, take_node
from alphaforge.model.errors import SetupError


def next_epoch(folder: NodeFolder, launch: Launch | None = None) -> int:
    """Begin an epoch of a node: it is on disk before the number is used, and no other process has the node.

    Raises:
        SetupError: another process runs this node, or the folder cannot be used.
    """
    hold_node(folder, launch)
    try:
        return _count_up(folder.path / "epoch")
    except OSError as error:
        raise _unusable(folder, error) from error


def hold_node(folder: NodeFolder, launch: Launch | None = None) -> None:
    """Have the node without a new epoch, for one whose orders never leave it.

    Raises:
        SetupError: as for `next_epoch`.
    """
    try:
        take_node(folder, launch)
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: NodeFolder, error: OSError) -> SetupError:
    return SetupError(
        f"node.data_dir: {folder.path} cannot be used: {error.strerror or error}; set it to a folder of yours"
    )


def _count_up(path: Path) -> int:
    before = path.read_text(encoding="ascii").strip() if path.exists() else "0"
    if not before.isdigit():
        raise SetupError(
            f"{path}: it holds {before!r} and no number: write the highest epoch that the node's orders have "
            "had there, the second part of their ids, in decimal"
        )
    epoch = int(before) + 1
    write_durably(path, f"{epoch}\n")
    return epoch
