"""The live feed: what the connected venues trade. Its events are pushed, not pulled."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from alphaforge_rs import EventBatch, Instrument, InstrumentTable


class _Connected(Protocol):
    """A venue that has been connected to."""

    @property
    def instruments(self) -> Sequence[Instrument]: ...


class LiveFeed:
    """The instruments of all connected venues. There is nothing to pull: sockets push their events."""

    notes: Sequence[str] = ()
    progress = (0, 0)

    def __init__(self, venues: Sequence[_Connected]) -> None:
        self.table = InstrumentTable([each for venue in venues for each in venue.instruments])

    def history(self) -> Iterator[EventBatch]:
        """Nothing yet."""
        yield from ()

    def batches(self) -> Iterator[EventBatch]:
        """Nothing: see `engine.live_node`."""
        yield from ()
