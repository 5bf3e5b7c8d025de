"""Paths of Unix domain sockets: the operating system takes about a hundred bytes and no more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_BYTES = 100


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """A path by which a socket can be bound and connected to, for as long as the block lasts.

    Raises:
        OSError: the folder is not there.
    """
    if len(os.fsencode(path)) <= _LONGEST_BYTES:
        yield str(path)
        return
    # The same file by way of its folder's descriptor, which is short (Linux).
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
