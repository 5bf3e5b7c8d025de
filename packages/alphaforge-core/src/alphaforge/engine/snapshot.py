"""Snapshots of a running node: what a console or a status command shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alphaforge_rs import Instrument, Order, Position

from alphaforge.engine.compose import Composition
from alphaforge.engine.lifecycle import NodeState

Levels = Sequence[tuple[Decimal, Decimal]]
"""Prices and quantities, the best first."""


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """The best levels of a book; none while it is stale."""

    instrument: Instrument
    bids: Levels
    asks: Levels
    stale_reason: str | None


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """How long the last turns of the engine took, in ns of wall time, strategies included."""

    p50_ns: int
    p99_ns: int


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """A node between two turns."""

    state: NodeState
    feed_time_ns: int
    progress: tuple[int, int]
    """How much of the feed has been given, and how much there is."""
    events: int
    orders: int
    fills: int
    books: Sequence[BookSnapshot]
    positions: Sequence[Position]
    open_orders: Sequence[Order]
    equity: Decimal | None
    reporting_currency: str
    turns: TurnTimes | None
    """None before the first turn."""


def snapshot_of(
    parts: Composition, state: NodeState, turn_times_ns: Collection[int], *, depth: int
) -> NodeSnapshot:
    """Take a snapshot. Nothing of it changes the node."""
    runtime = parts.runtime
    counters = runtime.counters()
    return NodeSnapshot(
        state=state,
        feed_time_ns=runtime.now,
        progress=parts.feed.progress,
        events=counters.events,
        orders=counters.orders,
        fills=counters.fills,
        books=[_book(parts, instrument, depth) for instrument in parts.instruments],
        positions=runtime.positions(),
        open_orders=[order for one in parts.strategies for order in one.strategy.open_orders()],
        equity=runtime.equity(parts.reporting_currency),
        reporting_currency=parts.reporting_currency,
        turns=_turn_times(turn_times_ns),
    )


def _book(parts: Composition, instrument: Instrument, depth: int) -> BookSnapshot:
    book = parts.runtime.book(instrument)
    return BookSnapshot(instrument, book.bids_decimal(depth), book.asks_decimal(depth), book.stale_reason)


def _turn_times(turn_times_ns: Collection[int]) -> TurnTimes | None:
    ordered = sorted(turn_times_ns)
    if not ordered:
        return None
    last = len(ordered) - 1
    return TurnTimes(ordered[last // 2], ordered[round(last * 0.99)])
