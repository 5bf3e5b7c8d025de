"""Signals that end a command before it is done: one line, and the exit code that shells expect."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from alphaforge.cli import exit_codes
from alphaforge.cli.output import say


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """End the command on SIGINT and SIGTERM, as soon as what runs can be left."""
    received = [signal.SIGINT]

    def treat_as_interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # In the background of a script, where SIGINT does not count, there is no gentler way.
            _say_ended(received[-1])
            os._exit(exit_codes.SIGNALLED + number)
        # An event loop knows how to end for SIGINT without breaking into a strategy.
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, treat_as_interrupt)
    try:
        yield
    except KeyboardInterrupt:
        _say_ended(received[-1])
        sys.exit(exit_codes.SIGNALLED + received[-1])
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_ended(by: signal.Signals) -> None:
    say(f"error: ended by {by.name} before it was done")
