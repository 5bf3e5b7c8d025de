"""Who goes first where a venue limits how much may be asked."""

from enum import IntEnum


class Priority(IntEnum):
    """The lower goes first; a share of every limit is kept for cancels."""

    CANCEL = 0
    ORDER = 1
    QUERY = 2
    MARKET_DATA = 3
