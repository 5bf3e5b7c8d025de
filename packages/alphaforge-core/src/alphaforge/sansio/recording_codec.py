"""How a venue's data is put into recordings: lines of `<receive time, ns> <frame>` that its reader reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from alphaforge.model.instrument import Instrument
from alphaforge.sansio.http_message import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What is wanted of a venue's past."""

    symbol: str
    what: str
    """In the venue's words, such as `trades` or `klines:1m`."""
    since_ns: int
    until_ns: int
    """Not included."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What one answer holds of it."""

    lines: Sequence[tuple[int, bytes]]
    """Times and frames, oldest first. Without a receive time the time is when the venue knew it, ns."""
    following: HttpRequest | None
    """What to ask next; None at the end."""


class RecordingCodec(Protocol):
    """Frames for recordings, from what a venue answers over HTTP. A frame holds no line end."""

    def snapshot(self, instrument: Instrument, response: HttpResponse) -> bytes:
        """The answer to `MarketCodec.snapshot` as a frame that says whose book it is.

        Raises:
            FrameError: it is no book.
        """
        ...

    def begin(self, query: HistoryQuery) -> HttpRequest:
        """The first request of a query.

        Raises:
            DataError: the venue has no such history; the text says what it has.
        """
        ...

    def go_on(self, query: HistoryQuery, last: bytes) -> HttpRequest:
        """The request for what follows a frame that an earlier page held.

        Raises:
            FrameError: it is no frame of this query.
        """
        ...

    def read(self, query: HistoryQuery, request: HttpRequest, response: HttpResponse) -> HistoryPage:
        """What the venue answered to a request of this query.

        Raises:
            FrameError: it is not what was asked for; the text quotes it.
        """
        ...
