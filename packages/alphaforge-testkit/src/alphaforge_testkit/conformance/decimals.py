"""Decimals: the least and the longest numbers arrive as they were meant, and sums are exact."""

from decimal import Decimal

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Site, Suite, fills_of, order_id


class DecimalsSuite(Suite):
    """Ids `DE-…`."""

    @conformance(
        "DE-01", "one lot above a round quantity and one tick above a round price arrive so", needs="limit"
    )
    async def test_grid(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price = desk.far_bid + desk.ticks(1)
            quantity = desk.quantity + desk.instrument.lot_size
            number = order_id(desk.probe.buy(quantity, price))
            await desk.node.until_state(number, "open")
            (there,) = desk.sent()
            assert (there.price, there.quantity) == (price, quantity)
            await desk.agrees()

    @conformance(
        "DE-02",
        "a price and a quantity between the grid's are never more aggressive, never larger",
        needs="limit",
    )
    async def test_off_the_grid(self, site: Site) -> None:
        async with self.desk(site) as desk:
            tick, lot = desk.instrument.tick_size, desk.instrument.lot_size
            bought = order_id(
                desk.probe.buy(desk.quantity + lot * Decimal("0.9"), desk.far_bid + tick * Decimal("0.9"))
            )
            sold = order_id(
                desk.probe.sell(desk.quantity + lot * Decimal("0.9"), desk.far_ask + tick * Decimal("0.1"))
            )
            await desk.node.until_state(bought, "open")
            await desk.node.until_state(sold, "open")
            there = [(order.side, order.price, order.quantity) for order in desk.sent()]
            assert there == [
                ("buy", desk.far_bid, desk.quantity),
                ("sell", desk.far_ask + tick, desk.quantity),
            ]

    @conformance("DE-03", "the least order that the rules allow is taken", needs="limit")
    async def test_least(self, site: Site) -> None:
        async with self.desk(site) as desk:
            instrument, price = desk.instrument, desk.far_bid
            least = max(instrument.min_quantity or instrument.lot_size, instrument.lot_size)
            while least * price < (instrument.min_notional or 0):
                least += instrument.lot_size
            number = order_id(desk.probe.buy(least, price))
            await desk.node.until_state(number, "open")
            (there,) = desk.sent()
            assert there.quantity == least

    @conformance("DE-04", "a quantity below the rules is denied before it leaves", needs="limit")
    async def test_below_the_least(self, site: Site) -> None:
        async with self.desk(site) as desk:
            handle = desk.probe.buy(desk.instrument.lot_size / 2, desk.far_bid)
            assert not handle.accepted
            assert handle.reason
            assert desk.sent() == []

    @conformance(
        "DE-05", "a hundred odd fills add up to the last digit: position, fees, balances", needs="account"
    )
    async def test_sums(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price, lot = desk.bid + desk.ticks(7), desk.instrument.lot_size
            parts = [lot * (7 + count % 11) for count in range(100)]
            number = order_id(desk.probe.buy(sum(parts), price))
            await desk.node.until_state(number, "open")
            for part in parts:
                desk.adversary.take("sell", part, price)
            order = await desk.node.until_state(number, "filled")
            assert order.filled_decimal == sum(parts)
            assert [fill.quantity_decimal for fill in fills_of(desk, number)] == parts
            await desk.agrees()

    @conformance(
        "DE-06",
        "a price with all its decimals and a large quantity arrive without an exponent",
        needs="limit",
    )
    async def test_large(self, site: Site) -> None:
        async with self.desk(site) as desk:
            tick = desk.instrument.tick_size
            price = desk.far_ask + tick * 3
            quantity = desk.quantity * 333 + desk.instrument.lot_size * 7
            number = order_id(desk.probe.sell(quantity, price))
            await desk.node.until_state(number, "open")
            (there,) = desk.sent()
            assert (there.price, there.quantity) == (price, quantity)
            await desk.agrees()
