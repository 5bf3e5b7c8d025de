"""What a WebSocket connection should be like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebSocketPlan:
    """A connection to be made, and kept."""

    name: str
    """For messages, such as `market 1`; unique within a venue."""
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    compression: bool = False
    max_message_bytes: int = 8 * 2**20
    connect_timeout_s: float = 10.0
    idle_after_s: float = 30.0
    """Without any message for so long the connection counts as dead, whatever its pings say."""
    ping_interval_s: float | None = None
    """How often we ping, where the venue does not."""
    max_lifetime_s: float | None = None
    """A new connection takes over before this, because the venue ends it then."""
    overlap_s: float = 2.0
    """How long the old connection is kept beside a new one that is ready."""
    send_rate: tuple[int, float] | None = None
    """So many messages in so many seconds, pongs included, are the most that the venue takes."""
