"""What a feed is."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import InstrumentTable


class Feed(Protocol):
    """Market data that is pulled: one batch after the other, in feed time, nothing left out."""

    @property
    def table(self) -> InstrumentTable:
        """The instruments whose events it gives."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a user must know of the data; complete once the batches have been read."""
        ...

    @property
    def progress(self) -> tuple[int, int]:
        """How much has been given, and how much there is, in the feed's own unit."""
        ...

    def history(self) -> Iterator[EventBatch]:
        """What is known of the time before, for bars; events that are no older than the first are not used.

        Raises:
            DataError: where the data cannot be read on.
        """
        ...

    def batches(self) -> Iterator[EventBatch]:
        """The events from the beginning, in batches of bounded size, by receive time.

        Raises:
            DataError: where the data cannot be read on.
        """
        ...
