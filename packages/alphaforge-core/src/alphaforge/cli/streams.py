"""The output streams of the process: whatever is at their other ends, a command runs to its end."""

import errno
import io
import os
import sys
from typing import TextIO

from typing_extensions import Buffer, override

from alphaforge.cli import exit_codes
from alphaforge.model.errors import AlphaForgeError
from alphaforge.model.redaction import redacted


class OutputError(AlphaForgeError):
    """What a command prints cannot be written."""


class _Stream(io.FileIO):
    """A stream that notes a failure to write instead of raising it, in a strategy or a plugin perhaps."""

    failure: OSError | None = None

    @override
    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            return memoryview(data).nbytes


class _RedactingText(io.TextIOWrapper):
    """A stream that shows no known secret: results, log lines, errors and tracebacks all pass here."""

    @override
    def write(self, text: str, /) -> int:
        super().write(redacted(text))
        return len(text)


def open_streams() -> None:
    """Make both streams such that no print raises, and none shows a secret.

    Raises:
        OutputError: standard output is closed, so that nothing that is asked for could be printed.
    """
    # Without a stream the next file that is opened would get its number, and whatever is written there;
    # and print() would write what is for stderr into the output.
    is_closed = sys.stdout is None
    sys.stdout = _lasting(sys.stdout or _nowhere())
    sys.stderr = _lasting(sys.stderr or _nowhere())
    if is_closed:
        raise OutputError("standard output is closed: redirect it, for example to /dev/null")


def _nowhere() -> TextIO:
    return open(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8", closefd=False)


def _lasting(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return _RedactingText(
        io.BufferedWriter(_Stream(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def end_output() -> None:
    """Write what is still to be written; where the output was not written, say so and end with an error."""
    sys.stdout.flush()
    stream = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if not isinstance(stream, _Stream) or stream.failure is None:
        return
    # A reader that has seen enough, such as `head`, is no fault to speak of.
    if stream.failure.errno != errno.EPIPE:
        print(f"error: standard output: {stream.failure.strerror}", file=sys.stderr)
    sys.exit(exit_codes.ERROR)
