"""Arrow's arrays ↔ the columns of `encode_columns`, without a Python object for an event."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from alphaforge.model.errors import DataError

from alphaforge_parquet.schema import KINDS, OPTIONAL, SIDES, USED_BY

Columns: TypeAlias = dict[str, bytes]
_Bools: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
_Codes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]

_FLAGS = ("partial", "connected")


def to_arrow(columns: Columns, instruments: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    """The rows of columns; `instruments` are the ids of their handles."""
    kinds = np.frombuffer(columns["kind"], np.uint8)
    arrays = []
    for field in schema:
        present = _users(field.name)[kinds]
        if f"has_{field.name}" in columns:
            present = present & _bools(columns[f"has_{field.name}"])
        arrays.append(_array(field, columns, present, instruments))
    return pa.record_batch(arrays, schema=schema)


@cache
def _users(name: str) -> _Bools:
    """By the code of a kind, whether it has this column."""
    return np.array([code in USED_BY[name] for code in range(len(KINDS))])


@cache
def _demanded(name: str) -> _Bools:
    """By the code of a kind, whether no event of it may be without this column."""
    optional = OPTIONAL.get(name, frozenset())
    return np.array([code in USED_BY[name] - optional for code in range(len(KINDS))])


def _bools(column: bytes) -> _Bools:
    bools: _Bools = np.frombuffer(column, np.uint8) != 0
    return bools


def _array(field: pa.Field, columns: Columns, present: _Bools, instruments: Sequence[str]) -> pa.Array:
    name = field.name
    if name == "kind":
        return _texts(np.frombuffer(columns[name], np.uint8), KINDS)
    if name == "instrument":
        return _texts(np.frombuffer(columns[name], "<u4"), instruments)
    if name == "aggressor":
        codes = np.frombuffer(columns[name], np.uint8)
        return _texts(codes.astype(np.int32) - 1, SIDES, present & (codes > 0))
    if name in _FLAGS:
        return pa.array(_bools(columns[name]), mask=~present)
    if name in {"bids", "asks"}:
        return _levels(name, field.type, columns, present)
    return _cells(field.type, columns[name], present)


def _texts(codes: _Codes, texts: Sequence[str], present: _Bools | None = None) -> pa.Array:
    mask = None if present is None else ~present
    indices = pa.array(codes.astype(np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))


def _cells(cell_type: pa.DataType, cells: bytes, present: _Bools) -> pa.Array:
    # Arrow packs an array of bools as it packs what is valid of another.
    valid = None if present.all() else pa.array(present).buffers()[1]
    return pa.Array.from_buffers(cell_type, len(present), [valid, pa.py_buffer(cells)])


def _levels(name: str, list_type: pa.ListType, columns: Columns, present: _Bools) -> pa.Array:
    counts = np.frombuffer(columns[f"{name[:-1]}_count"], "<u4")
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)])
    fields = list(list_type.value_type)
    everywhere = np.ones(int(offsets[-1]), np.bool_)
    values = [_cells(field.type, columns[f"{name}_{field.name}"], everywhere) for field in fields]
    levels = pa.StructArray.from_arrays(values, fields=fields)
    return pa.ListArray.from_arrays(pa.array(offsets), levels, type=list_type, mask=pa.array(~present))


def from_arrow(rows: pa.RecordBatch, handles: Mapping[str, int]) -> Columns:
    """The columns of rows; `handles` are those of the instruments' ids.

    A column that the rows lack is one whose every cell is null.

    Raises:
        DataError: a cell that an event of its kind must have is empty, or a text means nothing.
    """
    kinds = _codes(rows, "kind", {kind: code for code, kind in enumerate(KINDS)}).astype(np.uint8)
    columns = {
        "kind": kinds.tobytes(),
        "instrument": _codes(rows, "instrument", handles).astype("<u4").tobytes(),
    }
    for name in USED_BY:
        if name in rows.schema.names and name not in columns:
            columns |= _filled(name, rows, kinds)
        elif name not in rows.schema.names:
            _refuse_missing(name, _demanded(name)[kinds], kinds)
    return columns


def _filled(name: str, rows: pa.RecordBatch, kinds: _Codes) -> Columns:
    """The cells of a column that is not empty."""
    array = rows.column(name)
    valid: _Bools | None = None
    if array.null_count:
        valid = array.is_valid().to_numpy(zero_copy_only=False)
        _refuse_missing(name, _demanded(name)[kinds] & ~valid, kinds)
    if name == "aggressor":
        sides = {side: code for code, side in enumerate(SIDES, 1)}
        codes = _codes(rows, name, sides)
        return {name: np.where(array.is_valid(), codes, 0).astype(np.uint8).tobytes()}
    if name in _FLAGS:
        return {name: _bytes(array.cast(pa.uint8()).fill_null(0))}
    if name in {"bids", "asks"}:
        return _level_columns(name, array)
    if name in {"ts_event", "sequence"}:
        has = np.ones(len(rows), np.bool_) if valid is None else valid
        return {f"has_{name}": has.tobytes(), name: _bytes(array)}
    return {name: _bytes(array)}


def _refuse_missing(name: str, missing: _Bools, kinds: _Codes) -> None:
    if missing.any():
        row = int(missing.argmax())
        raise DataError(f"row {row}: a {KINDS[kinds[row]]} without {name}")


def _codes(rows: pa.RecordBatch, name: str, codes: Mapping[str, int]) -> _Codes:
    """The codes of a column of texts; the last one, whatever it is, where there is none."""
    array = rows.column(name)
    texts = array.dictionary.to_pylist()
    for text in texts:
        if text not in codes:
            raise DataError(f"{name} {text!r} means nothing (there is: {', '.join(codes)})")
    by_index = np.array([*(codes[text] for text in texts), -1], np.int64)
    indices = array.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    found: _Codes = by_index[indices]
    if name != "aggressor" and array.null_count:
        raise DataError(f"row {int((found < 0).argmax())}: without {name}")
    return found


def _level_columns(name: str, array: pa.Array) -> Columns:
    counts = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    levels = array.flatten()
    columns = {f"{name[:-1]}_count": counts.astype("<u4").tobytes()}
    for part, cells in zip(("price", "quantity"), levels.flatten(), strict=True):
        if cells.null_count:
            raise DataError(f"{name}: a level without {part}")
        columns[f"{name}_{part}"] = _bytes(cells)
    return columns


def _bytes(array: pa.Array) -> bytes:
    """The cells of an array; what lies under a null is never looked at."""
    width = array.type.bit_width // 8
    data: bytes = array.buffers()[1].slice(array.offset * width, len(array) * width).to_pybytes()
    return data
