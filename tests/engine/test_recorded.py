"""Recordings of one instrument that say different things of it: what fits together, and what is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge.feeds.recorded import RecordedFeed, open_recordings
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import DataError
from alphaforge_rs import EventBatch, Instrument, InstrumentTable
from alphaforge_testkit.recordings import write_recording
from hypothesis import given
from hypothesis import strategies as st

BOUNDS = {
    "min_quantity": "0.6", "max_quantity": "900", "min_price": "0.3", "max_price": "9000",
    "min_notional": "5", "max_notional": "100000",
}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A recording that holds no more than its instruments."""

    instruments: Sequence[Instrument]
    notes: Sequence[str] = ()
    progress: tuple[int, int] = (0, 0)

    def batches(self, table: InstrumentTable) -> Iterator[EventBatch]:
        """Nothing happens in it."""
        yield from ()


def instrument(tick_size: str = "0.01", lot_size: str = "0.01", **others: Any) -> Instrument:
    values = {"venue": "SIM", "symbol": "AB", "base": "A", "quote": "B"} | others
    return Instrument(tick_size=tick_size, lot_size=lot_size, **values)


def united(*each: Instrument) -> Instrument:
    """The one instrument of a feed of recordings `1`, `2` and so on, each with one of these."""
    feed = RecordedFeed([(Path(str(number)), Listed([one])) for number, one in enumerate(each, 1)])
    (found,) = feed.table.instruments
    return found


def test_what_all_recordings_say_alike_stays_as_it_is() -> None:
    whole = instrument("0.05", "0.2", **BOUNDS, status="halted")
    assert united(whole) == united(whole, whole, whole) == whole


def test_the_finest_steps_of_all_hold_each_by_itself() -> None:
    coarse, fine_tick, fine_lot = instrument("0.1", "1"), instrument("0.001", "1"), instrument("0.1", "0.01")
    assert united(fine_lot, coarse, fine_tick) == instrument("0.001", "0.01")


@given(st.permutations([("0.5", "0.1"), ("1", "0.01"), ("0.25", "1"), ("2.5", "0.5")]))
def test_the_order_of_the_recordings_does_not_matter(steps: list[tuple[str, str]]) -> None:
    assert united(*(instrument(tick, lot) for tick, lot in steps)) == instrument("0.25", "0.01")


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("tick_size", "0.5", "0.3"),
        ("tick_size", "0.3", "0.5"),
        ("lot_size", "1", "0.75"),
        ("status", "trading", "halted"),
        ("base", "A", "AA"),
        ("max_notional", "5", "6"),
        ("min_quantity", "1", "2"),
        ("min_price", "1", None),
    ],
)
def test_what_does_not_fit_together_is_refused_with_both_files(field: str, first, second) -> None:
    with pytest.raises(DataError) as refusal:
        united(instrument(**{field: first}), instrument(**{field: first}), instrument(**{field: second}))
    text = str(refusal.value)
    assert text.startswith(("1: SIM:AB: ", "3: SIM:AB: "))
    assert text.startswith("1: ") == (" and in 3 it is " in text)
    assert text.startswith("3: ") == (" and in 1 it is " in text)
    assert f": {field} = " in text
    assert str(first) in text
    assert str(second) in text
    assert text.endswith("for all recordings with --instruments (feed.instruments_file)")


def test_a_recording_of_another_instrument_says_nothing_of_this_one() -> None:
    others = [instrument("0.5"), instrument("0.3", symbol="CD")]
    feed = RecordedFeed([(Path("1"), Listed(others[:1])), (Path("2"), Listed(others))])
    assert feed.table.instruments == others


def test_days_recorded_without_an_instrument_list_run_together(tmp_path: Path) -> None:
    """They differ in the decimals that occur in them, and in nothing else."""

    def trade(number: int, price: str, quantity: str) -> tuple[int, str]:
        data = (
            f'"E": {number}, "s": "BTCUSDT", "t": {number}, "p": "{price}", "q": "{quantity}", "T": {number}'
        )
        return 1_767_225_600_000_000_000 + number, f'{{"e": "trade", {data}, "m": true, "M": true}}'

    days = [
        write_recording(tmp_path / "first.jsonl", [trade(1, "50000.10000000", "0.00100000")]),
        write_recording(tmp_path / "second.jsonl", [trade(2, "50000.12000000", "0.10000000")]),
    ]
    feed = open_recordings(days, None, Registry.installed())
    (found,) = feed.table.instruments
    assert (str(found.tick_size), str(found.lot_size)) == ("0.01", "0.001")
    events = [event for batch in feed.batches() for event in batch.events()]
    assert [event.price_decimal for event in events] == [Decimal("50000.1"), Decimal("50000.12")]
