"""F33: clocks that are wrong, and clocks that are set."""

import time
from decimal import Decimal

import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.model.errors import SetupError

pytestmark = pytest.mark.anyio


class Wall:
    """A wall clock that can be set."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        self.ahead_s = ahead_s

    def __call__(self) -> int:
        return time.time_ns() + round(self.ahead_s * 1e9)


async def trades_well(t) -> None:
    order_id = await t.resting(price="49990")
    t.node.probe.cancel(order_id)
    await t.node.until_state(order_id, "cancelled")
    bought = t.node.probe.buy("0.01")
    await t.node.until_state(bought.id, "filled")


@pytest.mark.parametrize("ahead_s", [-1.3, 2.0, 3600.0])
async def test_f33_a_node_does_not_start_with_a_wrong_clock(trading, still_market, ahead_s: float) -> None:
    async with still_market() as exchange:
        with pytest.raises(SetupError, match=r"clock is [+-].* set it"):
            async with trading(on=exchange, clock=Clock(wall_ns=Wall(ahead_s))):
                pass


@pytest.mark.parametrize("ahead_s", [-0.4, 0.4])
async def test_f33_a_clock_that_is_off_by_less_is_reckoned_with(trading, ahead_s: float) -> None:
    async with trading(clock=Clock(wall_ns=Wall(ahead_s)), recv_window_ms=100) as t:
        await trades_well(t)
        assert t.node.node.view().lag_s < 0.5


@pytest.mark.parametrize("by_s", [-3600.0, -1.3, 2.0, 3600.0])
async def test_f33_a_local_clock_that_is_set_is_told_and_changes_nothing(trading, by_s: float) -> None:
    wall = Wall()
    async with trading(clock=Clock(wall_ns=wall)) as t:
        order_id = await t.resting()
        wall.ahead_s = by_s
        await t.until_told("wall clock was set")
        t.others("sell", "0.01", "50000")
        await t.node.until_state(order_id, "filled")
        await trades_well(t)


@pytest.mark.parametrize("by_s", [-3600.0, -2.0, 2.0, 3600.0])
async def test_f33_a_venue_whose_clock_is_set_is_measured_anew(trading, by_s: float) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="clock", seconds=by_s)
        refused = t.node.probe.buy("0.01", Decimal(49_990))
        assert "-1021" in ((await t.node.until_state(refused.id, "rejected")).reason or "")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        await t.until_told("its clock has moved")
        await trades_well(t)


@pytest.mark.parametrize("scope", ["account", "venue"])
@pytest.mark.parametrize("by_s", [-2.0, 2.0])
async def test_a_venue_whose_clock_drifts_gets_no_new_orders_until_it_is_back(
    trading, scope: str, by_s: float
) -> None:
    limit = {"max_clock_drift_ms": 300}
    risk = {"account": limit} if scope == "account" else {"venue": {"binance": limit}}
    async with trading(more_sections={"risk": risk}) as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="clock", seconds=by_s)
        t.node.probe.buy("0.01", Decimal(49_990))  # the venue refuses its time, and is measured anew
        await t.until_told("BINANCE: its clock is", "beyond the limit")
        denied = t.node.probe.buy("0.01", Decimal(49_990))
        assert (denied.code, scope in (denied.reason or "")) == ("clock_drift", True)
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        t.exchange.faults.add(kind="clock", seconds=0.0)
        await t.until_told("BINANCE: its clock is", "within the limit again")
        await trades_well(t)
