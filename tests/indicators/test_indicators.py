"""Indicators against TA-Lib: the same values, from the same place on, to 1e-9 of their size."""

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest
import talib
from alphaforge.indicators import ATR, EMA, RSI, SMA, VWAP, ZScore
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LENGTHS = (2, 3, 14, 50)
BEYOND = 1e100


def walk(seed: int, count: int = 5_000, start: float = 100.0, step: float = 0.5) -> Floats:
    """A random walk that does not come near zero."""
    rng = random.Random(seed)
    price, values = start, []
    for _ in range(count):
        price = max(start / 10, price + rng.gauss(0, step))
        values.append(price)
    return np.array(values)


def bars(seed: int) -> tuple[Floats, Floats, Floats]:
    """Highs, lows and closes of bars with gaps between them."""
    rng = random.Random(seed)
    closes = walk(seed)
    tops = closes + [rng.random() for _ in closes]
    bottoms = closes - [rng.random() for _ in closes]
    return tops, bottoms, closes


def told(update: Callable[..., float | None], *columns: Sequence[float] | Floats) -> Floats:
    """What an indicator gives for each row; NaN where it gives None, as TA-Lib does."""
    rows = zip(*(map(float, column) for column in columns), strict=True)
    answers = (update(*row) for row in rows)
    return np.array([math.nan if answer is None else answer for answer in answers])


def same(ours: Floats, theirs: Floats) -> None:
    """Equal to 1e-9 of their size, and NaN in the same places."""
    assert np.isfinite(theirs).sum() > len(theirs) // 2
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.fixture(params=[1, 2, 3])
def prices(request: pytest.FixtureRequest) -> Floats:
    return walk(request.param)


@pytest.mark.parametrize("length", LENGTHS)
def test_averages_are_those_of_talib(prices: Floats, length: int) -> None:
    same(told(SMA(length).update, prices), talib.SMA(prices, length))
    same(told(EMA(length).update, prices), talib.EMA(prices, length))


@pytest.mark.parametrize("length", LENGTHS)
def test_rsi_is_that_of_talib(prices: Floats, length: int) -> None:
    same(told(RSI(length).update, prices), talib.RSI(prices, length))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_atr_is_that_of_talib(seed: int, length: int) -> None:
    highs, lows, closes = bars(seed)
    same(told(ATR(length).update, highs, lows, closes), talib.ATR(highs, lows, closes, length))


@pytest.mark.parametrize("length", LENGTHS)
def test_z_score_is_that_of_talibs_mean_and_deviation(prices: Floats, length: int) -> None:
    # TA-Lib takes the difference of squares, which leaves 1e-9 only where prices are small.
    moves = prices - prices.mean()
    theirs = (moves - talib.SMA(moves, length)) / talib.STDDEV(moves, length)
    if length > 2:  # two values are one deviation from their mean, which rounding there hides
        same(told(ZScore(length).update, moves), theirs)
    series = pl.Series(prices)
    deviation = series.rolling_std(length, ddof=0)
    polars = ((series - series.rolling_mean(length)) / deviation).to_numpy()
    same(told(ZScore(length).update, prices), np.where(np.arange(len(prices)) < length - 1, np.nan, polars))


def test_vwap_is_turnover_over_volume(prices: Floats) -> None:
    rng = random.Random(9)
    volumes = np.array([rng.choice([0.0, 0.001, 1.5, 20.0]) for _ in prices])
    with np.errstate(invalid="ignore"):
        theirs = np.cumsum(prices * volumes) / np.cumsum(volumes)
    same(told(VWAP().update, prices, volumes), theirs)


@pytest.mark.parametrize("make", [lambda: EMA(2), lambda: SMA(2), lambda: RSI(2), lambda: ZScore(2)])
def test_one_is_ready_when_it_has_a_value_and_forgets_when_reset(make: Callable[[], EMA]) -> None:
    indicator = make()
    answers = [indicator.update(value) for value in (1.0, 2.0, 3.0)]
    assert (indicator.is_ready, indicator.value, indicator.length) == (True, answers[-1], 2)
    assert repr(indicator) == f"<{type(indicator).__name__}(2): {answers[-1]:g}>"
    indicator.reset()
    assert (indicator.is_ready, indicator.value) == (False, None)
    assert repr(indicator) == f"<{type(indicator).__name__}(2): not ready>"
    assert [indicator.update(value) for value in (1.0, 2.0, 3.0)] == answers


def test_those_of_several_values_are_the_same_to_use() -> None:
    atr, vwap = ATR(1), VWAP()
    assert (atr.update(3, 1, 2), vwap.update(10, 0)) == (None, None)
    assert (atr.is_ready, vwap.is_ready, atr.length) == (False, False, 1)
    assert (atr.update(3, 1, 2), vwap.update(10, 3), vwap.update(20, 1)) == (2.0, 10.0, 12.5)
    assert (atr.value, vwap.value, atr.is_ready, vwap.is_ready) == (2.0, 12.5, True, True)
    atr.reset()
    vwap.reset()
    assert (repr(atr), repr(vwap)) == ("<ATR(1): not ready>", "<VWAP(): not ready>")


@pytest.mark.parametrize("make", [EMA, SMA, RSI, ATR])
@pytest.mark.parametrize("length", [0, -1, 1_000_001])
def test_a_length_that_makes_no_sense_is_refused(make: Callable[[int], object], length: int) -> None:
    with pytest.raises(ValueError, match=rf"^length = {length}: must be from 1 to 1000000$"):
        make(length)


def test_a_score_needs_two_values() -> None:
    with pytest.raises(ValueError, match=r"^length = 1: must be from 2 to 1000000$"):
        ZScore(1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 2 * BEYOND])
@pytest.mark.parametrize("make", [EMA, SMA, RSI, lambda _: ZScore(2)])
def test_what_is_no_finite_number_is_refused_and_forgotten(make: Callable[[int], EMA], bad: float) -> None:
    indicator, untouched = make(1), make(1)
    for value in (1.0, 3.0):
        indicator.update(value)
        untouched.update(value)
        with pytest.raises(ValueError, match=r"^value = .*: must be a finite number from -1e100 to 1e100$"):
            indicator.update(bad)
    assert indicator.value == untouched.value != None  # noqa: E711
    assert indicator.update(5.0) == untouched.update(5.0)


def test_prices_and_volumes_are_told_by_their_names() -> None:
    with pytest.raises(ValueError, match=r"^low = NaN: "):
        ATR(1).update(1, math.nan, 1)
    with pytest.raises(ValueError, match=r"^high = 1: must not be below low = 2$"):
        ATR(1).update(1, 2, 1)
    with pytest.raises(ValueError, match=r"^volume = -1: must not be below zero$"):
        VWAP().update(1, -1)


def test_rsi_of_what_never_moves_is_50() -> None:
    assert told(RSI(2).update, [0.1] * 4)[-1] == 50.0  # TA-Lib gives 0, which reads as fallen
