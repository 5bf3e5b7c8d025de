"""Decoders of market-data frames."""

from typing import Protocol

from alphaforge.model.errors import DataError
from alphaforge.model.events import EventBatch


class FrameError(DataError):
    """A peer sent what its protocol does not allow. The text says what, and quotes the frame."""


class FrameDecoder(Protocol):
    """Turns a venue's frames into market events. Pure: it never awaits, sleeps or reads a clock."""

    def decode(self, data: bytes, ts_recv: int, batch: EventBatch) -> None:
        """Append the events of one frame, received at `ts_recv` (ns since the epoch), to `batch`.

        Frames that carry no market event (acknowledgements, other symbols) append nothing.

        Raises:
            FrameError: the frame is not what the venue's protocol allows. Events appended before
                stay; the decoder can go on with the next frame.
        """
        ...
