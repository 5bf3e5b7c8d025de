"""Orders that wait for a price, that hide, and that belong together."""

from typing import Any

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, fills_of, order_id

_WAITING = ("open", "held")


class OrderTypesSuite(Suite):
    """Ids `OT-…`."""

    @conformance("OT-01", "a stop waits for its price, then trades at the market", needs="stop_market")
    async def test_stop_market(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _fires_down(desk, desk.probe.sell(desk.quantity, stop=desk.bid - desk.ticks(500)))

    @conformance("OT-02", "a stop that buys fires when the market rises", needs="stop_market")
    async def test_stop_buys(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, stop=desk.ask + desk.ticks(500)))
            await desk.node.until_state(number, *_WAITING)
            desk.adversary.take(
                "buy", desk.adversary.book()[1][0][1] + desk.quantity, desk.ask + desk.ticks(1500)
            )
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance("OT-03", "a stop-limit trades at its limit or better", needs="stop_limit")
    async def test_stop_limit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            trigger = desk.bid - desk.ticks(500)
            limit = trigger - desk.ticks(1000)
            number = await _fires_down(desk, desk.probe.sell(desk.quantity, limit, stop=trigger))
            assert all(fill.price_decimal >= limit for fill in fills_of(desk, number))

    @conformance("OT-04", "a stop-limit whose limit is out of reach rests there", needs="stop_limit")
    async def test_stop_limit_rests(self, site: Site) -> None:
        async with self.desk(site) as desk:
            trigger = desk.bid - desk.ticks(500)
            number = order_id(desk.probe.sell(desk.quantity, desk.ask + desk.ticks(300), stop=trigger))
            await desk.node.until_state(number, *_WAITING)
            _fall(desk)
            await desk.node.until(lambda: desk.node.order(number).is_triggered)
            await desk.node.until_state(number, "open")
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance(
        "OT-05", "a take-profit waits for its price, then trades at the market", needs="take_profit_market"
    )
    async def test_take_profit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, take_profit=desk.bid - desk.ticks(500)))
            await desk.node.until_state(number, *_WAITING)
            _fall(desk)
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance("OT-06", "a take-profit with a limit trades at that or better", needs="take_profit_limit")
    async def test_take_profit_limit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            trigger, limit = desk.bid - desk.ticks(500), desk.ask + desk.ticks(10)
            number = order_id(desk.probe.buy(desk.quantity, limit, take_profit=trigger))
            await desk.node.until_state(number, *_WAITING)
            _fall(desk)
            await desk.node.until_state(number, "filled")
            assert all(fill.price_decimal <= limit for fill in fills_of(desk, number))

    @conformance(
        "OT-07", "a trailing stop follows the market, and fires at its distance", needs="trailing_stop"
    )
    async def test_trailing(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.sell(desk.quantity, trailing=desk.ticks(2500)))
            await desk.node.until_state(number, *_WAITING)
            best = desk.ask
            desk.adversary.take(
                "buy", desk.adversary.book()[1][0][1] + desk.quantity, best + desk.ticks(1500)
            )
            await desk.node.until(lambda: desk.ask > best)
            _fall(desk)
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance("OT-08", "a stop that waits can be cancelled", needs="stop_market")
    async def test_stop_is_cancelled(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.sell(desk.quantity, stop=desk.bid - desk.ticks(500)))
            await desk.node.until_state(number, *_WAITING)
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            _fall(desk)
            await desk.agrees()
            assert fills_of(desk, number) == []

    @conformance("OT-09", "an iceberg shows its part only, and trades as a whole", needs="iceberg")
    async def test_iceberg(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price = desk.bid + desk.ticks(10)
            number = order_id(desk.probe.buy(desk.quantity * 4, price, display=desk.quantity))
            await desk.node.until_state(number, "open")
            assert desk.adversary.book()[0][0] == (price, desk.quantity)
            await desk.node.until(lambda: desk.bid == price)
            desk.adversary.take("sell", desk.quantity * 4, price)
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance("OT-10", "a reduce-only order closes a position and never turns it", needs="reduce_only")
    async def test_reduce_only(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await desk.node.until_state(order_id(desk.probe.buy(desk.quantity)), "filled")
            handle = desk.probe.sell(desk.quantity, desk.bid, reduce_only=True)
            await desk.node.until_state(order_id(handle), "filled")
            assert not desk.probe.sell(desk.quantity, desk.bid, reduce_only=True)
            await desk.agrees()

    @conformance("OT-11", "of one-cancels-the-other the limit fills, and the stop goes", needs="oco")
    async def test_oco_limit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price = desk.ask - desk.ticks(10)
            group = desk.probe.oco("sell", desk.quantity, price, stop=desk.bid - desk.ticks(500))
            await desk.node.until_state(order_id(group.limit), "open")
            desk.adversary.take("buy", desk.quantity, price)
            await desk.node.until_state(order_id(group.limit), "filled")
            await desk.node.until_state(order_id(group.stop), "cancelled")
            await desk.agrees()

    @conformance("OT-12", "of one-cancels-the-other the stop fires, and the limit goes", needs="oco")
    async def test_oco_stop(self, site: Site) -> None:
        async with self.desk(site) as desk:
            group = desk.probe.oco("sell", desk.quantity, desk.far_ask, stop=desk.bid - desk.ticks(500))
            await desk.node.until_state(order_id(group.limit), "open")
            _fall(desk)
            await desk.node.until_state(order_id(group.limit), "cancelled")
            await desk.node.until_state(order_id(group.stop), "filled")
            await desk.agrees()

    @conformance("OT-13", "a bracket opens a position and closes it at its profit", needs="bracket")
    async def test_bracket(self, site: Site) -> None:
        async with self.desk(site) as desk:
            profit = desk.ask + desk.ticks(100)
            group = desk.probe.bracket(
                "buy", desk.quantity, desk.ask, take_profit=profit, stop_loss=desk.bid - desk.ticks(500)
            )
            assert group.entry is not None
            await desk.node.until_state(order_id(group.entry), "filled")
            await desk.node.until_state(order_id(group.limit), "open")
            level = desk.adversary.book()[1][0]
            desk.adversary.take("buy", level[1] + desk.quantity, profit)
            await desk.node.until_state(order_id(group.limit), "filled")
            await desk.node.until_state(order_id(group.stop), "cancelled")
            await desk.agrees()


async def _fires_down(desk: Desk, handle: Any) -> int:
    number = order_id(handle)
    await desk.node.until_state(number, *_WAITING)
    assert fills_of(desk, number) == []
    _fall(desk)
    await desk.node.until_state(number, "filled")
    await desk.agrees()
    return number


def _fall(desk: Desk) -> None:
    """Somebody sells through the best price down to the next."""
    bids, _ = desk.adversary.book()
    desk.adversary.take("sell", bids[0][1] + desk.quantity, bids[1][0])
