"""Measured latencies, from a file."""

import csv
from pathlib import Path

from alphaforge.model.errors import DataError
from alphaforge.model.fill_model import Latency

COLUMNS = ["ts", "entry_ns", "response_ns"]


def read_latencies(path: Path) -> Latency:
    """Read a CSV file with the columns ts, entry_ns and response_ns, all in nanoseconds.

    Raises:
        DataError: the file cannot be read, or a row makes no sense.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from error
    if not lines or lines[0] != COLUMNS:
        raise DataError(f"{path}: the first line must be {','.join(COLUMNS)}")
    rows = [_row(path, number, line) for number, line in enumerate(lines[1:], 1)]
    try:
        return Latency.recorded(rows)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{path}: {error}") from error


def _row(path: Path, number: int, line: list[str]) -> tuple[int, int, int]:
    try:
        ts, entry_ns, response_ns = map(int, line)
    except ValueError as error:
        raise DataError(f"{path}: row {number}: {','.join(line)!r}: write three whole numbers") from error
    return ts, entry_ns, response_ns
