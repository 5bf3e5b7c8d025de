"""Reconciliation: what the node believes is held against what the venue says."""

from decimal import Decimal

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import NODE, Desk, Site, Suite, need, order_id, told, totals

_BY_HAND = "made-by-hand"
_LEFT_BEHIND = f"{NODE}-1-1"
"""A name as an earlier run of the node has given them."""


class ReconciliationSuite(Suite):
    """Ids `RE-…`."""

    @conformance("RE-01", "an order of the account's owner is told, and left alone", needs="reconciliation")
    async def test_manual_order(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.order_by_hand("buy", desk.quantity, desk.far_bid, name=_BY_HAND)
            await desk.node.until(told(desk, _BY_HAND, "left alone"))
            desk.probe.cancel_all()
            await desk.resting()
            await desk.agrees()
            assert _is_open(desk, _BY_HAND)

    @conformance(
        "RE-02",
        "an owner's order from before the start is told, and left alone, to the end",
        needs="reconciliation",
    )
    async def test_manual_order_before(self, site: Site) -> None:
        async with self.venue.open(site.directory, site.target) as opened:
            adversary = need(opened.adversary)
            bids, _ = adversary.book()
            adversary.order_by_hand("buy", self.venue.quantity, bids[-1][0], name=_BY_HAND)
            async with self.node_on(opened, site) as desk:
                await desk.node.until(told(desk, _BY_HAND, "left alone"))
            assert _is_open(desk, _BY_HAND)

    @conformance(
        "RE-03", "what an earlier run has left behind is cancelled, and told", needs="reconciliation"
    )
    async def test_left_behind(self, site: Site) -> None:
        async with self.venue.open(site.directory, site.target) as opened:
            adversary = need(opened.adversary)
            bids, _ = adversary.book()
            adversary.order_by_hand("buy", self.venue.quantity, bids[-1][0], name=_LEFT_BEHIND)
            async with self.node_on(opened, site) as desk:
                await desk.node.until(told(desk, _LEFT_BEHIND, "earlier run"))
                await desk.node.until(lambda: not _is_open(desk, _LEFT_BEHIND))

    @conformance(
        "RE-04", "a balance that is not what was thought is corrected, and told", needs="reconciliation"
    )
    async def test_drift(self, site: Site) -> None:
        async with self.desk(site) as desk:
            quote = desk.instrument.quote
            desk.adversary.deposit(quote, Decimal("-123.45"), silently=True)
            desk.adversary.inject("trading_cut")
            await desk.node.until(told(desk, quote, "was thought to be here"))
            assert desk.node.balances() == totals(desk.adversary)

    @conformance(
        "RE-05",
        "a trade that the owner makes by hand moves the balances, not the strategy",
        needs="reconciliation",
    )
    async def test_manual_trade(self, site: Site) -> None:
        async with self.desk(site) as desk:
            before = desk.node.balances()
            desk.adversary.order_by_hand("buy", desk.quantity, desk.ask, name=_BY_HAND)
            await desk.node.until(lambda: desk.node.balances() == totals(desk.adversary) != before)
            assert desk.probe.position(desk.instrument).quantity_decimal == 0
            assert desk.probe.fills == []

    @conformance("RE-06", "a node that stops leaves nothing of its own at the venue", needs="reconciliation")
    async def test_stop(self, site: Site) -> None:
        async with self.desk(site) as desk:
            for count in range(3):
                await desk.resting("buy", desk.far_bid - desk.ticks(count))
            adversary = desk.adversary
            await desk.agrees()
        assert [order.is_open for order in adversary.orders()] == [False] * 3

    @conformance("RE-07", "a second start finds nothing to do, and ids do not repeat", needs="reconciliation")
    async def test_second_start(self, site: Site) -> None:
        async with self.venue.open(site.directory, site.target) as opened:
            for _ in range(2):
                async with self.node_on(opened, site) as desk:
                    assert desk.node.alerts == []
                    await desk.node.until_state(order_id(desk.probe.buy(desk.quantity)), "filled")
                    assert desk.adversary.duplicates() == 0
            assert desk.node.result is not None
            assert len(desk.sent()) == 2


def _is_open(desk: Desk, name: str) -> bool:
    (order,) = [order for order in desk.adversary.orders() if order.name == name]
    return order.is_open
