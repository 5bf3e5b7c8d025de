"""The inbox: what people and monitors ask of the engine, served before anything else each turn.

The fixed order of a turn is: requests of operators, then market data in a bounded batch. (Execution
reports of venues outside will stand between the two.)
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

MOST_REQUESTS = 256


@dataclass(frozen=True, slots=True)
class StopRequest:
    """End the run: drain and stop."""

    reason: str


@dataclass(frozen=True, slots=True)
class HaltRequest:
    """Stop all trading and cancel what is open; the node lives on."""

    reason: str


Request = StopRequest | HaltRequest


class InboxFullError(Exception):
    """More requests wait than a person or a monitor could mean. The request is refused, not lost silently."""


class Inbox:
    """Requests, in the order in which they came."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque()

    def put(self, request: Request) -> None:
        """Ask for something; it is served at the beginning of the next turn.

        Raises:
            InboxFullError: too many requests wait.
        """
        if len(self._requests) >= MOST_REQUESTS:
            raise InboxFullError(f"{MOST_REQUESTS} requests wait already; refused: {request}")
        self._requests.append(request)

    def take_all(self) -> Iterator[Request]:
        """Take out what waits."""
        while self._requests:
            yield self._requests.popleft()
