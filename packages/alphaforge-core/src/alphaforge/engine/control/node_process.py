"""Ending the process of a node, whatever it is doing, and having the node in its place.

A process that is stopped (SIGSTOP) or busy could wake up and send. So it is killed before anything is asked
of the venues, and it is proven that it was the node's process and that it is dead: its number is taken from
the lock, it is held by a pidfd, which no later process can be mistaken for, and only a process that holds
the node's lock by the operating system's word is killed. Then the lock is ours, so that no other can start.
"""

import logging
import os
import select
import signal
import time
from pathlib import Path

from alphaforge.engine.control.node_folder import NodeFolder, note_holder, read_holder, try_lock
from alphaforge.model.errors import AlphaForgeError

log = logging.getLogger("alphaforge.engine")

_PAUSE_S = 0.02
_DIES_WITHIN_S = 5.0


class NotEndedError(AlphaForgeError):
    """The process that has the node cannot be ended, or cannot be told from others."""


def end_process(folder: NodeFolder) -> list[int]:
    """End whatever process has the node, and have it; returns the numbers of those that were killed.

    Where something starts the node again meanwhile, that is ended too.

    Raises:
        NotEndedError: it cannot be ended, or nobody can say which process it is.
    """
    killed: list[int] = []
    deadline_s = time.monotonic() + _DIES_WITHIN_S
    launch = None
    while not try_lock(folder):
        if time.monotonic() > deadline_s:
            raise NotEndedError(
                f"{folder.lock}: it is held, and the process that holds it cannot be found or ended"
            )
        holder = read_holder(folder)
        if holder is not None and _kill(holder.pid, folder.lock):
            killed.append(holder.pid)
            launch = holder.launch
        else:
            time.sleep(_PAUSE_S)
    try:
        note_holder(folder, launch)
    except OSError as error:
        log.warning("%s: not written: %s", folder.lock, error.strerror or error)
    return killed


def _kill(pid: int, lock: Path) -> bool:
    """Kill a process if it holds the lock; whether it is dead."""
    if pid == os.getpid():
        return False
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except OSError as error:
        raise NotEndedError(f"process {pid}: {error.strerror or error}") from error
    try:
        # While the pidfd is open, a signal through it reaches this process or none.
        if not _holds(pid, lock):
            return False
        signal.pidfd_send_signal(process, signal.SIGKILL)
        poll = select.poll()
        poll.register(process, select.POLLIN)
        if not poll.poll(_DIES_WITHIN_S * 1e3):
            raise NotEndedError(f"process {pid}: it does not die of SIGKILL (it may hang in the kernel)")
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise NotEndedError(f"process {pid}: {error.strerror}: run this as its user") from error
    finally:
        os.close(process)
    return True


def _holds(pid: int, lock: Path) -> bool:
    """Whether a process holds a lock on a file, by the word of the operating system (Linux)."""
    wanted = lock.stat()
    descriptors = Path(f"/proc/{pid}/fd")
    for descriptor in descriptors.iterdir():
        try:
            found = descriptor.stat()
            if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                told = Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text(encoding="ascii")
                if any(line.startswith("lock:") and "FLOCK" in line for line in told.splitlines()):
                    return True
        except FileNotFoundError:
            continue  # closed meanwhile
    return False
