"""Orders at the market and at a limit, their times in force, and what the venue refuses."""

from decimal import Decimal

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Site, Suite, fills_of, order_id


class TradingSuite(Suite):
    """Ids `TR-…`."""

    @conformance("TR-01", "a limit order rests as it was given, and is cancelled", needs="limit")
    async def test_rests_and_is_cancelled(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            assert desk.node.order(number).venue_order_id
            desk.probe.cancel(number)
            order = await desk.node.until_state(number, "cancelled")
            assert order.filled_decimal == 0

    @conformance(
        "TR-02", "what the venue has is the order to the last digit, under its client order id", needs="limit"
    )
    async def test_as_given(self, site: Site) -> None:
        async with self.desk(site) as desk:
            order = desk.node.order(await desk.resting("sell", desk.far_ask))
            (there,) = desk.sent()
            assert there.name == order.client_order_id
            assert (there.side, there.price, there.quantity) == ("sell", desk.far_ask, desk.quantity)
            await desk.agrees()

    @conformance(
        "TR-03", "a limit order that crosses trades at once, at the price of the book", needs="limit"
    )
    async def test_crosses(self, site: Site) -> None:
        async with self.desk(site) as desk:
            ask = desk.ask
            number = order_id(desk.probe.buy(desk.quantity, ask + desk.ticks(50)))
            await desk.node.until_state(number, "filled")
            (fill,) = fills_of(desk, number)
            assert (fill.price_decimal, fill.quantity_decimal, fill.liquidity) == (
                ask,
                desk.quantity,
                "taker",
            )

    @conformance("TR-04", "a resting order is filled in parts by others, each part told once", needs="limit")
    async def test_filled_in_parts(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await desk.first_in_line()
            parts = [desk.quantity / 4, desk.quantity / 2, desk.quantity / 4]
            for part, state in zip(parts, ("partially_filled", "partially_filled", "filled"), strict=True):
                desk.adversary.take("sell", part, price)
                await desk.node.until_state(number, state)
            await desk.node.until(lambda: len(fills_of(desk, number)) == len(parts))
            fills = fills_of(desk, number)
            assert [fill.quantity_decimal for fill in fills] == parts
            assert {(fill.price_decimal, fill.liquidity) for fill in fills} == {(price, "maker")}
            await desk.agrees()

    @conformance("TR-05", "a market order buys, and sells, at the book's prices", needs="market")
    async def test_market(self, site: Site) -> None:
        async with self.desk(site) as desk:
            bought = order_id(desk.probe.buy(desk.quantity))
            await desk.node.until_state(bought, "filled")
            sold = order_id(desk.probe.sell(desk.quantity / 2))
            await desk.node.until_state(sold, "filled")
            position = desk.probe.position(desk.instrument).quantity_decimal
            assert position == desk.quantity / 2
            await desk.agrees()

    @conformance("TR-06", "a market order goes through several prices, and sums are exact", needs="market")
    async def test_market_through_levels(self, site: Site) -> None:
        async with self.desk(site) as desk:
            levels = desk.adversary.book()[1][:3]
            quantity = levels[0][1] + levels[1][1] + desk.quantity
            number = order_id(desk.probe.buy(quantity))
            await desk.node.until_state(number, "filled")
            await desk.node.until(lambda: len(fills_of(desk, number)) == 3)
            traded = [(fill.price_decimal, fill.quantity_decimal) for fill in fills_of(desk, number)]
            assert traded == [levels[0], levels[1], (levels[2][0], desk.quantity)]
            await desk.agrees()

    @conformance(
        "TR-07", "a market order spends an amount of the quote currency, and no more", needs="quote_quantity"
    )
    async def test_quote_quantity(self, site: Site) -> None:
        async with self.desk(site) as desk:
            amount = desk.ask * desk.quantity * Decimal("2.5")
            number = order_id(desk.probe.buy(quote_quantity=amount))
            order = await desk.node.until_state(number, "filled", "expired", "cancelled")
            spent = sum(fill.price_decimal * fill.quantity_decimal for fill in fills_of(desk, number))
            assert amount - desk.ask * desk.instrument.lot_size < spent <= amount, order.reason

    @conformance("TR-08", "what an immediate-or-cancel order cannot trade at once expires", needs="ioc")
    async def test_ioc(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price, there = desk.adversary.book()[1][0]
            handle = desk.probe.buy(there + desk.quantity, price, time_in_force="ioc")
            order = await desk.node.until_state(order_id(handle), "expired", "cancelled")
            assert order.filled_decimal == there
            await desk.agrees()

    @conformance("TR-09", "an immediate-or-cancel order that meets nobody expires untouched", needs="ioc")
    async def test_ioc_in_vain(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid, time_in_force="ioc"))
            order = await desk.node.until_state(number, "expired", "cancelled")
            assert order.filled_decimal == 0

    @conformance("TR-10", "a fill-or-kill order trades as a whole", needs="fok")
    async def test_fok(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.ask, time_in_force="fok"))
            await desk.node.until_state(number, "filled")

    @conformance("TR-11", "a fill-or-kill order that cannot trade as a whole does not trade", needs="fok")
    async def test_fok_in_vain(self, site: Site) -> None:
        async with self.desk(site) as desk:
            price, there = desk.adversary.book()[1][0]
            number = order_id(desk.probe.buy(there + desk.quantity, price, time_in_force="fok"))
            order = await desk.node.until_state(number, "expired", "cancelled", "rejected")
            assert order.filled_decimal == 0
            await desk.agrees()

    @conformance("TR-12", "an order that is good till a time ends then, at the venue too", needs="gtd")
    async def test_gtd(self, site: Site) -> None:
        async with self.desk(site) as desk:
            handle = desk.probe.buy(desk.quantity, desk.far_bid, expires_at=desk.probe.now + 500_000_000)
            await desk.node.until_state(order_id(handle), "open")
            await desk.node.until_state(order_id(handle), "expired", "cancelled")
            await desk.agrees()

    @conformance("TR-13", "a post-only order that would not take rests", needs="post_only")
    async def test_post_only(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.bid, post_only=True))
            await desk.node.until_state(number, "open")

    @conformance(
        "TR-14", "a post-only order that would take is refused with the venue's reason", needs="post_only"
    )
    async def test_post_only_refused(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.ask, post_only=True))
            order = await desk.node.until_state(number, "rejected", "expired", "cancelled")
            assert order.filled_decimal == 0
            assert desk.refusals["post_only"] in (order.reason or "")
            await desk.agrees()

    @conformance(
        "TR-15", "an order that the account cannot pay for is refused with the venue's reason", needs="limit"
    )
    async def test_insufficient_funds(self, site: Site) -> None:
        async with self.desk(site) as desk:
            # The owner's own order locks most of the money; totals, which the gate reckons with, stay.
            quote = desk.instrument.quote
            price, lot = desk.far_bid, desk.instrument.lot_size
            free = desk.adversary.balances()[quote][0]
            most = free * Decimal("0.95") / price // lot * lot
            desk.adversary.order_by_hand("buy", most, price, name="by-hand")
            number = order_id(desk.probe.buy(most / 10 // lot * lot, price))
            order = await desk.node.until_state(number, "rejected")
            assert desk.refusals["insufficient_funds"] in (order.reason or "")

    @conformance(
        "TR-16",
        "while the venue is closed orders are refused with its reason, and cancels work",
        needs="limit",
    )
    async def test_closed(self, site: Site) -> None:
        async with self.desk(site) as desk:
            resting = await desk.resting()
            desk.adversary.inject("closed", seconds=30)
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            order = await desk.node.until_state(number, "rejected")
            assert desk.refusals["closed"] in (order.reason or "")
            desk.probe.cancel(resting)
            await desk.node.until_state(resting, "cancelled")

    @conformance("TR-17", "a price far outside the venue's band is refused with its reason", needs="limit")
    async def test_price_band(self, site: Site) -> None:
        async with self.desk(site) as desk:
            tick = desk.instrument.tick_size
            number = order_id(desk.probe.buy(desk.quantity, desk.bid / 20 // tick * tick))
            order = await desk.node.until_state(number, "rejected")
            assert desk.refusals["price_band"] in (order.reason or "")
            await desk.agrees()

    @conformance(
        "TR-18", "twenty orders at once: each has its own answer, and all are cancelled", needs="limit"
    )
    async def test_many(self, site: Site) -> None:
        async with self.desk(site) as desk:
            lowest = desk.far_bid
            numbers = [
                order_id(desk.probe.buy(desk.quantity, lowest - desk.ticks(count))) for count in range(20)
            ]
            for number in numbers:
                await desk.node.until_state(number, "open")
            assert len(desk.sent()) == len(numbers)
            desk.probe.cancel_all()
            for number in numbers:
                await desk.node.until_state(number, "cancelled")
            await desk.agrees()
