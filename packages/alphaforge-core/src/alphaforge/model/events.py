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
]
