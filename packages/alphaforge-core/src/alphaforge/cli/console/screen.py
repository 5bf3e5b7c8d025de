"""The terminal as a screen: taken over, drawn on line by line, given back as it was."""

import os
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"
"""The alternate screen, so that what was there before comes back, without a cursor."""
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
_BEGIN_FRAME = "\x1b[?2026h"
"""A frame is shown at once, by terminals that know of it; others ignore this."""
_END_FRAME = "\x1b[?2026l"
_NARROWEST, _LOWEST = 20, 5


class Screen:
    """Draws frames, of which it writes the lines that have changed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown: Sequence[str] = ()
        self._size = (0, 0)

    def size(self) -> tuple[int, int]:
        """Columns and rows; 80 by 24 where the terminal does not tell."""
        columns, rows = os.get_terminal_size(self._stream.fileno())
        return (columns, rows) if columns >= _NARROWEST and rows >= _LOWEST else (80, 24)

    def draw(self, lines: Sequence[str], size: tuple[int, int]) -> None:
        """Show lines, one for each row of a terminal of this size and as wide as it."""
        clear = "" if size == self._size else "\x1b[2J"
        before = [] if clear else list(self._shown)
        changed = [
            f"\x1b[{row};1H{line}"
            for row, line in enumerate(lines, 1)
            if row > len(before) or line != before[row - 1]
        ]
        if changed or clear:
            self._stream.write(f"{_BEGIN_FRAME}{clear}{''.join(changed)}\x1b[0m{_END_FRAME}")
            self._stream.flush()
        self._shown, self._size = lines, size


@contextmanager
def taken_over(stream: TextIO) -> Iterator[Screen]:
    """Take the terminal over, and give it back whatever happens."""
    stream.write(_ENTER)
    try:
        with _without_echo():
            yield Screen(stream)
    finally:
        stream.write(_LEAVE)
        stream.flush()


@contextmanager
def _without_echo() -> Iterator[None]:
    """What is typed meanwhile is neither shown nor left for the shell."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
