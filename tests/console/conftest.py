"""A real terminal for the command line: a pseudo-terminal, whose screen pyte draws as text."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

COMMAND = Path(sys.executable).with_name("alphaforge")
LONGEST_S = 60


class Terminal:
    """A process on a terminal of its own, and what its screen shows."""

    def __init__(self, arguments: tuple[str, ...], size: tuple[int, int], variables: dict[str, str]) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ALPHAFORGE_")}
        kept.pop("NO_COLOR", None)
        kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"} | variables
        self.process = subprocess.Popen(
            [COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=kept,
            preexec_fn=take_terminal,  # noqa: PLW1509 - nothing else runs yet
        )
        self.slave = slave

    @property
    def lines(self) -> list[str]:
        """The rows of the screen."""
        return list(self.screen.display)

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, wait_s: float = 0.05) -> bool:
        """Take what was written; False where nothing came."""
        ready, _, _ = select.select([self.master], [], [], wait_s)
        if not ready:
            return False
        written = os.read(self.master, 1 << 16)
        self.raw += written
        self._stream.feed(written)
        return True

    def wait_for(self, shows: Callable[["Terminal"], bool]) -> None:
        """Read until the screen shows something, or fail."""
        deadline = time.monotonic() + LONGEST_S
        while not shows(self):
            assert time.monotonic() < deadline, f"never shown; the screen:\n{self.text}"
            assert self.process.poll() is None or self.read(), f"the process has ended:\n{self.text}"
            self.read()

    def wait(self) -> int:
        """Read until the process ends, and all it wrote."""
        deadline = time.monotonic() + LONGEST_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end; the screen:\n{self.text}"
            self.read()
        while self.read():
            pass
        return self.process.returncode

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def take_terminal() -> None:
    """Make the terminal that of the process, as a shell does, so that its Ctrl-C is a signal."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def terminal():
    """`terminal(*arguments, size=(columns, rows), **variables)` starts the command line on a terminal."""
    started = []

    def start(*arguments: str, size: tuple[int, int] = (100, 30), **variables: str) -> Terminal:
        started.append(Terminal(arguments, size, variables))
        return started[-1]

    yield start
    for one in started:
        one.close()
