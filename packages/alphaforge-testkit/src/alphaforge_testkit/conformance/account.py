"""The account: balances, fees and what is locked, exact to the last digit."""

from decimal import Decimal

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Desk, Site, Suite, fills_of, order_id, totals


class AccountSuite(Suite):
    """Ids `AC-…`."""

    @conformance("AC-01", "the balances at the start are the venue's", needs="account")
    async def test_start(self, site: Site) -> None:
        async with self.desk(site) as desk:
            assert desk.node.balances() == totals(desk.adversary)

    @conformance("AC-02", "what a purchase costs and brings is exact, its fee included", needs="account")
    async def test_purchase(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _balances_move_by_fills(desk, "buy")

    @conformance("AC-03", "what a sale costs and brings is exact, its fee included", needs="account")
    async def test_sale(self, site: Site) -> None:
        async with self.desk(site) as desk:
            await _balances_move_by_fills(desk, "sell")

    @conformance("AC-04", "a fee in a third currency is taken from that", needs="fee_in_third_asset")
    async def test_third_currency(self, site: Site) -> None:
        async with self.desk(site, fee_in_third_asset=True) as desk:
            currencies = await _balances_move_by_fills(desk, "buy")
            assert not currencies & {desk.instrument.base, desk.instrument.quote}

    @conformance("AC-05", "an order that rests locks at the venue, and the total stays", needs="account")
    async def test_locked(self, site: Site) -> None:
        async with self.desk(site) as desk:
            before = desk.node.balances()
            await desk.resting()
            locked = desk.adversary.balances()[desk.instrument.quote][1]
            assert locked == desk.far_bid * desk.quantity
            await desk.agrees()
            assert desk.node.balances() == before

    @conformance("AC-06", "what comes in and what goes out is known at once", needs="account")
    async def test_deposit(self, site: Site) -> None:
        async with self.desk(site) as desk:
            desk.adversary.deposit(desk.instrument.quote, Decimal("12.34567891"))
            await desk.node.until(lambda: desk.node.balances() == totals(desk.adversary))
            desk.adversary.deposit(desk.instrument.base, Decimal("-0.00000001"))
            await desk.node.until(lambda: desk.node.balances() == totals(desk.adversary))

    @conformance(
        "AC-07", "a fee makes the position's base less, never the order's filled quantity", needs="account"
    )
    async def test_fee_in_base(self, site: Site) -> None:
        async with self.desk(site) as desk:
            number = order_id(desk.probe.buy(desk.quantity))
            order = await desk.node.until_state(number, "filled")
            assert order.filled_decimal == desk.quantity
            await desk.agrees()


async def _balances_move_by_fills(desk: Desk, side: str) -> set[str]:
    """Trade; returns the currencies of the fees."""
    before = totals(desk.adversary)
    place = desk.probe.buy if side == "buy" else desk.probe.sell
    number = order_id(place(desk.quantity))
    await desk.node.until_state(number, "filled")
    expected = dict(before)
    sign = 1 if side == "buy" else -1
    for fill in fills_of(desk, number):
        expected[desk.instrument.base] += sign * fill.quantity_decimal
        expected[desk.instrument.quote] -= sign * fill.quantity_decimal * fill.price_decimal
        expected[fill.fee_currency] -= fill.fee_decimal
    assert expected != before
    await desk.agrees()
    assert desk.node.balances() == expected
    return {fill.fee_currency for fill in fills_of(desk, number)}
