"""The lifecycle of a node."""

from enum import StrEnum


class NodeState(StrEnum):
    """Where a node is in its life. Strategies run only in READY."""

    STARTING = "starting"
    """Strategies, sinks and monitors are being started."""
    READY = "ready"
    """Events are dispatched and orders may leave."""
    HALTED = "halted"
    """Trading was stopped; events are still dispatched, new orders are denied."""
    DRAINING = "draining"
    """No more events; what is in flight is delivered, new orders are denied."""
    STOPPED = "stopped"
    """All is over and written."""
