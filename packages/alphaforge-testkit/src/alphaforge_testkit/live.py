"""A live node beside a test: real sockets, the real engine, and a strategy whose hands are the test's."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import anyio
from alphaforge import Strategy
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.drivers.clock import Clock
from alphaforge.engine.compose import compose
from alphaforge.engine.inbox import StopRequest
from alphaforge.engine.live_node import LiveNode
from alphaforge.engine.live_venue import LiveVenue, open_venues
from alphaforge.engine.preflight import refuse_unfit
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge.model.instrument import Instrument
from alphaforge.model.orders import Alert, Order, Record
from alphaforge.model.sink import Sink

WITHIN_S = 10.0
"""How long a test waits for what it expects."""
_LOOK_EVERY_S = 0.005


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a node waits for a venue, where a test cannot wait as long as the venue's adapter says."""

    answer_within_s: float
    """See `TradingTraits.answer_within_s`."""
    certain_after_s: float
    """See `TradingTraits.certain_after_s`: longer than the receive window, and than a test hides orders."""


class Probe(Strategy[Any]):
    """Notes everything that it is told. A test orders through it."""

    started: "list[Probe]" = []  # noqa: RUF012 - how a harness gets at what the node has made

    def on_start(self) -> None:
        """Be found by the harness."""
        self.trades: list[Any] = []
        self.quotes: list[Any] = []
        self.books = 0
        self.statuses: list[tuple[str, str | None]] = []
        self.updates: list[Any] = []
        self.fills: list[Any] = []
        Probe.started.append(self)

    def on_trade(self, trade: Any) -> None:
        """Note it."""
        self.trades.append(trade)

    def on_quote(self, quote: Any) -> None:
        """Note it."""
        self.quotes.append(quote)

    def on_book(self, book: Any) -> None:
        """Count it."""
        self.books += 1

    def on_feed_status(self, status: Any) -> None:
        """Note it."""
        self.statuses.append((status.state, status.reason))

    def on_order(self, order: Any) -> None:
        """Note it."""
        self.updates.append(order)

    def on_fill(self, fill: Any) -> None:
        """Note it."""
        self.fills.append(fill)


class _Alerts:
    """A sink that keeps what somebody must know."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def open(self) -> None:
        """Nothing is to be opened."""

    def write(self, records: Sequence[Record]) -> None:
        """Keep the alerts."""
        self.texts += [record.text for record in records if isinstance(record, Alert)]

    def close(self) -> None:
        """Nothing is open."""


class RunningNode:
    """A live node that runs beside the test."""

    def __init__(self, node: LiveNode, venues: Sequence[LiveVenue], alerts: _Alerts) -> None:
        self.node = node
        self.venues = venues
        self.result: RunResult | None = None
        """Set when the node has stopped."""
        self._alerts = alerts

    @property
    def probe(self) -> Probe:
        """The strategy, where it is the probe."""
        return Probe.started[-1]

    @property
    def alerts(self) -> Sequence[str]:
        """What somebody must have been told so far."""
        return self._alerts.texts

    @property
    def instrument(self) -> Instrument:
        """The first instrument."""
        return self.venues[0].instruments[0]

    def order(self, order_id: int) -> Order:
        """An order as it is now."""
        order = self.probe.order(order_id)
        if order is None:
            raise LookupError(f"order {order_id} is not known")
        return order

    def balances(self) -> dict[str, Decimal]:
        """What the node believes to be on the account of its first venue."""
        return {
            balance.currency: balance.total
            for balance in self.node.balances()
            if balance.venue == self.venues[0].name
        }

    async def until(self, condition: Callable[[], object], *, within_s: float = WITHIN_S) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it is not so in time; the text tells what the node was told last.
        """
        with anyio.move_on_after(within_s):
            # What is waited for may be anything in the node: there is no event for all of it.
            while not condition():  # noqa: ASYNC110
                await anyio.sleep(_LOOK_EVERY_S)
            return
        told = [f"{each.state} ({each.reason})" for each in self.node.orders()[-5:]]
        raise AssertionError(f"not so within {within_s:g} s; orders: {told}; alerts: {self.alerts[-5:]}")

    async def until_state(self, order_id: int, *states: str, within_s: float = WITHIN_S) -> Order:
        """Wait until an order is in one of these states."""
        await self.until(lambda: self.order(order_id).state in states, within_s=within_s)
        return self.order(order_id)

    async def until_filled(self, order_id: int, quantity: Decimal) -> None:
        """Wait until so much of an order has traded."""
        await self.until(lambda: self.order(order_id).filled_decimal >= quantity)

    async def until_synced(self) -> None:
        """Wait until the books of all instruments are in sync."""
        instruments = [each for venue in self.venues for each in venue.instruments]
        await self.until(lambda: all(self.probe.book(each).is_synced for each in instruments))


@asynccontextmanager
async def running_node(
    sections: Mapping[str, Any],
    *,
    strategy: type[Strategy[Any]] = Probe,
    patience: Patience | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[RunningNode]:
    """Run a live node over `sections` of a configuration; when the block ends it stops, and drains.

    `feed.source` is `live`, and the strategy is the probe, unless the sections say otherwise.

    Raises:
        AlphaForgeError: it cannot be put together, or has failed.
    """
    raw = RawConfig()
    raw.add({"feed": {"source": "live"}}, "test")
    raw.add({"strategies": [{"use": f"{strategy.__module__}:{strategy.__name__}"}]}, "test")
    raw.add(dict(sections), "test")
    config, registry, clock, alerts = load_config(raw), Registry.installed(), clock or Clock(), _Alerts()
    more_sinks: list[tuple[str, Sink]] = [("alerts", alerts)]
    async with open_venues(config, raw, registry, clock) as opened:
        venues = opened if patience is None else [_with_patience(venue, patience) for venue in opened]
        if config.node.mode == "live":
            await refuse_unfit(venues)
        node = LiveNode(compose(config, raw, registry, live=venues, more_sinks=more_sinks), venues, clock)
        async with anyio.create_task_group() as tasks:
            results: list[RunResult] = []

            async def run() -> None:
                results.append(await node.run())

            tasks.start_soon(run)
            with anyio.fail_after(WITHIN_S):
                await _until_ready(node)
            running = RunningNode(node, venues, alerts)
            try:
                yield running
            finally:
                node.inbox.put(StopRequest("the test is over"))
        running.result = results[0]


def _with_patience(venue: LiveVenue, patience: Patience) -> LiveVenue:
    traits = replace(
        venue.adapter.traits,
        answer_within_s=patience.answer_within_s,
        certain_after_s=patience.certain_after_s,
    )
    return replace(venue, adapter=replace(venue.adapter, traits=traits))


async def _until_ready(node: LiveNode) -> None:
    while node.state == "starting":  # noqa: ASYNC110 - a node tells nobody
        await anyio.sleep(_LOOK_EVERY_S)
