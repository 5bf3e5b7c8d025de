"""The base of the suites: a node that trades on the venue under test, and what tests do with it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from alphaforge.model.instrument import Instrument
from alphaforge.sansio.order_names import split_name

from alphaforge_testkit.conformance.venue_under_test import (
    Adversary,
    LiveTarget,
    OpenVenue,
    VenueOrder,
    VenueUnderTest,
)
from alphaforge_testkit.live import Patience, Probe, RunningNode, running_node

NODE = "conform"
"""The name of the node: part of all its client order ids."""
PATIENCE = Patience(answer_within_s=0.6, certain_after_s=1.1)
"""So that a test of doubt takes no longer than it must."""


class Desk:
    """A running node, and the venue that it trades on."""

    def __init__(self, venue: VenueUnderTest, opened: OpenVenue, node: RunningNode) -> None:
        self.node = node
        self.probe: Probe = node.probe
        self.instrument: Instrument = node.instrument
        self.quantity = venue.quantity
        self.refusals = venue.refusals
        self._adversary = opened.adversary

    @property
    def adversary(self) -> Adversary:
        """The emulator's powers; without them the test is skipped."""
        return need(self._adversary)

    @property
    def bid(self) -> Decimal:
        """The best bid that the node knows."""
        return _best(self.probe.book(self.instrument).bids_decimal(1))

    @property
    def ask(self) -> Decimal:
        """The best ask that the node knows."""
        return _best(self.probe.book(self.instrument).asks_decimal(1))

    def ticks(self, count: int) -> Decimal:
        """So many ticks."""
        return self.instrument.tick_size * count

    @property
    def far_bid(self) -> Decimal:
        """A price at which a purchase rests, below all that is in the emulator's book."""
        tick = self.instrument.tick_size
        return self.bid * Decimal("0.98") // tick * tick

    @property
    def far_ask(self) -> Decimal:
        """A price at which a sale rests, above all that is in the emulator's book."""
        tick = self.instrument.tick_size
        return self.ask * Decimal("1.02") // tick * tick

    def sent(self) -> list[VenueOrder]:
        """What the venue has had from this node."""
        return [order for order in self.adversary.orders() if split_name(order.name, NODE) is not None]

    async def resting(self, side: str = "buy", price: Decimal | None = None) -> int:
        """An order of the usual quantity that rests; returns its id."""
        place = self.probe.buy if side == "buy" else self.probe.sell
        handle = place(self.quantity, self.far_bid if price is None else price)
        assert handle.accepted, handle.reason
        await self.node.until_state(order_id(handle), "open")
        return order_id(handle)

    async def first_in_line(self) -> tuple[int, Decimal]:
        """A purchase of the usual quantity that rests ahead of all others; returns its id and its price."""
        price = self.bid + self.ticks(10)
        return await self.resting("buy", price), price

    async def agrees(self) -> None:
        """Wait until balances, position and orders are the venue's; and no order was sent twice."""
        adversary = self.adversary
        await self.node.until(lambda: self.node.balances() == totals(adversary))
        assert adversary.duplicates() == 0
        names = [order.name for order in self.sent()]
        assert len(names) == len(set(names))
        traded = sum((o.filled if o.side == "buy" else -o.filled for o in self.sent()), Decimal(0))
        await self.node.until(lambda: self.probe.position(self.instrument).quantity_decimal == traded)
        here = {order.client_order_id for order in self.probe.open_orders() if order.state != "held"}
        there = {split_name(order.name, NODE) for order in self.sent() if order.is_open}
        assert here == {split[0] for split in there if split is not None}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a test works: its directory, and the venue to use."""

    directory: Path
    target: LiveTarget | None


class Suite:
    """Subclass a suite and set `venue`; its tests run for that venue."""

    venue: ClassVar[VenueUnderTest]
    pytestmark: ClassVar = [pytest.mark.anyio]

    @pytest.fixture
    def anyio_backend(self) -> str:
        """What nodes run on."""
        return "asyncio"

    @pytest.fixture
    def site(self, tmp_path: Path, conformance_target: LiveTarget | None) -> Site:
        """The place of this test."""
        return Site(tmp_path, conformance_target)

    @asynccontextmanager
    async def desk(self, site: Site, **options: Any) -> AsyncIterator[Desk]:
        """A venue of its own and a node that trades on it, its book in sync."""
        async with (
            self.venue.open(site.directory, site.target, **options) as opened,
            self.node_on(opened, site) as desk,
        ):
            yield desk

    @asynccontextmanager
    async def node_on(
        self, opened: OpenVenue, site: Site, more: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Desk]:
        """A node on a venue that is open already."""
        sections = {
            "node": {"name": NODE, "mode": "live", "data_dir": str(site.directory / "data")},
            "venues": opened.sections,
            **(more or {}),
        }
        async with running_node(sections, patience=PATIENCE) as node:
            await node.until_synced()
            yield Desk(self.venue, opened, node)


def need(adversary: Adversary | None) -> Adversary:
    """The emulator's powers; without them the test is skipped."""
    if adversary is None:
        pytest.skip("needs what only an emulator can do")
    return adversary


def totals(adversary: Adversary) -> dict[str, Decimal]:
    """Free and locked together."""
    return {currency: free + locked for currency, (free, locked) in adversary.balances().items()}


def order_id(handle: Any) -> int:
    """The id of an order that the gate has let pass."""
    assert handle.accepted, handle.reason
    return int(handle.id)


def fills_of(desk: Desk, number: int) -> list[Any]:
    """The fills of an order, as the strategy was told."""
    return [fill for fill in desk.probe.fills if fill.order_id == number]


def told(desk: Desk, *words: str) -> Callable[[], bool]:
    """Whether an alert has all these words."""
    return lambda: any(all(word in text for word in words) for text in desk.node.alerts)


def _best(levels: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    assert levels, "the book has no such side"
    return levels[0][0]
