"""A request to a venue that has no answer yet."""

from dataclasses import dataclass, field

import anyio

from alphaforge.drivers.websocket import WebSocketConnection
from alphaforge.sansio.venue_actions import Cancel, OrderAction
from alphaforge.sansio.venue_events import Doubtful, Refused, Result
from alphaforge.venues.tracked_order import OrderVersion, TrackedOrder

TAKEN_BACK = Refused("unavailable", "not_sent", "taken back: trading was halted", is_transient=False)
"""The result of a request that was held back before it left."""
CUT_OFF = Doubtful("cut off: trading was halted")
"""The result of a request over HTTP that may have left when trading was halted."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What was asked, of which order, and by which way it went."""

    tracked: TrackedOrder
    version: OrderVersion
    action: OrderAction
    doubtful_at_s: float
    message: bytes | None
    """What was meant for the connection; None where there was none."""
    connection: WebSocketConnection | None
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    """Around the request over HTTP."""

    @property
    def would_trade(self) -> bool:
        """Whether it is anything else than a cancel."""
        return not isinstance(self.action, Cancel)

    def take_back(self) -> bool:
        """Keep it from leaving; whether it has not, where it goes over a connection."""
        return (
            self.message is not None
            and self.connection is not None
            and self.connection.take_back(self.message)
        )


def no_room(wait_s: float) -> Refused:
    """The result of a request for which the limits have no room."""
    text = f"not sent: the venue's limit of requests has room again in {wait_s:.1f} s"
    return Refused("rate_limited", "not_sent", text, is_transient=True, retry_after_s=wait_s)


def is_unsent(result: Result) -> bool:
    """Whether not a byte of a request has left."""
    return isinstance(result, Refused) and result.code == "not_sent"
