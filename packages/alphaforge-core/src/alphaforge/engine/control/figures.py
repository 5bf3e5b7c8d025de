"""What a kill has done, in numbers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KillFigures:
    """Of the orders that were open when the kill was asked for. Times are counted from there."""

    orders_open: int
    cancels_written: int
    """Whose cancel has left this machine's program."""
    written_ms: float | None
    """When the last of these cancels had left; None as long as there are others."""
    confirmed: int
    """Of which the venue has said that they are open no more."""
    confirmed_ms: float | None
    """When it had said so of all; None as long as it has not."""
    unconfirmed: Sequence[str]
    """The client order ids of the others, or the venue's ids where they have none."""

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left open."""
        return not self.unconfirmed and self.confirmed_ms is not None

    def to_json(self) -> dict[str, Any]:
        """As programs read it."""
        return asdict(self)
