"""A store of fetched history: a file for each day, which gets its name when it is whole."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from alphaforge_rs import RecordingReader

from alphaforge.feeds.recording_file import RecordingWriter, is_whole

_FRAMES = 4_096
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StoredDay:
    """A day of one kind of data of one instrument."""

    day: date
    path: Path
    """Where it is when it is whole."""

    @property
    def part(self) -> Path:
        """Where it is until then."""
        return self.path.with_name(self.path.name + ".part")

    @property
    def since_ns(self) -> int:
        """Its first nanosecond, UTC."""
        return int(datetime.combine(self.day, time(), UTC).timestamp()) * _SECOND_NS

    @property
    def until_ns(self) -> int:
        """The first nanosecond of the next day."""
        return self.since_ns + 86_400 * _SECOND_NS

    def is_there(self) -> bool:
        """Whether it is whole. A file that has been cut since counts as a beginning."""
        if not self.path.exists():
            return False
        if is_whole(self.path):
            return True
        self.path.replace(self.part)
        return False

    def resume(self) -> tuple[RecordingWriter, bytes | None, bool]:
        """A writer behind the last whole line, the frame of that line, and whether something was cut off."""
        end = _PartEnd(self.part)
        last = None
        for lines in end.whole_lines():
            last = lines[-1][1]
        if end.is_cut:
            # Written anew beside it, and put in its place as a whole.
            mended = self.part.with_name(self.part.name + ".mended")
            mended.unlink(missing_ok=True)
            with RecordingWriter(mended) as writer:
                for lines in _PartEnd(self.part).whole_lines():
                    writer.write(lines)
            mended.replace(self.part)
        return RecordingWriter(self.part), last, end.is_cut

    def finish(self, writer: RecordingWriter) -> None:
        """Give the day its name."""
        writer.end()
        self.part.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def series_folder(store: Path, venue: str, symbol: str, what: str) -> Path:
    """Where a store keeps one kind of data of one instrument."""
    return store.joinpath(*(part.replace("/", "-").replace(":", "-") for part in (venue, symbol, what)))


def days_of(series: Path, first: date, last: date) -> list[StoredDay]:
    """The days from the first to the last, both included."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [StoredDay(day, series / f"{day.isoformat()}.jsonl.gz") for day in days]


class _PartEnd:
    """Reads a file that may have been cut off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_cut = False
        """Known once all has been read."""

    def whole_lines(self) -> Iterator[list[tuple[int, bytes]]]:
        if not self.path.exists() or not self.path.stat().st_size:
            return
        reader = RecordingReader(self.path)
        while frames := reader.next_frames(_FRAMES):
            self.is_cut = self.is_cut or not frames[-1].is_whole
            if lines := [(frame.ts_recv, frame.data) for frame in frames if frame.is_whole]:
                yield lines
        self.is_cut = self.is_cut or reader.cut_off_after is not None
