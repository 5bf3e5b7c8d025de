"""Recording a venue: every frame as it was received, and snapshots of books, in files that rotate.

Each file can be read alone: it begins with the venue's instrument list, and the books that it holds are asked
for anew. A book counts as recorded when a reader of this file would have it in sync.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import anyio
import anyio.to_thread
from alphaforge_rs import EventBatch, Instrument, Runtime

from alphaforge.drivers.clock import Clock
from alphaforge.feeds.recording_file import RecordingWriter
from alphaforge.model.errors import DataError
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpRequest, HttpResponse
from alphaforge.sansio.recording_codec import RecordingCodec
from alphaforge.sansio.venue_codec import MarketCodec, MarketNotice, Subscription
from alphaforge.sansio.venue_events import Fault
from alphaforge.sansio.websocket_plan import WebSocketPlan

FLUSH_EVERY_S = 0.25
"""A killed process loses what came in so long, and while it wrote: less than a second."""
_LONGEST_BACKLOG_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file is full."""

    bytes: int
    """As they are on disk."""
    seconds: float


class Recorder:
    """Takes what a venue's connections bring, and writes it."""

    def __init__(
        self,
        venue: str,
        folder: Path,
        rotation: Rotation,
        *,
        header: bytes,
        new_runtime: Callable[[], Runtime],
        clock: Clock,
    ) -> None:
        """`header` is the frame that each file begins with; `new_runtime` makes one that has seen nothing."""
        self.files: list[Path] = []
        self.frames = 0
        """Written."""
        self._venue = venue
        self._folder = folder
        self._rotation = rotation
        self._header = header
        self._new_runtime = new_runtime
        self._clock = clock
        self._lines: list[tuple[int, bytes]] = []
        self._waiting_bytes = 0
        self._last_ns = 0
        self._begin_file()

    def add(self, ts_recv: int, frame: bytes) -> None:
        """Keep a frame for the next write.

        Raises:
            DataError: the disk does not keep up, and memory would not last.
        """
        # Connections are read in turns: what was received a little earlier may come a little later.
        self._last_ns = max(self._last_ns, ts_recv)
        # A line end in a frame of JSON or of any text protocol is blank space.
        self._lines.append((self._last_ns, frame.replace(b"\n", b" ")))
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > _LONGEST_BACKLOG_BYTES:
            raise DataError(f"{self._writer.path}: the disk does not keep up with what comes in")

    def see(self, batch: EventBatch) -> None:
        """Follow the books as a reader of this file would."""
        self._runtime.run(batch)
        self._runtime.take_records()  # of an account that nobody trades on

    def is_synced(self, instrument: Instrument) -> bool:
        """Whether this file has the book in sync."""
        return self._runtime.book(instrument).is_synced

    async def run(self) -> NoReturn:
        """Write what comes, until cancelled; then write the rest.

        Raises:
            DataError: the file cannot be written.
        """
        try:
            while True:
                await anyio.sleep(FLUSH_EVERY_S)
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(self._write, self._take())
                if self._is_full():
                    self._next_file()
        finally:
            self._write(self._take())
            self._end_file()

    def _take(self) -> Sequence[tuple[int, bytes]]:
        lines, self._lines = self._lines, []
        self._waiting_bytes = 0
        return lines

    def _write(self, lines: Sequence[tuple[int, bytes]]) -> None:
        try:
            self._writer.write(lines)
        except OSError as error:
            raise DataError(f"{self._writer.path}: {error.strerror or error}") from error
        self.frames += len(lines)

    def _is_full(self) -> bool:
        age_s = self._clock.monotonic_s() - self._opened_s
        return self._writer.size >= self._rotation.bytes or age_s >= self._rotation.seconds

    def _next_file(self) -> None:
        # What came while the last write was under way belongs to what was written.
        self._write(self._take())
        self._end_file()
        self._begin_file()

    def _begin_file(self) -> None:
        now = datetime.fromtimestamp(self._clock.now_ns() / 1e9, UTC)
        path = self._folder / f"{self._venue.lower()}-{now:%Y%m%dT%H%M%S.%fZ}.jsonl.gz"
        try:
            self._writer = RecordingWriter(path)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror or error}") from error
        self.files.append(path)
        self._opened_s = self._clock.monotonic_s()
        self._runtime = self._new_runtime()
        self.add(self._clock.now_ns(), self._header)
        self._write(self._take())

    def _end_file(self) -> None:
        try:
            self._writer.end()
        except OSError as error:
            raise DataError(f"{self._writer.path}: {error.strerror or error}") from error


class RecordedMarket:
    """A market codec that hands everything to a recorder before it is read. See `MarketCodec`."""

    def __init__(self, codec: MarketCodec, frames: RecordingCodec, recorder: Recorder) -> None:
        self._codec = codec
        self._frames = frames
        self._recorder = recorder

    def plans(self, subscriptions: Sequence[Subscription]) -> Sequence[WebSocketPlan]:
        """See `MarketCodec`."""
        return self._codec.plans(subscriptions)

    def carries(self, plan: WebSocketPlan, instrument: Instrument) -> bool:
        """See `MarketCodec`."""
        return self._codec.carries(plan, instrument)

    def opening(self, plan: WebSocketPlan) -> Sequence[bytes]:
        """See `MarketCodec`."""
        return self._codec.opening(plan)

    def receive(self, data: bytes, ts_recv: int, batch: EventBatch) -> Sequence[MarketNotice]:
        """Keep the frame; one that cannot be read is told and left out, since readers would end at it."""
        notices = self._codec.receive(data, ts_recv, batch)
        if not any(isinstance(notice, Fault) for notice in notices):
            self._recorder.add(ts_recv, data)
        return notices

    def snapshot(self, instrument: Instrument) -> HttpRequest:
        """See `MarketCodec`."""
        return self._codec.snapshot(instrument)

    def read_snapshot(
        self, instrument: Instrument, response: HttpResponse, ts_recv: int, batch: EventBatch
    ) -> Fault | None:
        """Keep the book under the name of its instrument."""
        try:
            frame = self._frames.snapshot(instrument, response)
        except FrameError as error:
            return Fault(f"{instrument.id}: {error}")
        self._recorder.add(ts_recv, frame)
        return self._codec.read_snapshot(instrument, response, ts_recv, batch)
