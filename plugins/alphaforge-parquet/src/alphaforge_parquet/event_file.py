"""Writing a file of market events: all of it, or nothing under its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from alphaforge.feeds.recorded import RecordedFeed
from alphaforge.model.errors import DataError
from alphaforge.model.events import encode_columns

from alphaforge_parquet.columns import to_arrow
from alphaforge_parquet.schema import METADATA_KEY, metadata_of, scales_of, schema_of

ROWS_PER_GROUP = 262_144
_COUNTING_UP = ("ts_recv", "ts_event", "trade_id", "sequence", "first_sequence")


def write_event_file(feed: RecordedFeed, path: Path) -> int:
    """Write the events of a feed, and return how many there are.

    Raises:
        DataError: the file exists already or cannot be written, or the feed cannot be read on.
    """
    with _unfinished(path) as unfinished, _writer(feed, unfinished) as writer:
        count = 0
        ids = [instrument.id for instrument in feed.table.instruments]
        price_scale, quantity_scale = scales_of(feed.table.instruments)
        held: list[pa.RecordBatch] = []
        for batch in feed.batches():
            columns = encode_columns(batch, price_scale=price_scale, quantity_scale=quantity_scale)
            held.append(to_arrow(columns, ids, writer.schema))
            count += len(batch)
            if sum(len(rows) for rows in held) >= ROWS_PER_GROUP:
                writer.write_table(pa.Table.from_batches(held), row_group_size=ROWS_PER_GROUP)
                held = []
        writer.write_table(pa.Table.from_batches(held, writer.schema), row_group_size=ROWS_PER_GROUP)
        # Only at its end has a recording told all that is to be known of it.
        writer.add_key_value_metadata({METADATA_KEY: metadata_of(feed.table.instruments, feed.notes)})
    return count


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """A file beside the path, which gets its name when all went well and is removed when not."""
    if path.exists():
        raise DataError(f"{path}: exists already: remove it, or write to another file")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writer(feed: RecordedFeed, path: Path) -> Iterator[pq.ParquetWriter]:
    schema = schema_of(feed.table.instruments)
    with (
        path.open("xb") as file,
        pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=[name for name in schema.names if name not in _COUNTING_UP],
            column_encoding=dict.fromkeys(_COUNTING_UP, "DELTA_BINARY_PACKED"),
        ) as writer,
    ):
        yield writer
