"""Recordings, as readers of all plugins give them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import Instrument, InstrumentTable


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a file begins, by which a reader knows its own."""

    head: bytes
    """Its first bytes as they are in the file, at most 4096. Binary formats begin with bytes of their own."""
    frames: Sequence[bytes]
    """The first frames of a file of `<receive time, ns> <frame>` lines, without their times, unpacked;
    none where the file has no such lines."""


class Recording(Protocol):
    """Market data that was received before, in the order in which it was received."""

    @property
    def instruments(self) -> Sequence[Instrument]:
        """The instruments it holds."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a user must know of it: what was assumed, what is missing, how it ended.

        Complete once `batches` has been read to its end.
        """
        ...

    @property
    def progress(self) -> tuple[int, int]:
        """How much of it has been read, and how much there is, in bytes."""
        ...

    def batches(self, table: InstrumentTable) -> Iterator[EventBatch]:
        """Read it from the beginning, in batches of bounded size.

        `table` holds at least the recording's instruments; events of others are left out.

        Raises:
            DataError: where it cannot be read on; the text names file and line.
        """
        ...
