"""Replaces in all their forms, and what happens when a change meets a fill."""

from decimal import Decimal

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, fills_of, order_id


class OrderChangesSuite(Suite):
    """Ids `OC-…`."""

    @conformance("OC-01", "a replace moves the price", needs="replace")
    async def test_price(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            await _becomes(desk, number, price=desk.far_bid + desk.ticks(7))

    @conformance("OC-02", "a replace makes the order smaller", needs="replace")
    async def test_smaller(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            await _becomes(desk, number, quantity=desk.quantity / 2)

    @conformance("OC-03", "a replace makes the order larger", needs="replace")
    async def test_larger(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            await _becomes(desk, number, quantity=desk.quantity * 3)

    @conformance("OC-04", "replaces follow each other, and the last version is cancelled", needs="replace")
    async def test_again_and_again(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            for step in range(1, 5):
                await _becomes(desk, number, price=desk.far_bid + desk.ticks(step))
            await _becomes(desk, number, quantity=desk.quantity / 2)
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance("OC-05", "a replace of a partly filled order trades the rest, and no more", needs="replace")
    async def test_partly_filled(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await desk.first_in_line()
            desk.adversary.take("sell", desk.quantity / 4, price)
            await desk.node.until_state(number, "partially_filled")
            higher = price + desk.ticks(5)
            await _becomes(desk, number, price=higher)
            desk.adversary.take("sell", desk.quantity, higher)
            order = await desk.node.until_state(number, "filled")
            assert order.filled_decimal == desk.quantity
            await desk.agrees()

    @conformance("OC-06", "a replace to a price that crosses trades at once", needs="replace")
    async def test_crosses(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            desk.probe.replace(number, price=desk.ask)
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance("OC-07", "a replace that meets a fill never orders too much", needs="replace")
    async def test_meets_fill(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await _fills_unheard(desk, desk.quantity / 2)
            desk.probe.replace(number, price=price + desk.ticks(5))
            await desk.node.until(lambda: len(fills_of(desk, number)) == 1)
            await desk.node.until(lambda: desk.node.order(number).state != "pending_replace")
            await desk.agrees()
            assert (
                sum(each.quantity - each.filled for each in desk.sent() if each.is_open) == desk.quantity / 2
            )

    @conformance(
        "OC-08", "a replace of what has filled meanwhile is refused, and the fill counts", needs="replace"
    )
    async def test_of_a_filled_one(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await _fills_unheard(desk, desk.quantity)
            desk.probe.replace(number, price=price - desk.ticks(5))
            await desk.node.until_state(number, "filled")
            await desk.agrees()

    @conformance(
        "OC-09", "a replace that the venue refuses leaves no second order and no lie", needs="post_only"
    )
    async def test_refused(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid, post_only=True))
            await desk.node.until_state(number, "open")
            desk.probe.replace(number, price=desk.ask)
            await desk.node.until(lambda: desk.node.order(number).state != "pending_replace")
            await desk.agrees()
            assert sum(order.is_open for order in desk.sent()) <= 1

    @conformance("OC-10", "a cancel that meets a fill: what has filled is filled", needs="limit")
    async def test_cancel_of_a_filled_one(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, _ = await _fills_unheard(desk, desk.quantity)
            desk.probe.cancel(number)
            order = await desk.node.until_state(number, "filled")
            assert order.filled_decimal == desk.quantity
            await desk.agrees()

    @conformance(
        "OC-11", "a cancel that meets a part of a fill: the part counts, the rest is cancelled", needs="limit"
    )
    async def test_cancel_of_a_partly_filled_one(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, _ = await _fills_unheard(desk, desk.quantity / 4)
            desk.probe.cancel(number)
            order = await desk.node.until_state(number, "cancelled")
            assert order.filled_decimal == desk.quantity / 4
            await desk.agrees()

    @conformance("OC-12", "a cancel at once after the order: in the end nothing is open", needs="limit")
    async def test_cancel_before_the_answer(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance("OC-13", "a cancel whose answer comes late does its work once", needs="limit")
    async def test_late_cancel(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            desk.adversary.inject("cancel_answer_late", seconds=1.0)
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance("OC-14", "an order that its owner cancels by hand is cancelled here", needs="limit")
    async def test_cancelled_by_hand(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            desk.adversary.cancel_by_hand(desk.node.order(number).client_order_id)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()


async def _fills_unheard(desk: Desk, quantity: Decimal) -> tuple[int, Decimal]:
    """An order of which so much has filled, as is not known here yet; returns its id and its price."""
    number, price = await desk.first_in_line()
    desk.adversary.inject("report_late", seconds=0.3)
    desk.adversary.take("sell", quantity, price)
    return number, price


async def _becomes(
    desk: Desk, number: int, *, price: Decimal | None = None, quantity: Decimal | None = None
) -> None:
    """Replace an order, and wait until it is so here and at the venue."""
    before = desk.node.order(number)
    outcome = desk.probe.replace(number, price=price, quantity=quantity)
    assert outcome.accepted, outcome.reason
    wanted = (price or before.price_decimal, quantity or before.quantity_decimal)

    def is_so() -> bool:
        order = desk.node.order(number)
        is_settled = order.state in {"open", "partially_filled"}
        return is_settled and (order.price_decimal, order.quantity_decimal) == wanted

    await desk.node.until(is_so)
    left = wanted[1] - before.filled_decimal
    open_there = [(each.price, each.quantity - each.filled) for each in desk.sent() if each.is_open]
    assert open_there == [(wanted[0], left)]
