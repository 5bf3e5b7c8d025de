"""Speaking to a running node over its control socket."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from alphaforge.engine.control.messages import Answer, Request, as_line
from alphaforge.engine.control.node_folder import NodeFolder
from alphaforge.engine.control.socket_path import socket_address
from alphaforge.model.errors import AlphaForgeError

ANSWERS_WITHIN_S = 1.0
"""A node that says nothing for so long is held to be wedged."""


class NoAnswerError(AlphaForgeError):
    """The node does not run, or does not answer."""


class RefusedError(AlphaForgeError):
    """The node has refused a request."""


def ask(folder: NodeFolder, request: Request, *, more_s: float = 0.0) -> Iterator[Answer]:
    """The answers to a request, as they come; each of those after the first may take `more_s` longer.

    Raises:
        NoAnswerError: the node does not run, or does not answer.
        RefusedError: it has refused the request.
    """
    with _connected(folder) as connection:
        try:
            connection.sendall(as_line(request))
            lines = _lines(connection, more_s)
            for line in lines:
                answer = Answer.model_validate_json(line)
                if answer.error is not None:
                    raise RefusedError(f"node {folder.node!r}: {answer.error.text}")
                yield answer
                if answer.is_last:
                    return
        except (OSError, ValidationError) as error:
            raise NoAnswerError(f"node {folder.node!r}: no answer: {error}") from error
    raise NoAnswerError(f"node {folder.node!r}: it has ended before it had answered")


def ask_once(folder: NodeFolder, request: Request) -> Answer:
    """The one answer to a request.

    Raises:
        NoAnswerError: the node does not run, or does not answer.
        RefusedError: it has refused the request.
    """
    return next(iter(ask(folder, request)))


@contextmanager
def _connected(folder: NodeFolder) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWERS_WITHIN_S)
        try:
            with socket_address(folder.socket) as address:
                connection.connect(address)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoAnswerError(f"node {folder.node!r}: it does not run in {folder.path}") from error
        except OSError as error:
            raise NoAnswerError(f"node {folder.node!r}: {folder.socket}: {error}") from error
        yield connection


def _lines(connection: socket.socket, more_s: float) -> Iterator[bytes]:
    received = bytearray()
    within_s = ANSWERS_WITHIN_S
    while True:
        deadline_s = time.monotonic() + within_s
        while b"\n" not in received:
            connection.settimeout(max(deadline_s - time.monotonic(), 0.001))
            data = connection.recv(65536)
            if not data:
                return
            received += data
        line, _, received = received.partition(b"\n")
        yield bytes(line)
        within_s = ANSWERS_WITHIN_S + more_s
