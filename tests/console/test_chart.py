"""Charts keep to their room, and show the highest, the lowest and the newest value where they belong."""

import pytest
from alphaforge.cli.console.chart import line_chart
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=300)


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """The columns and rows of all dots, from the upper left."""
    places = (
        (0x01, 0, 0),
        (0x02, 0, 1),
        (0x04, 0, 2),
        (0x40, 0, 3),
        (0x08, 1, 0),
        (0x10, 1, 1),
        (0x20, 1, 2),
    )
    return {
        (2 * x + column, 4 * y + row)
        for y, line in enumerate(lines)
        for x, cell in enumerate(line)
        for bit, column, row in (*places, (0x80, 1, 3))
        if (ord(cell) - 0x2800) & bit
    }


@given(values=VALUES, width=st.integers(1, 40), height=st.integers(1, 10))
def test_a_chart_keeps_to_its_room(values, width, height) -> None:
    lines = line_chart(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    drawn = dots(lines)
    if values:
        assert {column for column, _ in drawn} == set(range(2 * width))
        shown = values[-2 * width :]
        rows = {row for _, row in drawn}
        if max(shown) > min(shown):
            assert (min(rows), max(rows)) == (0, 4 * height - 1)
    else:
        assert not drawn


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 3.0], ["⡸"]),
        ([3.0, 0.0], ["⢱"]),
        ([1.0, 1.0], ["⠤"]),
        ([9.0, 0.0, 3.0], ["⡸"]),
        ([0.0, 1.0, 2.0, 3.0], ["⡠⠊"]),
        ([], ["⠀"]),
    ],
)
def test_charts_look_like_this(values, expected) -> None:
    assert line_chart(values, len(expected[0]), 1) == expected
