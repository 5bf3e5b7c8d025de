"""Monitors: they look at a running node and say whether all is well."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

Status: TypeAlias = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class NodeView:
    """What a monitor may see of a node."""

    state: str
    """The node's lifecycle state."""
    events: int
    """Market events so far."""
    since_last_event_s: float
    """Seconds by the monotonic clock since the last market event reached the engine."""
    feed_time_ns: int
    """The time of the last market event, ns since the epoch."""
    lag_s: float = 0.0
    """With a live feed: how old by the venue's time the oldest event of the last read was, in the stream
    that lags most."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a monitor found. `text` is for a person who has to act on it."""

    status: Status
    text: str
    halt: bool = False
    """True to stop all trading: the node is halted and its orders are cancelled."""


class Monitor(Protocol):
    """Looks at a node again and again."""

    @property
    def interval_s(self) -> float:
        """Seconds between two looks."""
        ...

    def check(self, node: NodeView) -> CheckResult:
        """Look once. What it raises counts as a failed check."""
        ...
