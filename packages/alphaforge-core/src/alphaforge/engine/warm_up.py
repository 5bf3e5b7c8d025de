"""Warming up: strategies are given the bars from before the run that they have asked for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

import anyio.lowlevel
from alphaforge_rs import EventBatch, HistoryGap, Runtime

from alphaforge.engine.running_strategy import RunningStrategy
from alphaforge.feeds.feed import Feed


def wants_history(strategies: Sequence[RunningStrategy]) -> bool:
    """Whether any strategy has asked for bars from before the run."""
    return any(bars.history for running in strategies for bars in running.strategy.subscribed_bars)


async def take_history(runtime: Runtime, feed: Feed) -> Iterator[EventBatch]:
    """Fill the bars with the history of a feed; returns the feed's batches.

    What was received after the feed's first event is not history: nobody could have known it.
    """
    batches = feed.batches()
    first = next((batch for batch in batches if len(batch)), None)
    if first is None or first.first_ts is None:
        return batches
    for batch in feed.history():
        runtime.take_history(batch.take_until(first.first_ts))
        if len(batch):
            break
        await anyio.lowlevel.checkpoint()
    return chain([first], batches)


def told_gap(gap: HistoryGap) -> str:
    """What a user must know of a gap between history and run."""
    times = f"{_told_time(gap.ts_from)} and {_told_time(gap.ts_to)}"
    if gap.spec is not None:
        return f"{gap.instrument.id}: bars {gap.spec} between {times}, between history and run, are not known"
    last, first = gap.trade_ids or (None, None)
    return (
        f"{gap.instrument.id}: trades between {times} are not known: the last of the history is {last}, the "
        f"first of the run {first}; bars that they belong to were left out"
    )


def _told_time(ns: int) -> str:
    seconds, rest = divmod(ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{rest // 1_000_000:03}"
