"""Incremental indicators for strategies: `ema = EMA(20)`, then `ema.update(bar.close)` for every bar.

Each gives None until it has seen enough, and refuses what is no finite number with a ValueError.
"""

from alphaforge_rs import ATR, EMA, RSI, SMA, VWAP, ZScore

__all__ = ["ATR", "EMA", "RSI", "SMA", "VWAP", "ZScore"]
