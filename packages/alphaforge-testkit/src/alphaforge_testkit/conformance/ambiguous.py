"""Ambiguous outcomes: nobody knows whether a request was carried out; nothing is sent twice, or lost."""

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, fills_of, order_id
from alphaforge_testkit.conformance.venue_under_test import FaultName


class AmbiguousOutcomesSuite(Suite):
    """Ids `AM-…`."""

    @conformance(
        "AM-01", "answer and report of an order are lost: it is found at the venue", needs="order_queries"
    )
    async def test_answer_lost(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_found(desk, "order_answer_lost")

    @conformance(
        "AM-02", "an error that says nothing, and the order lives: it is found", needs="order_queries"
    )
    async def test_error_but_accepted(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_found(desk, "order_error_but_accepted")

    @conformance(
        "AM-03", "the connection is reset after the order was taken: it is found", needs="order_queries"
    )
    async def test_reset_but_accepted(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_found(desk, "order_reset_but_accepted")

    @conformance(
        "AM-04", "an error that says nothing, and no order: in the end it is known", needs="order_queries"
    )
    async def test_error(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _never_was(desk, "order_error")

    @conformance(
        "AM-05",
        "the connection is reset before the order was taken: it is not sent again",
        needs="order_queries",
    )
    async def test_reset(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _never_was(desk, "order_reset")

    @conformance(
        "AM-06", "queries do not find the young order yet: it is not given up", needs="order_queries"
    )
    async def test_not_found_yet(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("not_found_yet", seconds=0.6)
            await _is_found(desk, "order_error_but_accepted")

    @conformance("AM-07", "queries fail: the order stays unknown until one answers", needs="order_queries")
    async def test_queries_fail(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("query_error", times=4)
            await _is_found(desk, "order_error_but_accepted")

    @conformance(
        "AM-08",
        "answer and reports of an order that filled are lost: its fill counts once",
        needs="order_queries",
    )
    async def test_fill_is_found(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("order_answer_lost")
            desk.adversary.inject("report_lost", times=2)
            number = order_id(desk.probe.buy(desk.quantity, desk.ask))
            await desk.node.until_state(number, "filled")
            assert len(fills_of(desk, number)) == 1
            await desk.agrees()

    @conformance(
        "AM-09", "the answer comes long after the doubt began: it changes nothing", needs="order_queries"
    )
    async def test_late_answer(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("order_answer_late", seconds=1.0)
            desk.adversary.inject("report_lost")
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            await _was_unknown(desk, number)
            await desk.node.until_state(number, "open")
            desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            assert len(desk.sent()) == 1
            await desk.agrees()

    @conformance(
        "AM-10", "answer and report of a cancel are lost: the order has ended", needs="order_queries"
    )
    async def test_cancel_answer_lost(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_gone(desk, "cancel_answer_lost")

    @conformance(
        "AM-11",
        "an error that says nothing, and the cancel was done: the order has ended",
        needs="order_queries",
    )
    async def test_cancel_error(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_gone(desk, "cancel_error_but_accepted")

    @conformance(
        "AM-12", "the connection is reset after the cancel: the order has ended", needs="order_queries"
    )
    async def test_cancel_reset(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _is_gone(desk, "cancel_reset_but_accepted")

    @conformance(
        "AM-13", "answer and reports of a replace are lost: one version is open, and known", needs="replace"
    )
    async def test_replace_answer_lost(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _has_moved(desk, "replace_answer_lost")

    @conformance(
        "AM-14",
        "an error that says nothing, and the replace was done: the new version is known",
        needs="replace",
    )
    async def test_replace_error(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _has_moved(desk, "replace_error_but_accepted")

    @conformance("AM-15", "reports that come twice count once", needs="limit")
    async def test_reports_twice(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("report_twice", times=4)
            number, price = await desk.first_in_line()
            part = desk.quantity / 4
            for count in (1, 2):
                desk.adversary.take("sell", part, price)
                await desk.node.until_filled(number, part * count)
            desk.probe.cancel(number)
            order = await desk.node.until_state(number, "cancelled")
            assert [fill.quantity_decimal for fill in fills_of(desk, number)] == [part, part]
            assert order.filled_decimal == part * 2
            await desk.agrees()

    @conformance("AM-16", "the fill's report comes before the answer to its order", needs="limit")
    async def test_fill_before_answer(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("order_answer_late", seconds=0.3)
            number = order_id(desk.probe.buy(desk.quantity, desk.ask))
            await desk.node.until_state(number, "filled")
            assert len(fills_of(desk, number)) == 1
            await desk.agrees()

    @conformance("AM-17", "reports out of order come to the same", needs="limit")
    async def test_reports_reordered(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number, price = await desk.first_in_line()
            desk.adversary.inject("report_reordered")
            desk.adversary.take("sell", desk.quantity / 4, price)
            desk.adversary.take("sell", desk.quantity, price)
            await desk.node.until_state(number, "filled")
            assert len(fills_of(desk, number)) == 2
            await desk.agrees()

    @conformance("AM-18", "reports that come byte by byte are read as ever", needs="limit")
    async def test_reports_bytewise(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("report_bytewise", times=10)
            await desk.node.until_state(order_id(desk.probe.buy(desk.quantity)), "filled")
            await desk.agrees()

    @conformance(
        "AM-19", "a report that cannot be read is told, and what it said is found out", needs="order_queries"
    )
    async def test_report_unreadable(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.inject("report_unreadable")
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            await desk.node.until_state(number, "open")
            await desk.node.until(lambda: desk.node.alerts)
            await desk.agrees()


async def _was_unknown(desk: Desk, number: int) -> None:
    """Wait until the strategy was told so; the doubt may be over as soon."""
    told = desk.probe.updates
    await desk.node.until(lambda: any((each.id, each.state) == (number, "unknown") for each in told))


async def _is_found(desk: Desk, fault: FaultName) -> None:
    desk.adversary.inject(fault)
    desk.adversary.inject("report_lost")
    number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
    await _was_unknown(desk, number)
    assert desk.node.order(number).is_live
    await desk.node.until_state(number, "open")
    assert len(desk.sent()) == 1
    await desk.agrees()


async def _never_was(desk: Desk, fault: FaultName) -> None:
    desk.adversary.inject(fault)
    number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
    await _was_unknown(desk, number)
    await desk.node.until_state(number, "rejected")
    assert desk.sent() == []
    await desk.agrees()


async def _is_gone(desk: Desk, fault: FaultName) -> None:
    number = await desk.resting()
    desk.adversary.inject(fault)
    desk.adversary.inject("report_lost")
    desk.probe.cancel(number)
    await desk.node.until_state(number, "cancelled")
    await desk.agrees()


async def _has_moved(desk: Desk, fault: FaultName) -> None:
    number = await desk.resting()
    price = desk.far_bid + desk.ticks(5)
    desk.adversary.inject(fault)
    desk.adversary.inject("report_lost", times=2)
    desk.probe.replace(number, price=price)
    await desk.node.until(
        lambda: (desk.node.order(number).state, desk.node.order(number).price_decimal) == ("open", price)
    )
    assert [order.price for order in desk.sent() if order.is_open] == [price]
    await desk.agrees()
