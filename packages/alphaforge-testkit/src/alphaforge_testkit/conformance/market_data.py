"""Market data: books that are in sync or say that they are not, quotes, and every trade once."""

from collections.abc import Callable, Sequence

import anyio

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite
from alphaforge_testkit.conformance.venue_under_test import FaultName
from alphaforge_testkit.live import WITHIN_S

_DEPTH = 100
_STEP_S = 0.02
"""Between the moves of a market that goes on while something happens."""


class MarketDataSuite(Suite):
    """Ids `MD-…`."""

    @conformance("MD-01", "the book syncs and is the venue's, price by price", needs="book")
    async def test_sync(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _has_the_book(desk)

    @conformance("MD-02", "the book follows each change: new prices, changed and emptied ones", needs="book")
    async def test_changes(self, site: Site) -> None:
        async with self.desk(site) as desk:
            bid, ask = desk.bid, desk.ask
            desk.adversary.rest("buy", desk.quantity, bid + desk.ticks(1))
            await desk.node.until(lambda: desk.bid == bid + desk.ticks(1))
            desk.adversary.take("sell", desk.quantity, bid + desk.ticks(1))
            desk.adversary.take("buy", desk.quantity, ask)
            await _has_the_book(desk)
            assert desk.bid == bid

    @conformance(
        "MD-03", "every trade comes once, in its order, with exact price and quantity", needs="trades"
    )
    async def test_trades(self, site: Site) -> None:
        async with self.desk(site) as desk:
            quantities = [desk.instrument.lot_size * count for count in (100, 301, 20)]
            for quantity in quantities:
                desk.adversary.take("buy", quantity, desk.ask)
            await desk.node.until(lambda: len(desk.probe.trades) >= len(quantities))
            assert [trade.quantity_decimal for trade in desk.probe.trades] == quantities
            assert {trade.price_decimal for trade in desk.probe.trades} == {desk.ask}
            assert {trade.aggressor for trade in desk.probe.trades} == {"buy"}
            _contiguous(desk)

    @conformance("MD-04", "quotes are the top of the venue's book", needs="quotes")
    async def test_quotes(self, site: Site) -> None:
        async with self.desk(site) as desk:
            bid = desk.bid + desk.ticks(3)
            desk.adversary.rest("buy", desk.quantity, bid)
            await desk.node.until(lambda: desk.probe.quotes and desk.probe.quotes[-1].bid_decimal == bid)
            last = desk.probe.quotes[-1]
            assert (last.bid_quantity_decimal, last.ask_decimal) == (desk.quantity, desk.ask)

    @conformance("MD-05", "a gap makes the book stale, and a snapshot makes it right again", needs="book")
    async def test_gap(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _goes_stale(desk, "book_lost")

    @conformance("MD-06", "frames that come twice change nothing", needs="book")
    async def test_duplicates(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("book_twice", times=5)
            desk.adversary.inject("trade_twice", times=2)
            for count in range(1, 4):
                desk.adversary.take("buy", desk.quantity, desk.ask)
                desk.adversary.rest("buy", desk.quantity, desk.bid + desk.ticks(count))
            await _has_the_book(desk)
            await desk.node.until(lambda: len(desk.probe.trades) >= 3)
            assert "stale" not in _states(desk)
            assert len(desk.probe.trades) == 3
            _contiguous(desk)

    @conformance("MD-07", "frames out of order never show a wrong book as synced", needs="book")
    async def test_reordered(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _goes_stale(desk, "book_reordered")

    @conformance("MD-08", "frames that come byte by byte are read as ever", needs="book")
    async def test_bytewise(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("market_bytewise", times=10)
            desk.adversary.take("buy", desk.quantity, desk.ask)
            desk.adversary.rest("buy", desk.quantity, desk.bid + desk.ticks(1))
            await _has_the_book(desk)
            assert "stale" not in _states(desk)
            assert [trade.quantity_decimal for trade in desk.probe.trades] == [desk.quantity]

    @conformance("MD-09", "what is no JSON is told, and the streams go on", needs="book")
    async def test_unreadable(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _survives(desk, "market_unreadable")

    @conformance("MD-10", "a truncated frame is told, and the streams go on", needs="book")
    async def test_truncated(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _survives(desk, "market_truncated")

    @conformance("MD-11", "a book that crosses itself is stale until a snapshot makes it right", needs="book")
    async def test_crossed(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("book_crossed")
            await desk.node.until(lambda: "stale" in _states(desk))
            await _is_right_again(desk)

    @conformance(
        "MD-12", "a connection that the venue renews loses no trade, and the book stays", needs="trades"
    )
    async def test_renewal(self, site: Site) -> None:
        async with self.desk(site) as desk:
            sent = 0
            desk.adversary.inject("renewal", seconds=0.3)
            for _ in range(40):
                desk.adversary.take("buy", desk.quantity, desk.ask)
                sent += 1
                await anyio.sleep(_STEP_S)
            await desk.node.until(lambda: len(desk.probe.trades) >= sent)
            assert [trade.quantity_decimal for trade in desk.probe.trades] == [desk.quantity] * sent
            _contiguous(desk)
            await _has_the_book(desk)

    @conformance(
        "MD-13", "a lost connection makes the book stale at once; it comes back right", needs="reconnects"
    )
    async def test_disconnect(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("market_cut")
            await desk.node.until(lambda: "stale" in _states(desk))
            levels, _ = desk.adversary.book()
            desk.adversary.rest("buy", desk.quantity, levels[0][0] + desk.ticks(1))
            await _is_right_again(desk)


def _states(desk: Desk) -> Sequence[str]:
    """What was told of the book, since it was first in sync."""
    states = [state for state, _ in desk.probe.statuses]
    return states[states.index("synced") :]


def _contiguous(desk: Desk) -> None:
    ids = [trade.trade_id for trade in desk.probe.trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))


async def _has_the_book(desk: Desk) -> None:
    """Wait until the node's book is the venue's, price by price."""

    def is_the_same() -> bool:
        book = desk.probe.book(desk.instrument)
        bids, asks = desk.adversary.book()
        mine = (list(book.bids_decimal(_DEPTH)), list(book.asks_decimal(_DEPTH)))
        return book.is_synced and mine == (list(bids), list(asks))

    await desk.node.until(is_the_same)


async def _is_right_again(desk: Desk) -> None:
    await desk.node.until(lambda: _states(desk)[-1] == "synced")
    await _has_the_book(desk)


async def _change_until(desk: Desk, condition: Callable[[], bool]) -> None:
    """Change the book, again and again, until it is so."""
    levels, _ = desk.adversary.book()
    with anyio.fail_after(WITHIN_S):
        while not condition():
            desk.adversary.rest("buy", desk.quantity, levels[-1][0])
            await anyio.sleep(_STEP_S)


async def _goes_stale(desk: Desk, fault: FaultName) -> None:
    """A frame that something happens to makes the book stale, until a snapshot makes it right again."""
    desk.adversary.inject(fault)
    await _change_until(desk, lambda: "stale" in _states(desk))
    await _is_right_again(desk)


async def _survives(desk: Desk, fault: FaultName) -> None:
    desk.adversary.inject(fault, times=3)
    await _change_until(desk, lambda: bool(desk.node.alerts))
    count = len(desk.probe.trades)
    for _ in range(3):
        desk.adversary.take("buy", desk.quantity, desk.adversary.book()[1][0][0])
        await anyio.sleep(_STEP_S)
    await desk.node.until(lambda: len(desk.probe.trades) > count)
    await _is_right_again(desk)
