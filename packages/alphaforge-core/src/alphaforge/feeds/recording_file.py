"""Writing recordings: lines of `<receive time, ns> <frame>`, in gzip members that are whole on disk.

A gzip file may be many members one after the other. Each write here is one of them, so that a process that is
killed leaves a file that can be read to its last write.
"""

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Self

_LEVEL = 6

END_MARK = gzip.compress(b"", mtime=0)
"""An empty member: the last bytes of a file that is whole."""


class RecordingWriter:
    """Appends to one file."""

    def __init__(self, path: Path) -> None:
        """Create the file, or go on with the one that is there.

        Raises:
            OSError: it cannot be written.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab", buffering=0)
        self.size = self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Append lines; when this returns, they outlive the process.

        Raises:
            OSError: the disk is full, or has failed.
        """
        data = b"".join(b"%d %b\n" % line for line in lines)
        if data:
            self._append(gzip.compress(data, _LEVEL, mtime=0))

    def end(self) -> None:
        """Mark the file as whole, and see it safely on disk."""
        self._append(END_MARK)
        os.fsync(self._file.fileno())
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _append(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self.size += len(data)


def is_whole(path: Path) -> bool:
    """Whether a file ends with the mark of its end."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - len(END_MARK), 0))
        return file.read() == END_MARK
