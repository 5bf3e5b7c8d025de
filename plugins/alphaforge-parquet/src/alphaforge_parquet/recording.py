"""Parquet files of market events, read as recordings."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from alphaforge.model.errors import AlphaForgeError, DataError
from alphaforge.model.events import EventBatch, decode_columns
from alphaforge.model.instrument import Instrument, InstrumentTable

from alphaforge_parquet.columns import from_arrow
from alphaforge_parquet.schema import read_metadata, scales_of, schema_of

ROWS_PER_BATCH = 65_536


class ParquetRecording:
    """A file that `alphaforge data convert` has written."""

    def __init__(self, path: Path, instruments_file: Path | None = None) -> None:
        """Open it.

        Raises:
            DataError: it is damaged, or holds something else than market events.
        """
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
            self.instruments: Sequence[Instrument]
            self.instruments, self.notes = read_metadata(self._file.metadata.metadata)
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{path}: the Parquet file is damaged ({error}); convert it again") from error
        except AlphaForgeError as error:
            raise DataError(f"{path}: {error}") from error
        self._check_schema()
        if instruments_file is not None:
            self.notes.append(
                f"{path}: its instruments are those in the file, not those of {instruments_file}"
            )
        groups = self._file.metadata
        self._sizes = [groups.row_group(group).total_byte_size for group in range(groups.num_row_groups)]
        self._read = 0

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes there are, both unpacked."""
        return self._read, sum(self._sizes)

    def batches(self, table: InstrumentTable) -> Iterator[EventBatch]:
        """The events; see `Recording`."""
        handles = {
            one.id: handle
            for one in self.instruments
            if (handle := table.handle(one.venue, one.symbol)) is not None
        }
        price_scale, quantity_scale = scales_of(self.instruments)
        self._read = 0
        for group, size in enumerate(self._sizes):
            try:
                filled = self._filled_columns(group)
                for rows in self._file.iter_batches(ROWS_PER_BATCH, row_groups=[group], columns=filled):
                    columns = from_arrow(rows, handles)
                    yield decode_columns(
                        table, columns, price_scale=price_scale, quantity_scale=quantity_scale
                    )
            except (pa.ArrowException, OSError) as error:
                text = f"{self._path}: row group {group} is damaged ({error}); convert the recording again"
                raise DataError(text) from error
            except DataError as error:
                raise DataError(f"{self._path}: row group {group}: {error}") from error
            self._read += size

    def _filled_columns(self, group: int) -> list[str]:
        """The columns of a row group that hold anything: the others need no reading."""
        described = self._file.metadata.row_group(group)
        chunks = [described.column(index) for index in range(described.num_columns)]
        return list(dict.fromkeys(_root(chunk) for chunk in chunks if not _is_empty(chunk)))

    def _check_schema(self) -> None:
        expected = schema_of(self.instruments)
        found = self._file.schema_arrow
        for field in expected:
            index = found.get_field_index(field.name)
            if index < 0 or found.field(index).type != field.type:
                there = "missing" if index < 0 else f"of type {found.field(index).type}"
                raise DataError(
                    f"{self._path}: column {field.name} is {there}, and should be of type {field.type}: "
                    "was the file written again by another program? Convert the recording again"
                )


def _root(chunk: pq.ColumnChunkMetaData) -> str:
    name: str = chunk.path_in_schema.partition(".")[0]
    return name


def _is_empty(chunk: pq.ColumnChunkMetaData) -> bool:
    """Whether all cells are null. Of lists that cannot be told: an empty one has no cell either."""
    counted = chunk.statistics
    if counted is None or not counted.has_null_count or "." in chunk.path_in_schema:
        return False
    is_empty: bool = counted.null_count == chunk.num_values
    return is_empty
