"""Rate limits: what the venue refuses is not asked again before its time."""

import anyio
from alphaforge.model.orders import Order

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, order_id

_REFUSED_FOR_S = 1.0
_DOUBTS = 5


class RateLimitsSuite(Suite):
    """Ids `RL-…`."""

    @conformance(
        "RL-01", "a refusal that says when to come again is obeyed to that second", needs="rate_limits"
    )
    async def test_retry_after(self, site: Site) -> None:
        async with self.desk(site) as desk:
            # Orders in doubt have much to ask, each several times a second.
            desk.adversary.inject("not_found_yet", seconds=0.3)
            desk.adversary.inject("order_error_but_accepted", times=_DOUBTS)
            desk.adversary.inject("report_lost", times=_DOUBTS)
            numbers = [order_id(desk.probe.buy(desk.quantity, desk.far_bid)) for _ in range(_DOUBTS)]
            await desk.node.until(lambda: len(desk.sent()) == _DOUBTS)
            desk.adversary.inject("rate_limited", seconds=_REFUSED_FOR_S)
            before = desk.adversary.requests()
            await anyio.sleep(_REFUSED_FOR_S * 0.9)
            # One of each may have been on its way.
            assert desk.adversary.requests() - before <= _DOUBTS
            for number in numbers:
                await desk.node.until_state(number, "open")
            await desk.agrees()

    @conformance(
        "RL-02",
        "an order that the venue has no room for is refused, and nothing else goes wrong",
        needs="rate_limits",
    )
    async def test_order_is_refused(self, site: Site) -> None:
        async with self.desk(site) as desk:
            resting = await desk.resting()
            desk.adversary.inject("rate_limited", seconds=_REFUSED_FOR_S)
            number = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            await desk.node.until_state(number, "rejected")
            await desk.agrees()
            assert desk.node.order(resting).is_live

    @conformance(
        "RL-03",
        "a cancel that the venue refuses for now leaves an order that is known to live",
        needs="rate_limits",
    )
    async def test_cancel(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = await desk.resting()
            desk.adversary.inject("rate_limited", seconds=0.5)
            desk.probe.cancel(number)
            await desk.node.until(lambda: desk.node.order(number).state != "pending_cancel")
            await desk.agrees()
            await anyio.sleep(0.5)
            if desk.node.order(number).is_live:
                desk.probe.cancel(number)
            await desk.node.until_state(number, "cancelled")
            await desk.agrees()

    @conformance(
        "RL-04", "where others leave little, orders do not go out, and cancels do", needs="rate_limits"
    )
    async def test_share_for_cancels(self, site: Site) -> None:
        async with self.desk(site) as desk:
            # Should a new window of the venue's limit begin in between, the next is used up as well.
            found, order = await _orders_where_little_is_left(desk)
            if order.state == "open":
                found, order = await _orders_where_little_is_left(desk)
            assert order.state == "rejected"
            assert order.client_order_id not in {there.name for there in desk.sent()}
            desk.probe.cancel(found)
            await desk.node.until_state(found, "cancelled")
            await desk.agrees()


async def _orders_where_little_is_left(desk: Desk) -> tuple[int, Order]:
    """An order whose query tells how much is used, and the next order."""
    desk.adversary.inject("nearly_used_up")
    desk.adversary.inject("order_error_but_accepted")
    desk.adversary.inject("report_lost")
    found = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
    await desk.node.until_state(found, "open")
    following = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
    return found, await desk.node.until_state(following, "rejected", "open")
