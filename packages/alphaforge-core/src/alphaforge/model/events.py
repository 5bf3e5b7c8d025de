"""Market events, and the batches in which they travel."""

from alphaforge_rs import (
    Bar,
    Book,
    DepthDiff,
    DepthSnapshot,
    EventBatch,
    FeedNotice,
    FeedStatus,
    Quote,
    Trade,
    VenueBar,
    decode_columns,
    encode_columns,
)

__all__ = [
    "Bar",
    "Book",
    "DepthDiff",
    "DepthSnapshot",
    "EventBatch",
    "FeedNotice",
    "FeedStatus",
    "Quote",
    "Trade",
    "VenueBar",
    "decode_columns",
    "encode_columns",
]
