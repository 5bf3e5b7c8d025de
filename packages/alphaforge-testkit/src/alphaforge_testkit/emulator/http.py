"""HTTP requests and answers, as a venue sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

import msgspec


@dataclass(slots=False)
class HttpRequest:
    """A request, with the bytes that were received: signatures cover these."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    peer: str
    """The address it came from, without the port."""

    @property
    def target(self) -> str:
        """What faults match, such as `GET /api/v3/order`."""
        return f"{self.method} {self.path}"

    @cached_property
    def query_fields(self) -> dict[str, str]:
        """The decoded fields of the query."""
        return parse_fields(self.query)


@dataclass(slots=True)
class HttpResponse:
    """An answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> "HttpResponse":
        """An answer that holds JSON."""
        return cls(status, msgspec.json.encode(value), headers or {})


def parse_fields(raw: bytes) -> dict[str, str]:
    """Fields of `a=1&b=2`, percent-decoded; of one that stands twice the first counts."""
    fields: dict[str, str] = {}
    for pair in raw.decode("latin-1").split("&"):
        if pair:
            name, _, value = pair.partition("=")
            fields.setdefault(unquote_plus(name), unquote_plus(value))
    return fields
