"""Why a WebSocket connection has ended, or did not open."""

from dataclasses import dataclass
from enum import StrEnum


class CloseKind(StrEnum):
    """What ended a connection."""

    CONNECT_FAILED = "connect_failed"
    """The name, the TCP connection or the deadline for opening."""
    TLS_FAILED = "tls_failed"
    """The peer could not prove who it is, or speaks no TLS."""
    REFUSED = "refused"
    """The peer answered the opening handshake with no; `code` is its HTTP status."""
    CLOSED_BY_PEER = "closed_by_peer"
    """The peer said goodbye; `code` and `text` are its words."""
    LOST = "lost"
    """The transport ended without a goodbye."""
    SILENT = "silent"
    """No message for longer than `idle_after_s`."""
    NO_PONG = "no_pong"
    """A ping of ours was not answered in time."""
    PROTOCOL_ERROR = "protocol_error"
    """The peer broke the protocol; `code` is what we told it."""
    MESSAGE_TOO_BIG = "message_too_big"
    """A message was longer than `max_message_bytes`."""
    NOT_READY = "not_ready"
    """The handler did not call `ready` within `ready_timeout_s`."""
    RENEWED = "renewed"
    """Another connection has taken its place."""
    CLOSED_BY_US = "closed_by_us"
    """The handler or the node's end closed it."""


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a connection has ended."""

    kind: CloseKind
    text: str = ""
    code: int | None = None
    """Close code of WebSocket, or HTTP status when refused; None if there was none."""
    retry_after_s: float | None = None
    """How long the peer told us to wait; None if it did not."""

    def __str__(self) -> str:
        code = "" if self.code is None else f" {self.code}"
        return f"{self.kind}{code}: {self.text}" if self.text else f"{self.kind}{code}"
