"""Files that are either as they were or as they are to be, whatever happens meanwhile."""

import os
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Replace what a file holds: when this returns the new text is on disk, and it is never half there.

    Raises:
        OSError: it could not be written; what it held before is still there.
    """
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - of a descriptor
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
