"""Signals that end a command before it is done: one line, and the exit code that shells expect."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from alphaforge.cli import exit_codes

_SHOW_CURSOR = "\x1b[?25h"
"""A progress bar had hidden it."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """End the command on SIGINT and SIGTERM, as soon as what runs can be left; on a second one at once.

    An exception out of a signal handler is lost where it meets a destructor or an import's callback.
    So an event loop is asked to end between two callbacks, and before there is one the process exits:
    nothing is open then that would have to be closed.
    """
    received: list[signal.Signals] = []

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        loop = asyncio._get_running_loop()  # noqa: SLF001 - the public one raises where there is none
        if loop is None or len(received) > 1:
            _say_ended(received[-1])
            os._exit(exit_codes.SIGNALLED + number)
        loop.call_soon_threadsafe(_interrupt)

    # In the background of a script SIGINT does not count.
    counting = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, end) for each in counting}
    try:
        yield
    except KeyboardInterrupt:
        _say_ended(received[-1])
        sys.exit(exit_codes.SIGNALLED + received[-1])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt() -> None:
    raise KeyboardInterrupt


def _say_ended(by: signal.Signals) -> None:
    """Written past Python's streams: the signal may have come in the middle of a print."""
    shown_again = _SHOW_CURSOR if sys.stderr.isatty() else ""
    text = f"{shown_again}error: ended by {by.name} before it was done\n"
    os.write(sys.stderr.fileno(), text.encode())
