"""Reconnects: what happened while nobody listened is found again."""

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, fills_of, order_id


class ReconnectsSuite(Suite):
    """Ids `RC-…`."""

    @conformance(
        "RC-01",
        "an order that fills while the connection is down is filled, its fill told once",
        needs="reconnects",
    )
    async def test_fill(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await desk.first_in_line()
            _cut(desk)
            desk.adversary.take("sell", desk.quantity, price)
            await desk.node.until_state(number, "filled")
            assert len(fills_of(desk, number)) == 1
            await desk.agrees()

    @conformance(
        "RC-02",
        "a part that fills while the connection is down counts, and the rest is open",
        needs="reconnects",
    )
    async def test_part(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await desk.first_in_line()
            _cut(desk)
            desk.adversary.take("sell", desk.quantity / 4, price)
            await desk.node.until_state(number, "partially_filled")
            await desk.agrees()
            desk.adversary.take("sell", desk.quantity, price)
            await desk.node.until_state(number, "filled")
            assert [fill.quantity_decimal for fill in fills_of(desk, number)] == [
                desk.quantity / 4,
                desk.quantity * 3 / 4,
            ]
            await desk.agrees()

    @conformance(
        "RC-03", "an order that is cancelled while the connection is down is cancelled", needs="reconnects"
    )
    async def test_cancelled(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            _cut(desk)
            desk.adversary.cancel_by_hand(desk.node.order(number).client_order_id)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance(
        "RC-04",
        "an order that is given while the connection is down is placed once, or refused",
        needs="reconnects",
    )
    async def test_order(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price = desk.far_bid
            _cut(desk)
            number = order_id(desk.probe.buy(desk.quantity, price))
            order = await desk.node.until_state(number, "open", "rejected")
            assert len(desk.sent()) == (order.state == "open")
            await desk.agrees()

    @conformance("RC-05", "a cancel that is given while the connection is down is done", needs="reconnects")
    async def test_cancel(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            _cut(desk)
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance("RC-06", "a deposit while the connection is down is found", needs="reconnects")
    async def test_deposit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            _cut(desk)
            desk.adversary.deposit(desk.instrument.quote, desk.instrument.tick_size)
            await desk.agrees()

    @conformance("RC-07", "a connection that the venue renews loses no report", needs="reconnects")
    async def test_renewal(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("renewal", seconds=0.3)
            for _ in range(8):
                number = order_id(desk.probe.buy(desk.quantity))
                await desk.node.until_state(number, "filled")
            await desk.agrees()
            assert len(desk.probe.fills) == 8

    @conformance(
        "RC-08", "the account's connection ends, and market data goes on; and the reverse", needs="reconnects"
    )
    async def test_one_of_two(self, site: Site) -> None:
        async with self.desk(site) as desk:
            count = len(desk.probe.statuses)
            _cut(desk)
            desk.adversary.take("buy", desk.quantity, desk.ask)
            await desk.node.until(lambda: desk.probe.trades)
            assert len(desk.probe.statuses) == count
            price = desk.far_bid
            desk.adversary.inject("market_cut")
            await desk.node.until(lambda: not desk.probe.book(desk.instrument).is_synced)
            number = order_id(desk.probe.buy(desk.quantity, price, allow_stale=True))
            await desk.node.until_state(number, "open")
            await desk.node.until_synced()
            await desk.agrees()


def _cut(desk: Desk) -> None:
    """The account's connection ends, and no new one is taken for a moment."""
    desk.adversary.inject("unreachable", seconds=0.3)
    desk.adversary.inject("trading_cut")
