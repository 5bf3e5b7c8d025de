"""Closed bars as a numpy array."""

from typing import TypeAlias

import numpy as np
from alphaforge_rs import Instrument, StrategyPort
from numpy.typing import NDArray

from alphaforge.model.errors import StrategyError

BAR_DTYPE = np.dtype(
    [
        ("ts_open", "<i8"),
        ("ts_close", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("volume", "<f8"),
        ("trade_count", "<i8"),
    ]
)
"""One row for each bar. Times are ns since the epoch; prices in the quote currency, volume in the base."""

BarArray: TypeAlias = NDArray[np.void]


def bar_array(port: StrategyPort, instrument: Instrument, spec: str, count: int) -> BarArray:
    """The last closed bars, as the runtime packs them. The array cannot be written to.

    Raises:
        StrategyError: the strategy has not subscribed to these bars.
    """
    packed = port.packed_bars(instrument, spec, count)
    if packed is None:
        raise StrategyError(
            f"bars {spec!r} of {instrument.id}: call subscribe_bars({spec!r}) in on_start first"
        )
    return np.frombuffer(packed, dtype=BAR_DTYPE)
