"""Samples of equity, Sharpe and Sortino, against polars and by hand."""

import math
from decimal import Decimal

import polars as pl
import pytest
from alphaforge.portfolio.returns import INTERVALS_NS, MOST_SAMPLES, EquitySamples, Returns, returns_of
from hypothesis import given
from hypothesis import strategies as st

START = 1_767_225_600_000_000_000
SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def sampled(points: list[tuple[int, int]]) -> EquitySamples:
    samples = EquitySamples()
    for ts, equity in points:
        samples.add(ts, Decimal(equity))
    return samples


def every(interval_ns: int, equities: list[float]) -> Returns:
    samples = EquitySamples()
    for place, equity in enumerate(equities):
        samples.add(START + place * interval_ns, Decimal(str(equity)))
    return returns_of(samples)


PAUSES = (0, 1, SECOND // 3, SECOND, 61 * SECOND, 4_000 * SECOND, 3 * DAY)
STEPS = st.lists(st.tuples(st.sampled_from(PAUSES), st.integers(50, 150)), min_size=1, max_size=40)


@given(STEPS)
def test_samples_are_the_last_equity_at_equal_times(steps: list[tuple[int, int]]) -> None:
    points, now = [], START
    for step, equity in steps:
        now += step
        points.append((now, equity))
    samples = sampled(points)
    span = points[-1][0] - points[0][0]
    wanted = next((each for each in INTERVALS_NS if span <= MOST_SAMPLES * each), INTERVALS_NS[-1])
    assert samples.interval_ns == wanted
    grid = pl.DataFrame({"ts": range(points[0][0], points[-1][0] + 1, wanted)}, schema={"ts": pl.Int64})
    equity = pl.DataFrame(points, schema={"ts": pl.Int64, "equity": pl.Int64}, orient="row")
    assert [int(each) for each in samples.samples] == grid.join_asof(equity, on="ts")["equity"].to_list()


@given(st.lists(st.integers(9_000, 11_000), min_size=40, max_size=80))
def test_ratios_equal_polars(equities: list[int]) -> None:
    found = every(3_600 * SECOND, [each / 7 for each in equities])
    # Equity is recorded each hour, and the samples of each second or minute repeat it.
    repeated = pl.Series([each / 7 for each in equities for _ in range(found_repeats(found))])
    returns = repeated[: len(repeated) - found_repeats(found) + 1].pct_change().drop_nulls()
    assert found.count == len(returns)
    assert found.mean == pytest.approx(returns.mean(), rel=1e-9, abs=1e-15)
    assert found.deviation == pytest.approx(returns.std(ddof=1), rel=1e-9, abs=1e-15)
    year = math.sqrt(365 * DAY / found.interval_ns)
    if found.deviation:
        assert found.sharpe.annualised == pytest.approx(
            returns.mean() / returns.std(ddof=1) * year, rel=1e-9, abs=1e-9
        )
    downside = math.sqrt((returns.clip(upper_bound=0.0) ** 2).mean())
    if downside:
        assert found.sortino.annualised == pytest.approx(returns.mean() / downside * year, rel=1e-9, abs=1e-9)


def found_repeats(found: Returns) -> int:
    return 3_600 * SECOND // found.interval_ns


def test_a_year_has_365_days_of_24_hours() -> None:
    found = every(DAY, [100.0 * 1.01 ** (day + day % 2) for day in range(400)])
    assert found.interval_ns == 3_600 * SECOND
    assert found.sharpe.per_interval is not None
    assert found.sharpe.annualised == pytest.approx(found.sharpe.per_interval * math.sqrt(8_760), rel=1e-12)


@pytest.mark.parametrize(
    ("interval_ns", "equities", "why_not"),
    [
        (SECOND, [100.0], "0 returns are too few: 30 are needed"),
        (SECOND, [100.0, 101.0] * 10, "19 returns are too few: 30 are needed"),
        (SECOND, [100.0, 101.0] * 20, "the run is shorter than a day, and says nothing of a year"),
        (3_600 * SECOND, [100.0] * 40, "equity did not change"),
        (3_600 * SECOND, [100.0 + hour for hour in range(40)], "no return was below zero"),
        (3_600 * SECOND, [100.0, -1.0] * 40, "0 returns are too few: 30 are needed"),
        (3_600 * SECOND, [100.0, 101.0] * 40, None),
    ],
)
def test_what_says_nothing_is_not_said(interval_ns: int, equities: list[float], why_not: str | None) -> None:
    found = every(interval_ns, equities)
    assert found.why_not == why_not
    assert (found.sharpe.annualised is None) == (why_not is not None and "below zero" not in why_not)
    assert (found.sortino.annualised is None) == (why_not is not None)


def test_a_long_silence_costs_nothing() -> None:
    samples = EquitySamples()
    for year in range(50):
        samples.add(START + year * 365 * DAY, Decimal(100 + year))
    assert len(samples.samples) == 49 * 365 + 1
