"""Files of recordings as they are written: readable wherever they were cut, and known when they are whole."""

from datetime import date
from pathlib import Path

import pytest
from alphaforge.feeds.history_store import StoredDay, days_of, series_folder
from alphaforge.feeds.recording_file import END_MARK, RecordingWriter, is_whole
from alphaforge.model.recording_file import RecordingReader

FIRST = [(1_795_000_000_000_000_000 + number, b'{"line": %d}' % number) for number in range(5)]
SECOND = [(1_795_000_001_000_000_000 + number, b'{"line": %d}' % (5 + number)) for number in range(5)]
DAY = date(2026, 11, 20)


def written(path: Path) -> bytes:
    with RecordingWriter(path) as writer:
        writer.write(FIRST)
        writer.write(SECOND)
        assert writer.size == path.stat().st_size
    return path.read_bytes()


def lines_of(path: Path) -> list[tuple[int, bytes]]:
    reader, lines = RecordingReader(path), []
    while frames := reader.next_frames(3):
        lines += [(frame.ts_recv, frame.data) for frame in frames if frame.is_whole]
    return lines


def test_a_file_that_was_cut_anywhere_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    whole = written(path)
    with RecordingWriter(tmp_path / "first") as writer:
        writer.write(FIRST)
        first_size = writer.size
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        lines = lines_of(path)
        assert lines == [*FIRST, *SECOND][: len(lines)]
        assert len(lines) >= (5 if size >= first_size else 0)


def test_the_mark_of_the_end_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "whole.jsonl.gz"
    written(path)
    assert not is_whole(path)
    RecordingWriter(path).end()
    assert is_whole(path)
    assert path.read_bytes().endswith(END_MARK)
    assert lines_of(path) == [*FIRST, *SECOND]


def test_writing_goes_on_behind_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl.gz"
    written(path)
    with RecordingWriter(path) as writer:
        writer.write([])
        writer.write(FIRST)
    assert lines_of(path) == [*FIRST, *SECOND, *FIRST]


@pytest.mark.parametrize("lost", range(0, 120, 7))
def test_a_day_goes_on_behind_its_last_whole_line(tmp_path: Path, lost: int) -> None:
    day = StoredDay(DAY, tmp_path / "day.jsonl.gz")
    whole = written(day.part)
    day.part.write_bytes(whole[: len(whole) - lost])
    kept = lines_of(day.part)
    writer, last, was_cut = day.resume()
    assert last == (kept[-1][1] if kept else None)
    assert was_cut == (lost > 0 and len(whole) - lost not in {0, *_ends(tmp_path)})
    with writer:
        writer.write([*FIRST, *SECOND][len(kept) :])
        day.finish(writer)
    assert day.is_there()
    assert not day.part.exists()
    assert lines_of(day.path) == [*FIRST, *SECOND]


def _ends(folder: Path) -> list[int]:
    """Where a write ends."""
    with RecordingWriter(folder / "ends") as writer:
        writer.write(FIRST)
        return [writer.size]


def test_a_whole_day_that_lost_its_end_is_a_part_again(tmp_path: Path) -> None:
    day = StoredDay(DAY, tmp_path / "day.jsonl.gz")
    with RecordingWriter(day.part) as writer:
        writer.write(FIRST)
        day.finish(writer)
    assert day.is_there()
    day.path.write_bytes(day.path.read_bytes()[:-1])
    assert not day.is_there()
    assert day.part.exists()
    assert not day.path.exists()


def test_the_store_has_a_folder_for_each_series_and_a_file_for_each_day(tmp_path: Path) -> None:
    series = series_folder(tmp_path, "binance", "BTC/USDT", "klines:1m")
    days = days_of(series, date(2026, 2, 27), date(2026, 3, 1))
    assert [day.path.relative_to(tmp_path).as_posix() for day in days] == [
        f"binance/BTC-USDT/klines-1m/{day}.jsonl.gz" for day in ("2026-02-27", "2026-02-28", "2026-03-01")
    ]
    assert [day.until_ns for day in days[:-1]] == [day.since_ns for day in days[1:]]
