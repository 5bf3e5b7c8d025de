"""Requests and responses, as codecs make and read them."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaforge.sansio.priority import Priority


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request. Path, query and body go out byte by byte as they stand here: a signature is over them."""

    method: str
    path: str
    """From the root of the host, such as `/api/v3/order`."""
    query: str = ""
    """Encoded, without the question mark."""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    weight: int = 1
    """What it takes of the venue's limit."""
    priority: Priority = Priority.QUERY
    is_idempotent: bool = True
    """Sending it twice does what sending it once does; no other is ever repeated."""
    deadline_s: float = 10.0
    """From the call until the whole answer, waiting for the limit included."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response, of any status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
