"""Drawdown: cases by hand, and a definition that is slow and plain."""

from decimal import Decimal

import pytest
from alphaforge.portfolio.drawdown import Drawdown, DrawdownMeter
from hypothesis import given
from hypothesis import strategies as st

CURVES = st.lists(st.tuples(st.integers(0, 5), st.integers(-20, 200)), min_size=1, max_size=60)


def measured(points: list[tuple[int, int]]) -> Drawdown:
    meter = DrawdownMeter()
    for ts, equity in points:
        meter.add(ts, Decimal(equity))
    return meter.drawdown


@pytest.mark.parametrize(
    ("equities", "most", "most_ratio", "longest"),
    [
        ([100], 0, 0.0, 0),
        ([100, 110, 120], 0, 0.0, 0),
        ([100, 90, 80], 20, 0.2, 2),  # under water until the end
        ([100, 90, 100, 80, 100], 20, 0.2, 2),
        ([100, 90, 95, 97, 100, 40, 101], 60, 0.6, 4),  # the longest is another than the deepest
        ([100, 100, 100, 99], 1, 0.01, 1),  # time at the high is not under water
        ([10, 5, 100, 60], 40, 0.5, 2),  # the deepest in money is not that in percent
        ([-5, -10], 5, None, 1),  # what is not above zero has no percent
    ],
)
def test_by_hand(equities: list[int], most: int, most_ratio: float | None, longest: int) -> None:
    assert measured(list(enumerate(equities))) == Drawdown(Decimal(most), most_ratio, longest)


@given(CURVES)
def test_equals_its_definition(steps: list[tuple[int, int]]) -> None:
    points, now = [], 0
    for step, equity in steps:
        now += step
        points.append((now, equity))
    highs = [max(equity for _, equity in points[: place + 1]) for place in range(len(points))]
    falls = [high - equity for high, (_, equity) in zip(highs, points, strict=True)]
    ratios = [fall / high for high, fall in zip(highs, falls, strict=True) if high > 0]
    # Every stretch of falls, from the point before it to the point after it, or to the end.
    longest = place = 0
    while place < len(points):
        if falls[place]:
            end = next((after for after in range(place, len(points)) if not falls[after]), len(points) - 1)
            longest = max(longest, points[end][0] - points[place - 1][0])
            place = end
        place += 1
    found = measured(points)
    assert found.most == max(falls)
    assert (
        found.most_ratio == pytest.approx(max(ratios), rel=1e-12, abs=0)
        if ratios
        else found.most_ratio is None
    )
    assert found.longest_ns == longest
