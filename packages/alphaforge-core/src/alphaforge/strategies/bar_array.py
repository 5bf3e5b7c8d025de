"""Closed bars as a numpy array."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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


def bar_array(packed: bytes) -> BarArray:
    """The rows that the runtime packed. The array cannot be written to."""
    return np.frombuffer(packed, dtype=BAR_DTYPE)
