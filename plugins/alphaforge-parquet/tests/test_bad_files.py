"""Files that are not what they should be are refused, with the place and the remedy."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alphaforge.model.errors import DataError
from alphaforge.model.instrument import InstrumentTable
from alphaforge.model.recording import Beginning
from alphaforge_parquet.plugin import recognises
from alphaforge_parquet.recording import ParquetRecording
from alphaforge_parquet.schema import METADATA_KEY


def read(path) -> int:
    recording = ParquetRecording(path)
    return sum(len(batch) for batch in recording.batches(InstrumentTable(recording.instruments)))


def rewritten(written, change) -> None:
    """Write a file again with a changed table, and the metadata of before."""
    metadata = pq.ParquetFile(written.path).metadata.metadata[METADATA_KEY]
    changed = change(pq.read_table(written.path))
    pq.write_table(changed.replace_schema_metadata({METADATA_KEY: metadata}), written.path)


def replaced(name: str, row: int, value):
    """A change of one cell of a column."""

    def change(table):
        index = table.schema.get_field_index(name)
        cells = table[name].to_pylist()
        cells[row] = value
        return table.set_column(
            index, table.schema.field(name), pa.array(cells, table.schema.field(name).type)
        )

    return change


def test_an_unchanged_file_is_read_again(event_file, every_kind) -> None:
    written = event_file(every_kind)
    rewritten(written, lambda table: table)
    assert written.columns() == written.expected


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (("price", 0, None), "row group 0: row 0: a trade without price"),
        (("ask_quantity", 3, None), "row group 0: row 3: a quote without ask_quantity"),
        (("sequence", 6, None), "row group 0: row 6: a diff without sequence"),
        (("bids", 6, None), "row group 0: row 6: a diff without bids"),
        (("connected", 9, None), "row group 0: row 9: a feed_notice without connected"),
        (("kind", 2, "rumour"), "row group 0: kind 'rumour' means nothing"),
        (("kind", 2, None), "row group 0: row 2: without kind"),
        (("instrument", 2, "TEST:NONE"), "row group 0: instrument 'TEST:NONE' means nothing"),
        (("price", 0, Decimal(0)), "row group 0: row 0: a trade has price and quantity above zero"),
        (
            ("price", 0, Decimal("100.3333")),
            "row group 0: row 0: OTHER:COARSE: trade 1003333e-4 does not fit",
        ),
        (("bids", 6, [{"price": None, "quantity": None}]), "row group 0: bids: a level without price"),
    ],
)
def test_a_cell_that_cannot_be_is_named(cell, said, event_file, every_kind) -> None:
    written = event_file(every_kind)
    rewritten(written, replaced(*cell))
    with pytest.raises(DataError) as refusal:
        read(written.path)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith(str(written.path))


def test_a_column_that_nothing_fills_is_missed(event_file, at) -> None:
    written = event_file(lambda batch: batch.add_trade(1, at, None, 1, "1.5", "1"))
    rewritten(written, replaced("quantity", 0, None))
    with pytest.raises(DataError, match="row 0: a trade without quantity"):
        read(written.path)


def test_other_columns_are_refused(event_file, every_kind) -> None:
    written = event_file(every_kind)
    rewritten(written, lambda table: table.drop_columns(["volume"]))
    with pytest.raises(
        DataError, match=r"column volume is missing, and should be of type decimal128\(38, 3\)"
    ):
        ParquetRecording(written.path)
    written = event_file(every_kind)
    rewritten(written, lambda table: table.set_column(2, "ts_recv", table["ts_recv"].cast(pa.int64())))
    with pytest.raises(DataError, match=r"column ts_recv is of type int64, and should be of type timestamp"):
        ParquetRecording(written.path)


def test_a_file_of_something_else_is_refused(tmp_path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(DataError, match=r"other\.parquet: this Parquet file is not one of `alphaforge data"):
        ParquetRecording(path)


def test_a_later_version_is_refused(event_file, every_kind) -> None:
    written = event_file(every_kind)
    described = json.dumps({"version": 2, "instruments": [], "notes": []}).encode()
    table = pq.read_table(written.path).replace_schema_metadata({METADATA_KEY: described})
    pq.write_table(table, written.path)
    with pytest.raises(DataError, match="of version 2, and this reader knows 1: update alphaforge-parquet"):
        ParquetRecording(written.path)


@pytest.mark.parametrize(
    "described",
    ["", "{", "[]", "7", '{"version": 1}', '{"version": 1, "instruments": [{"venue": "X"}], "notes": []}'],
)
def test_a_damaged_description_of_instruments_is_refused(described, event_file, every_kind) -> None:
    path = event_file(every_kind).path
    table = pq.read_table(path).replace_schema_metadata({METADATA_KEY: described.encode()})
    pq.write_table(table, path)
    with pytest.raises(DataError, match=r"events\.parquet: what it says of its instruments is damaged \("):
        ParquetRecording(path)


def test_a_footer_that_arrow_cannot_read_is_refused(event_file, every_kind) -> None:
    path = event_file(every_kind).path
    content = bytearray(path.read_bytes())
    length = int.from_bytes(content[-8:-4], "little")
    content[-8 - length : -8] = b"\xff" * length
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"events\.parquet: the Parquet file is damaged \("):
        ParquetRecording(path)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(kept, event_file, every_kind) -> None:
    path = event_file(every_kind).path
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(DataError, match=r"events\.parquet: the Parquet file is damaged \("):
        ParquetRecording(path)


def test_files_are_recognised_by_their_first_bytes() -> None:
    assert recognises(Beginning(b"PAR1\x15", ()))
    assert not recognises(Beginning(b"1700000000000000000 {}", [b"{}"]))


def test_a_list_of_instruments_that_is_not_used_is_said(event_file, every_kind, tmp_path) -> None:
    path = event_file(every_kind).path
    (note,) = ParquetRecording(path, tmp_path / "exchangeInfo.json").notes
    assert note.endswith(f"its instruments are those in the file, not those of {tmp_path}/exchangeInfo.json")
