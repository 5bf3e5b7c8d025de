"""F42: strategies that misbehave on a live node. It halts them, takes back their orders, and lives on."""

from decimal import Decimal
from pathlib import Path

import pytest
from alphaforge_testkit.live import Probe

pytestmark = pytest.mark.anyio


class Misbehaving(Probe):
    """Does what a test has given it to do, once, in its next callback."""

    do = staticmethod(lambda _: None)

    def on_order(self, order: object) -> None:
        super().on_order(order)
        do, Misbehaving.do = Misbehaving.do, staticmethod(lambda _: None)
        do(self)


def loop(_: Probe) -> None:
    while True:
        pass


def raise_an_error(_: Probe) -> None:
    raise RuntimeError("by mistake")


def flood(probe: Probe) -> None:
    while True:
        probe.buy("0.001", Decimal(1))


@pytest.mark.parametrize("misdeed", [loop, raise_an_error, flood])
async def test_f42_a_strategy_that_goes_wrong_is_halted_and_its_orders_taken_back(
    trading, misdeed, tmp_path: Path
) -> None:
    node = {"mode": "live", "data_dir": str(tmp_path / "data"), "callback_budget_s": 0.3}
    async with trading(strategy=Misbehaving, more_sections={"node": node}, agrees=False) as t:
        resting = await t.resting()
        Misbehaving.do = staticmethod(misdeed)
        other = t.node.probe.buy("0.01", Decimal(49_000))
        await t.until_told("strategy", "halted")
        await t.node.until_state(resting, "cancelled")
        await t.node.until_state(other.id, "cancelled")
        assert t.node.probe.is_halted
        assert not any(order.is_open for order in t.account.orders.values())
        await t.until_book_agrees()  # the node lives on


async def test_f42_an_order_of_nan_is_denied_and_the_strategy_goes_on(trading) -> None:
    async with trading() as t:
        for quantity, price in ((float("nan"), Decimal(49_000)), ("0.01", float("nan"))):
            handle = t.node.probe.buy(quantity, price)
            assert (handle.order.state, handle.code) == ("denied", "bad_number")
        await t.resting()
