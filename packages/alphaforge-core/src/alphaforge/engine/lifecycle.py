"""The lifecycle of a node."""

from enum import StrEnum


class NodeState(StrEnum):
    """Where a node is in its life."""

    STARTING = "starting"
    """States are loaded, sinks are opened, and the `on_start` of each strategy runs."""
    READY = "ready"
    """Events are dispatched and orders may leave. Monitors run from here on."""
    HALTED = "halted"
    """All trading was stopped: new orders are denied. Events are still dispatched, monitors still run."""
    DRAINING = "draining"
    """No more events, and no monitors. The `on_stop` of each strategy runs, and what it orders leaves
    unless trading is halted; then new orders are denied and what is in flight is delivered."""
    STOPPED = "stopped"
    """All is over: the sinks are closed and the states saved."""
