"""The schema of a file of market events: one row an event, in the order in which they were received.

Prices and quantities are decimal128 with the finest decimals of the file's instruments; times are
timestamps in ns, UTC. A column holds null where an event has no such thing.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from alphaforge.model.errors import DataError, InstrumentError, describe
from alphaforge.model.instrument import Instrument

KINDS = ("trade", "quote", "snapshot", "diff", "venue_bar", "feed_notice")
"""The kinds of events, by their code in `alphaforge_rs.encode_columns`."""

SIDES = ("buy", "sell")
"""Aggressors, by their code less one; zero is one that the venue has not told."""

METADATA_KEY = b"alphaforge.market_events"
VERSION = 1

_TEXTS = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("ns", tz="UTC")
_DIGITS = 38

_TRADE, _QUOTE, _SNAPSHOT, _DIFF, _BAR, _NOTICE = range(6)
_ALL = frozenset(range(6))
_BOOKS = frozenset({_SNAPSHOT, _DIFF})

USED_BY: Mapping[str, frozenset[int]] = {
    "kind": _ALL,
    "instrument": _ALL,
    "ts_recv": _ALL,
    "ts_event": frozenset({_TRADE, _QUOTE, _SNAPSHOT, _DIFF}),
    **dict.fromkeys(("price", "quantity", "aggressor", "trade_id", "trade_id_high"), frozenset({_TRADE})),
    **dict.fromkeys(("bid_price", "bid_quantity", "ask_price", "ask_quantity"), frozenset({_QUOTE})),
    "sequence": frozenset({_QUOTE, _SNAPSHOT, _DIFF}),
    "first_sequence": frozenset({_DIFF}),
    "partial": frozenset({_SNAPSHOT}),
    "bids": _BOOKS,
    "asks": _BOOKS,
    **dict.fromkeys(("interval_ns", "ts_open", "open", "high", "low", "close"), frozenset({_BAR})),
    **dict.fromkeys(("volume", "trade_count"), frozenset({_BAR})),
    "connected": frozenset({_NOTICE}),
}
"""The kinds of events, by code, that have each column."""

OPTIONAL: Mapping[str, frozenset[int]] = {
    "ts_event": USED_BY["ts_event"],
    "aggressor": frozenset({_TRADE}),
    "sequence": frozenset({_QUOTE}),
}
"""The kinds of events that may have null in a column of theirs: the venue may not have told."""


def scales_of(instruments: Sequence[Instrument]) -> tuple[int, int]:
    """The finest decimals of prices and of quantities."""
    return (
        max(instrument.price_decimals for instrument in instruments),
        max(instrument.quantity_decimals for instrument in instruments),
    )


def schema_of(instruments: Sequence[Instrument]) -> pa.Schema:
    """The schema of a file of these instruments, without metadata."""
    price_scale, quantity_scale = scales_of(instruments)
    price, quantity = pa.decimal128(_DIGITS, price_scale), pa.decimal128(_DIGITS, quantity_scale)
    levels = pa.list_(pa.struct([pa.field("price", price), pa.field("quantity", quantity)]))
    types = {
        "kind": _TEXTS,
        "instrument": _TEXTS,
        "ts_recv": _TIME,
        "ts_event": _TIME,
        "price": price,
        "quantity": quantity,
        "aggressor": _TEXTS,
        "trade_id": pa.uint64(),
        "trade_id_high": pa.uint64(),
        "bid_price": price,
        "bid_quantity": quantity,
        "ask_price": price,
        "ask_quantity": quantity,
        "sequence": pa.uint64(),
        "first_sequence": pa.uint64(),
        "partial": pa.bool_(),
        "bids": levels,
        "asks": levels,
        "interval_ns": pa.int64(),
        "ts_open": _TIME,
        **dict.fromkeys(("open", "high", "low", "close"), price),
        "volume": quantity,
        "trade_count": pa.uint64(),
        "connected": pa.bool_(),
    }
    return pa.schema([pa.field(name, types[name]) for name in USED_BY])


_FIELDS = (
    "venue",
    "symbol",
    "base",
    "quote",
    "tick_size",
    "lot_size",
    "min_quantity",
    "max_quantity",
    "min_price",
    "max_price",
    "min_notional",
    "max_notional",
    "status",
)


def metadata_of(instruments: Sequence[Instrument], notes: Sequence[str]) -> bytes:
    """What stands in the file's metadata: the instruments, and what a user must know of the data."""
    described = [{field: _text(getattr(one, field)) for field in _FIELDS} for one in instruments]
    return json.dumps({"version": VERSION, "instruments": described, "notes": list(notes)}).encode()


def _text(value: Decimal | str | None) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else value


def read_metadata(metadata: Mapping[bytes, bytes] | None) -> tuple[list[Instrument], list[str]]:
    """The instruments and the notes of a file.

    Raises:
        DataError: the file holds something else, or is of a later version.
    """
    written = (metadata or {}).get(METADATA_KEY)
    if written is None:
        raise DataError(
            "this Parquet file is not one of `alphaforge data convert`: it holds no market events"
        )
    try:
        described: dict[str, Any] = json.loads(written)
        if described["version"] != VERSION:
            raise DataError(
                f"the file is of version {described['version']}, and this reader knows {VERSION}: "
                "update alphaforge-parquet"
            )
        instruments = [Instrument(**one) for one in described["instruments"]]
        return instruments, [str(note) for note in described["notes"]]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, InstrumentError) as error:
        raise DataError(f"what it says of its instruments is damaged ({describe(error)})") from error
