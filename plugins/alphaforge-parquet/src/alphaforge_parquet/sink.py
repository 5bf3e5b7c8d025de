"""Records as Parquet: numbered files for each kind of record, each whole as soon as it has its name."""

import io
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from alphaforge.model.errors import SetupError
from alphaforge.model.orders import Record
from alphaforge.sinks.rows import SHAPES, Cell, row

from alphaforge_parquet.settings import ParquetSettings

_FOLDERS = {"order": "orders", "fill": "fills", "equity": "equity", "alert": "alerts"}
_TYPES: Mapping[Cell, pa.DataType] = {
    "time": pa.timestamp("ns", tz="UTC"),
    "text": pa.string(),
    # Money has 18 decimals, and nothing else has more. What has more than 20 digits before the point
    # does not fit, and is refused rather than rounded.
    "number": pa.decimal128(38, 18),
}
_RUNS = pa.schema([("run_id", pa.int64()), ("started_at", _TYPES["time"])])


class ParquetSink:
    """Writes records to `<folder>/<kind>/<run>-<part>.parquet`.

    What is read there are whole files, also after the process was killed: a part gets its name when it
    is written. What waits for its part to be full is lost then.
    """

    def __init__(self, settings: ParquetSettings) -> None:
        self._folder = settings.path
        self._part_rows = settings.part_rows
        self._part_s = settings.part_s
        self._parts: dict[str, _Part] = {}

    def open(self) -> None:
        """Create the folders where need be, and begin a run.

        Raises:
            SetupError: the folder cannot be used.
        """
        try:
            run_id = self._begin_run()
            for kind, name in _FOLDERS.items():
                (self._folder / name).mkdir(exist_ok=True)
                self._parts[kind] = _Part(self._folder / name, run_id, SHAPES[kind])
        except OSError as error:
            remedy = "set path to a folder, or to one that is not there yet"
            raise SetupError(f"{self._folder}: {error.strerror or error}; {remedy}") from error

    def write(self, records: Sequence[Record]) -> None:
        """Take records, and write the parts that are full or have waited long enough."""
        for record in records:
            values = row(record)
            self._parts[values.pop("type")].add(values)
        for part in self._parts.values():
            if part.is_due(self._part_rows, self._part_s):
                part.write()

    def close(self) -> None:
        """Write what is left."""
        for part in self._parts.values():
            part.write()

    def _begin_run(self) -> int:
        """Claim the next number of a run: a file of its own that no other has made."""
        folder = self._folder / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.stem) for path in folder.glob("*.parquet") if path.stem.isdecimal()]
        run_id = 1 + max(taken, default=0)
        run = io.BytesIO()
        pq.write_table(pa.table({"run_id": [run_id], "started_at": [time.time_ns()]}, schema=_RUNS), run)
        # Another node that claims the same number now fails here.
        with (folder / f"{run_id:06d}.parquet").open("xb") as file:
            file.write(run.getbuffer())
        return run_id


class _Part:
    """The rows of one kind that wait for their file."""

    def __init__(self, folder: Path, run_id: int, shape: Mapping[str, Cell]) -> None:
        self._folder = folder
        self._run_id = run_id
        self._shape = shape
        self._rows: list[dict[str, Any]] = []
        self._began = 0.0
        self._number = 0

    def add(self, values: dict[str, Any]) -> None:
        if not self._rows:
            self._began = time.monotonic()
        self._rows.append(values)

    def is_due(self, most_rows: int, longest_s: float) -> bool:
        return bool(self._rows) and (
            len(self._rows) >= most_rows or time.monotonic() - self._began >= longest_s
        )

    def write(self) -> None:
        """Write the rows to a file, which gets its name when it is whole."""
        if not self._rows:
            return
        arrays = [pa.array([self._run_id] * len(self._rows), pa.int64())]
        for name, cell in self._shape.items():
            values = [values[name] for values in self._rows]
            if cell == "number":
                values = [None if value is None else Decimal(value) for value in values]
            arrays.append(pa.array(values, _TYPES[cell]))
        table = pa.table(arrays, names=["run_id", *self._shape])
        self._number += 1
        path = self._folder / f"{self._run_id:06d}-{self._number:06d}.parquet"
        unfinished = path.with_suffix(".unfinished")
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(path)
        self._rows = []
