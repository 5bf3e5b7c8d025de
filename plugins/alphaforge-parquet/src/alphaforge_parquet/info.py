"""What a recording holds, counted over its columns in one pass."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from alphaforge.feeds.recorded import RecordedFeed
from alphaforge.model.events import EventBatch, encode_columns
from alphaforge.model.instrument import Instrument

from alphaforge_parquet.schema import KINDS, scales_of

_MS = 1_000_000
_DIFF = KINDS.index("diff")


@dataclass
class InstrumentInfo:
    """What a recording holds of one instrument."""

    instrument: Instrument
    events: Counter[str] = field(default_factory=Counter)
    """By kind."""
    sequence_breaks: int = 0
    """Diffs that do not continue the one before, where updates of the book are missing."""
    missing_updates: int = 0
    """How many updates are missing at the breaks."""
    repeated_updates: int = 0
    """Diffs whose updates had all come before."""
    offsets_ms: Counter[int] = field(default_factory=Counter)
    """How long after the venue's time each event was received, in whole ms; below zero where our clock was
    behind the venue's."""
    last_sequence: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "id": self.instrument.id,
            "tick_size": f"{self.instrument.tick_size:f}",
            "lot_size": f"{self.instrument.lot_size:f}",
            "events": dict(self.events),
            "sequence_breaks": self.sequence_breaks,
            "missing_updates": self.missing_updates,
            "repeated_updates": self.repeated_updates,
            "receive_offset_ms": quantiles(self.offsets_ms),
        }


@dataclass
class RecordingInfo:
    """What a recording holds."""

    instruments: Sequence[InstrumentInfo]
    events: int = 0
    first_ts_recv: int | None = None
    last_ts_recv: int | None = None
    out_of_order: int = 0
    """Events received before the one that stands before them."""
    longest_pause_ns: int = 0
    """The longest time between an event and the next."""
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON holds it; times in ns since the epoch."""
        span_ns = (self.last_ts_recv or 0) - (self.first_ts_recv or 0)
        return {
            "venues": sorted({one.instrument.venue for one in self.instruments}),
            "events": self.events,
            "first_ts_recv": self.first_ts_recv,
            "last_ts_recv": self.last_ts_recv,
            "span_s": span_ns / 1e9,
            "out_of_order": self.out_of_order,
            "longest_pause_s": self.longest_pause_ns / 1e9,
            "instruments": [one.to_json() for one in self.instruments],
            "notes": list(self.notes),
        }


def quantiles(counted: Counter[int]) -> dict[str, int] | None:
    """The least, the middle, the 99th percentile and the most of counted values; None without any."""
    if not counted:
        return None
    values = np.array(sorted(counted))
    counts = np.cumsum([counted[value] for value in values.tolist()])
    total = int(counts[-1])
    shares = {"min": 1, "median": (total + 1) // 2, "p99": -(-total * 99 // 100), "max": total}
    return {name: int(values[np.searchsorted(counts, rank)]) for name, rank in shares.items()}


def info_of(feed: RecordedFeed) -> RecordingInfo:
    """Read a feed to its end and say what it holds.

    Raises:
        DataError: the feed cannot be read on.
    """
    info = RecordingInfo([InstrumentInfo(one) for one in feed.table.instruments])
    for columns in _columns(feed):
        _count_times(info, columns["ts_recv"])
        for handle, one in enumerate(info.instruments):
            own = columns["instrument"] == handle
            _count_instrument(one, {name: cells[own] for name, cells in columns.items()})
    info.notes = feed.notes
    return info


def _columns(feed: RecordedFeed) -> Iterator[dict[str, Any]]:
    """What is counted, as arrays."""
    price_scale, quantity_scale = scales_of(feed.table.instruments)
    types: dict[str, Any] = {
        "kind": np.uint8,
        "instrument": "<u4",
        "ts_recv": "<i8",
        "has_ts_event": np.bool_,
        "ts_event": "<i8",
        "sequence": "<u8",
        "first_sequence": "<u8",
    }

    def arrays(batch: EventBatch) -> dict[str, Any]:
        columns = encode_columns(batch, price_scale=price_scale, quantity_scale=quantity_scale)
        return {name: np.frombuffer(columns[name], cell) for name, cell in types.items()}

    return (arrays(batch) for batch in feed.batches() if len(batch))


def _count_times(info: RecordingInfo, ts_recv: Any) -> None:
    info.events += len(ts_recv)
    previous = ts_recv[0] if info.last_ts_recv is None else info.last_ts_recv
    pauses = np.diff(ts_recv, prepend=previous)
    info.out_of_order += int((pauses < 0).sum())
    info.longest_pause_ns = max(info.longest_pause_ns, int(pauses.max()))
    if info.first_ts_recv is None:
        info.first_ts_recv = int(ts_recv[0])
    info.last_ts_recv = int(ts_recv[-1])


def _count_instrument(info: InstrumentInfo, columns: dict[str, Any]) -> None:
    kinds = np.bincount(columns["kind"], minlength=len(KINDS))
    info.events.update({kind: int(count) for kind, count in zip(KINDS, kinds, strict=True) if count})
    timed = columns["has_ts_event"]
    offsets = (columns["ts_recv"][timed] - columns["ts_event"][timed]) // _MS
    values, counts = np.unique(offsets, return_counts=True)
    info.offsets_ms.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
    diffs = columns["kind"] == _DIFF
    for first, last in zip(
        columns["first_sequence"][diffs].tolist(), columns["sequence"][diffs].tolist(), strict=True
    ):
        expected = first if info.last_sequence is None else info.last_sequence + 1
        info.sequence_breaks += first > expected
        info.missing_updates += max(first - expected, 0)
        info.repeated_updates += last < expected
        info.last_sequence = max(last, info.last_sequence or 0)
