"""Figures as people read them, and HTML that texts cannot leave."""

from decimal import Decimal
from typing import Any

import pytest
from alphaforge.report import wording
from alphaforge.report.lines import EveryNth
from alphaforge.report.markup import Cell, element, label, table
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (wording.money(None), "n/a"),
        (wording.money(Decimal(0), signed=True), "0.00"),
        (wording.money(Decimal("1234567.891"), signed=True), "+1,234,567.89"),
        (wording.money(Decimal("-0.00123456")), "-0.001235"),
        (wording.money(Decimal("1e-12")), "0"),
        (wording.price(Decimal("50000.500")), "50,000.5"),
        (wording.ratio(-1.005), "-1.00"),
        (wording.percent(0.000343, signed=True), "+0.0343 %"),
        (wording.percent(0.5), "50.00 %"),
        (wording.bps(-0.426), "-0.43 bps"),
        (wording.duration(0), "0 ns"),
        (wording.duration(1_500), "1.5 µs"),
        (wording.duration(10_000_000), "10 ms"),
        (wording.duration(59 * SECOND), "59 s"),
        (wording.duration(60 * SECOND), "1 min"),
        (wording.duration(346 * SECOND), "5 min 46 s"),
        (wording.duration(90_000 * SECOND), "1 d 1 h"),
        (wording.moment(1_767_225_658_525_999_999), "2026-01-01 00:00:58.525"),
        (wording.counted(1, "fill"), "1 fill"),
        (wording.counted(2_000, "fill"), "2,000 fills"),
    ],
)
def test_rounded_for_people(found: str, wanted: str) -> None:
    assert found == wanted


def test_every_text_is_escaped() -> None:
    hostile = """<b>"&'"""
    escaped = "&lt;b&gt;&quot;&amp;&#x27;"
    assert element("p", hostile, cls=hostile) == f'<p class="{escaped}">{escaped}</p>'
    made = table(hostile, [label(hostile)], [[Cell(hostile)]])
    assert made.count(escaped) == 4
    assert hostile not in made


@given(st.integers(0, 2_000), st.integers(2, 50))
def test_of_many_every_nth_is_kept(count: int, most: int) -> None:
    nth: EveryNth[Any] = EveryNth(most)
    for item in range(count):
        nth.add(item)
    assert nth.kept == list(range(0, count, nth.step))
    assert len(nth.kept) <= most
    assert nth.step == 1 or count / (nth.step / 2) > most
