"""Requests and responses of HTTP as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from alphaforge.sansio.priority import Priority

HttpMethod: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to a venue. Its bytes go out exactly as they are given here.

    What may hold a secret or a signature (query, headers, body) is not in its text, so that it may be logged.
    """

    method: HttpMethod
    path: str
    """As on the wire, percent-encoded, from the first slash; without a query."""
    query: str = field(default="", repr=False)
    """As on the wire and as signed, percent-encoded, without the question mark."""
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    is_idempotent: bool = False
    """Sent twice, it does what it does once: only then it is tried again."""
    weight: int = 1
    """What it costs of the venue's request weight."""
    priority: Priority = Priority.QUERY
    deadline_s: float = 10.0
    """For everything: waiting for the budget, connecting, every try, and the whole answer."""

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or "?" in self.path:
            raise ValueError(f"path {self.path!r}: begin it with a slash, and give the query apart")
        if not (self.path.isascii() and self.query.isascii()) or _has_blanks(self.path + self.query):
            raise ValueError(f"{self.method} {self.path}: percent-encode path and query before signing")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The whole answer to a request, whatever its status is."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes


def _has_blanks(text: str) -> bool:
    """Whether there is what would end the request line, or a part of it."""
    return any(character <= " " or character == "\x7f" for character in text)
