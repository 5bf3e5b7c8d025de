"""F32, and the weight budget: 429 is obeyed, 418 never earned, cancels still go out."""

import time
from decimal import Decimal

import httpx
import pytest
from alphaforge.drivers.clock import Clock
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, node_sections
from alphaforge_testkit.live import running_node

pytestmark = pytest.mark.anyio

SYMBOLS = tuple(f"A{number:03d}USDT" for number in range(200))
NEIGHBOUR_WEIGHT = 250


def limits(exchange: BinanceEmulator) -> dict[str, int]:
    return exchange.limits.report()["127.0.0.1"]


async def a_neighbour_asks(exchange: BinanceEmulator, times: int) -> int:
    """Somebody else on the same address asks for whole books; gives the last status."""
    status = 0
    async with httpx.AsyncClient() as neighbour:
        for _ in range(times):
            url = f"{exchange.url}/api/v3/depth?symbol=BTCUSDT&limit=5000"
            status = (await neighbour.get(url)).status_code
    return status


def ahead_to_second(second: float) -> float:
    """By how many seconds a clock must be ahead so that so many of its minute are over."""
    return (second - time.time()) % 60


async def test_f32_what_a_neighbour_uses_up_leaves_the_cancels_their_share(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        await a_neighbour_asks(t.exchange, 22)
        t.exchange.faults.add(kind="evict", match="/ws-api*")
        asked = t.exchange.rest.answered["GET /api/v3/openOrders"]
        await t.node.until(lambda: t.exchange.rest.answered["GET /api/v3/openOrders"] > asked)
        refused = t.node.probe.buy("0.01", Decimal(49_990))
        assert "limit of requests" in ((await t.node.until_state(refused.id, "rejected")).reason or "")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled", within_s=1)
        assert limits(t.exchange)["violations"] == 0


async def test_f32_a_rogue_burst_is_429_obeyed_and_cancels_go_out_when_the_minute_is_over(
    trading, still_market
) -> None:
    ahead_s = ahead_to_second(56)
    async with still_market() as exchange:
        exchange.clock.offset_ns = round(ahead_s * 1e9)
        clock = Clock(wall_ns=lambda: time.time_ns() + round(ahead_s * 1e9))
        async with trading(on=exchange, clock=clock) as t:
            orders = [await t.resting("0.001", f"{price}") for price in range(49_980, 49_985)]
            assert await a_neighbour_asks(exchange, 25) == 429
            before = limits(exchange)
            for order_id in orders:
                t.node.probe.cancel(order_id)
            await t.until_told("sent again")
            refused = t.node.probe.buy("0.01", Decimal(49_990))
            await t.node.until_state(refused.id, "rejected")
            for order_id in orders:
                await t.node.until_state(order_id, "cancelled", within_s=15)
            after = limits(exchange)
            # What was on its way before the first 429 was heard has been refused too, and nothing else.
            assert after["violations"] - before["violations"] <= len(orders)
            assert after["bans"] == 0


async def test_f32_a_ban_is_obeyed_to_its_end(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="ban", seconds=2)
        t.node.probe.cancel(order_id)
        await t.until_told("sent again")
        asked = limits(t.exchange)["requests"]
        for _ in range(20):
            refused = t.node.probe.buy("0.01", Decimal(49_990))
            await t.node.until_state(refused.id, "rejected")
        assert limits(t.exchange)["requests"] - asked <= 2
        await t.node.until_state(order_id, "cancelled")
        assert limits(t.exchange)["bans"] == 1, "the one of the test"


async def test_200_books_are_synced_again_within_the_limits(tmp_path, record_property) -> None:
    settings = BinanceSettings(symbols=SYMBOLS, steps_per_s=1)
    async with BinanceEmulator(settings) as exchange:
        began_s = time.monotonic()
        async with running_node(node_sections(exchange, tmp_path, instruments=list(SYMBOLS))) as node:
            await node.until(lambda: all_synced(node), within_s=30)
            first_s = time.monotonic() - began_s
            exchange.faults.add(kind="cut_connections", match="/stream*")
            began_s = time.monotonic()
            await node.until(lambda: not all_synced(node))
            await node.until(lambda: all_synced(node), within_s=30)
            again_s = time.monotonic() - began_s
            used = limits(exchange)
            assert used["highest_weight"] <= 3_500
            assert (used["violations"], used["bans"]) == (0, 0)
            record_property("synced_first_s", first_s)
            record_property("synced_again_s", again_s)
            print(f"first {first_s:.2f} s, again {again_s:.2f} s, {used}")


def all_synced(node) -> bool:
    return all(node.probe.book(each).is_synced for each in node.venues[0].instruments)
