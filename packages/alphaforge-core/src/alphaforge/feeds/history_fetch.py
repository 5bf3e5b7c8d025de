"""Fetching a day of a venue's past, page by page, into the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alphaforge.drivers.http import HttpDriver
from alphaforge.feeds.history_store import StoredDay
from alphaforge.feeds.recording_file import RecordingWriter
from alphaforge.model.errors import DataError
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpRequest
from alphaforge.sansio.recording_codec import HistoryQuery, RecordingCodec

SETTLED_AFTER_NS = 60_000_000_000
"""A day is over when the venue has surely told all of it."""


@dataclass(frozen=True, slots=True)
class FetchedDay:
    """What became of a day."""

    lines: int
    """Newly fetched."""
    is_whole: bool
    was_cut: bool
    """An earlier run was killed in the middle of a write: what it had cut off was fetched again."""


async def fetch_day(
    day: StoredDay,
    query: HistoryQuery,
    *,
    codec: RecordingCodec,
    http: HttpDriver,
    header: bytes,
    now_ns: int,
    progress: Callable[[int, int], None],
) -> FetchedDay:
    """Fetch what is missing of a day. `header` is a frame that its file begins with, of the day's beginning.

    `progress` is told the time that has been reached, and the lines so far.

    Raises:
        DataError: the venue does not answer, or not with what was asked for. What has come is kept.
    """
    writer, last, was_cut = day.resume()
    fetched = 0
    with writer:
        if last is None:
            writer.write([(day.since_ns, header)])
        is_new = last is None or last == header
        request: HttpRequest | None = codec.begin(query) if is_new else codec.go_on(query, last or b"")
        reached_ns = day.since_ns
        while request is not None:
            try:
                page = codec.read(query, request, await http.request(request))
            except (TransportError, FrameError) as error:
                raise DataError(f"{day.part}: {error}; what was fetched is kept: run it again") from error
            reached_ns = _write(writer, page.lines, reached_ns)
            fetched += len(page.lines)
            progress(reached_ns, fetched)
            request = page.following
        is_over = now_ns >= day.until_ns + SETTLED_AFTER_NS
        if is_over:
            day.finish(writer)
    return FetchedDay(fetched, is_over, was_cut)


def _write(writer: RecordingWriter, lines: Sequence[tuple[int, bytes]], reached_ns: int) -> int:
    """Write a page. Recordings run on receive times, which never go back."""
    written = []
    for time_ns, frame in lines:
        reached_ns = max(reached_ns, time_ns)
        written.append((reached_ns, frame))
    writer.write(written)
    return reached_ns
