"""How a WebSocket is to be kept, by the rules of its venue."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class SendRate:
    """At most so many messages within so many seconds; pings and pongs count."""

    messages: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketPlan:
    """One WebSocket connection: where to, and by which rules. Its text shows no query and no headers."""

    name: str
    """For logs and reports, like `binance market data`."""
    url: str = field(repr=False)
    """`ws://` or `wss://`."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    compression: bool = False
    """Offer permessage-deflate. It saves bytes and costs time."""
    max_message_bytes: int = 16 * 2**20
    """A longer message, decompressed, closes the connection with 1009."""
    idle_after_s: float | None = None
    """Closed as silent after so long without a message; pings and pongs do not count. None: never."""
    ping_interval_s: float | None = None
    """Ping so often, and close if the pong is not there before the next one. None: the venue pings."""
    max_lifetime_s: float | None = None
    """Replaced at a random time in the last tenth of this: state less than what the venue allows."""
    overlap_s: float = 5.0
    """How long the old connection stays beside its replacement after that is ready."""
    send_rate: SendRate | None = None
    connect_timeout_s: float = 10.0
    """For names, TCP, TLS and the opening handshake together."""
    ready_timeout_s: float = 30.0
    """How long after it has opened the handler may take until it calls `ready`."""
    max_pending_bytes: int = 2**20
    """Bound of the send queue."""
    max_pending_s: float = 1.0
    """Text that could not leave within this is dropped, and reported as not sent."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise ValueError(f"url of {self.name}: begin it with ws:// or wss:// and a host")

    @property
    def place(self) -> str:
        """The URL without user and query, which may hold secrets."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
