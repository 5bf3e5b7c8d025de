"""Sinks: where records are copied for stores and people."""

from collections.abc import Sequence
from typing import Protocol

from alphaforge.model.orders import Record


class Sink(Protocol):
    """Writes records. All calls come from one worker at a time, never from the engine's own thread."""

    def open(self) -> None:
        """Prepare to write; called once, before the first record."""
        ...

    def write(self, records: Sequence[Record]) -> None:
        """Write records, in order. What it raises takes the sink out of service, not the node."""
        ...

    def close(self) -> None:
        """Write what is left; called once, at the end, if `open` succeeded."""
        ...
