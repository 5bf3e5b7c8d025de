"""The control socket of a node: requests in, answers out. A slow or silent client holds nobody up."""

import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import anyio
from anyio.abc import SocketListener, SocketStream

from alphaforge.engine.control.messages import (
    LONGEST_LINE_BYTES,
    Answer,
    Request,
    RequestError,
    as_line,
    failure,
    read_request,
)
from alphaforge.engine.control.socket_path import socket_address
from alphaforge.model.errors import SetupError, describe

log = logging.getLogger("alphaforge.engine")

_SILENT_S = 5.0
"""A connection that says no whole request for so long is closed."""
_TAKES_S = 5.0
"""One that does not take its answer within this is closed."""
_MOST_WAITING = 32
"""So many connections may wait for their request; then the one that has waited longest is closed."""
_BACKLOG = 16


class AnswersRequests(Protocol):
    """Serves requests; see `OperatorDesk`."""

    def answers(self, request: Request, arrived_s: float) -> AsyncIterator[Answer]:
        """The answers to a request that came at `arrived_s`, by the monotonic clock."""
        ...


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[SocketListener]:
    """The socket of a node, which nobody else can have: its process holds the lock beside it.

    Raises:
        SetupError: it cannot be made.
    """
    try:
        listener = _listen(path)
    except OSError as error:
        raise SetupError(f"{path}: the control socket cannot be made: {error.strerror or error}") from error
    try:
        async with await SocketListener.from_socket(listener) as wrapped:
            yield wrapped
    finally:
        _forget(path)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    _forget(path)  # of a process that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with socket_address(path) as address:
            listener.bind(address)
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


class ControlServer:
    """Takes connections, reads a request at a time, and passes the answers on."""

    def __init__(self, desk: AnswersRequests, monotonic_s: Callable[[], float]) -> None:
        self._desk = desk
        self._monotonic_s = monotonic_s
        self._waiting: dict[SocketStream, anyio.CancelScope] = {}

    async def serve(self, listener: SocketListener) -> None:
        """Serve until cancelled."""
        await listener.serve(self._connected)

    async def _connected(self, stream: SocketStream) -> None:
        async with stream:
            try:
                while (line := await self._next_line(stream)) is not None:
                    await self._answer(stream, line, self._monotonic_s())
            except RequestError as error:
                await self._send(stream, failure(error.code, str(error)))
            except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.ClosedResourceError):
                return  # whoever it was has gone

    async def _next_line(self, stream: SocketStream) -> bytes | None:
        """The next request; None where none comes in time.

        Raises:
            RequestError: it is too long.
        """
        if len(self._waiting) >= _MOST_WAITING:
            next(iter(self._waiting.values())).cancel()
        received = bytearray()
        with anyio.move_on_after(_SILENT_S) as scope:
            self._waiting[stream] = scope
            try:
                while b"\n" not in received:
                    if len(received) > LONGEST_LINE_BYTES:
                        raise RequestError("too_long", f"a request has at most {LONGEST_LINE_BYTES} bytes")
                    received += await stream.receive(LONGEST_LINE_BYTES)
            finally:
                del self._waiting[stream]
            # One request at a time: whoever sends the next before the answer to this one is not heard.
            return bytes(received[: received.index(b"\n")])
        return None

    async def _answer(self, stream: SocketStream, line: bytes, arrived_s: float) -> None:
        try:
            request = read_request(line)
            async for answer in self._desk.answers(request, arrived_s):
                await self._send(stream, answer)
        except RequestError as error:
            await self._send(stream, failure(error.code, str(error)))
        except Exception as error:  # a request must not end the node
            log.exception("a request to the control socket failed")
            await self._send(stream, failure("failed", describe(error)))

    async def _send(self, stream: SocketStream, answer: Answer) -> None:
        """Send an answer to whoever is still there: what was asked for is done all the same."""
        with anyio.move_on_after(_TAKES_S) as scope:
            try:
                await stream.send(as_line(answer))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return
        if scope.cancelled_caught:
            await anyio.aclose_forcefully(stream)
