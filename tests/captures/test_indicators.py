"""Indicators over real trades and bars against TA-Lib and numpy, to 1e-9."""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import talib
from alphaforge import Bar, Strategy, Trade
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry
from alphaforge.indicators import ATR, EMA, RSI, SMA, VWAP, ZScore
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Collects(Strategy):
    """Keeps the trades and the bars of the capture."""

    trades: list[tuple[float, float]]
    closed: list[tuple[float, float, float]]

    def on_start(self) -> None:
        Collects.trades, Collects.closed = [], []
        self.subscribe_bars("1s")

    def on_trade(self, trade: Trade) -> None:
        Collects.trades.append((trade.price, trade.quantity))

    def on_bar(self, bar: Bar) -> None:
        Collects.closed.append((bar.high, bar.low, bar.close))


@pytest.fixture(scope="module")
def collected(capture_with_snapshot: Path) -> tuple[Floats, Floats]:
    """Trades (price, quantity) and one-second bars (high, low, close)."""
    sys.modules.setdefault("captured_indicators", sys.modules[__name__])
    settings = BacktestSettings(strategy="captured_indicators:Collects", data=[capture_with_snapshot])
    run_backtest(settings, Registry.installed())
    return np.array(Collects.trades), np.array(Collects.closed)


def told(update: Callable[..., float | None], rows: Floats) -> Floats:
    answers = (update(*row) for row in rows.tolist())
    return np.array([math.nan if answer is None else answer for answer in answers])


def test_trades(collected: tuple[Floats, Floats]) -> None:
    trades, _ = collected
    prices, volumes = trades[:, 0].copy(), trades[:, 1]
    assert len(trades) == 9_757
    column = prices.reshape(-1, 1)
    for ours, theirs in (
        (told(SMA(20).update, column), talib.SMA(prices, 20)),
        (told(EMA(20).update, column), talib.EMA(prices, 20)),
        (told(RSI(14).update, column), talib.RSI(prices, 14)),
        (told(VWAP().update, trades), np.cumsum(prices * volumes) / np.cumsum(volumes)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_scores_of_trades(collected: tuple[Floats, Floats]) -> None:
    trades, _ = collected
    # From the first price on: a float near 60,000 has a grid of 7e-12, and a window can move by a cent only.
    moves = trades[:, 0] - trades[0, 0]
    ours = told(ZScore(20).update, moves.reshape(-1, 1))
    windows = np.lib.stride_tricks.sliding_window_view(moves, 20)
    moving = windows.max(axis=1) > windows.min(axis=1)
    theirs = (windows[moving, -1] - windows[moving].mean(axis=1)) / windows[moving].std(axis=1)
    np.testing.assert_allclose(ours[19:][moving], theirs, rtol=1e-9, atol=1e-9)
    assert not ours[19:][~moving].any()
    assert np.isnan(ours[:19]).all()


def test_bars(collected: tuple[Floats, Floats]) -> None:
    _, bars = collected
    highs, lows, closes = (bars[:, column].copy() for column in range(3))
    assert len(bars) > 100
    theirs = talib.ATR(highs, lows, closes, 14)
    np.testing.assert_allclose(told(ATR(14).update, bars), theirs, rtol=1e-9, equal_nan=True)
