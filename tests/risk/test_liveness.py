"""Rules 4 and 6 over sockets: a quiet market can be traded on, a frozen connection denies."""

from collections.abc import Mapping
from typing import Any

import pytest
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, node_sections
from alphaforge_testkit.live import RunningNode, running_node

pytestmark = [pytest.mark.anyio, pytest.mark.rule(4, 6)]

STILL = BinanceSettings(symbols=("BTCUSDT",), traders=False)
AGE_S = 2
"""What is configured: the shortest there may be."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def sections(exchange: BinanceEmulator, tmp_path, **limits: Any) -> Mapping[str, Any]:
    return {
        **node_sections(exchange, tmp_path),
        "risk": {"account": {"max_market_age_s": AGE_S, **limits}, "market_slippage": "0.01"},
    }


async def market(exchange: BinanceEmulator, node: RunningNode) -> None:
    """Others show a book, once."""
    await node.until_synced()
    exchange.exchange.now_ns = exchange.clock.now_ns()
    of = exchange.exchange.market("BTCUSDT")
    for side, price in (("BUY", "49999"), ("SELL", "50001")):
        exchange.exchange.trade_as_market(of, side, 1, price, immediate=False)
    await node.until(lambda: node.probe.mark() is not None and node.probe.book().best_ask)


async def silence(node: RunningNode, seconds: float) -> None:
    """Nothing comes of the market for so long, by the node's own time."""
    began_ns, seen = node.probe.now, (len(node.probe.quotes), len(node.probe.trades), node.probe.books)
    await node.until(lambda: node.probe.now - began_ns > seconds * 1e9)
    assert (len(node.probe.quotes), len(node.probe.trades), node.probe.books) == seen


async def test_a_quiet_market_can_be_traded_on(tmp_path) -> None:
    async with (
        BinanceEmulator(STILL) as exchange,
        running_node(sections(exchange, tmp_path, collar_bps=500)) as node,
    ):
        await market(exchange, node)
        await silence(node, AGE_S + 1)
        handle = node.probe.buy("0.001", "49000")
        assert handle.reason is None
        await node.until_state(handle.id, "open")


@pytest.mark.parametrize(("limits", "code"), [({}, "market_data"), ({"collar_bps": 500}, "stale_reference")])
async def test_a_frozen_connection_denies_before_the_driver_gives_it_up(
    limits: Mapping[str, Any], code: str, tmp_path
) -> None:
    async with (
        BinanceEmulator(STILL) as exchange,
        running_node(sections(exchange, tmp_path, **limits)) as node,
    ):
        await market(exchange, node)
        already = len(node.probe.statuses)
        exchange.faults.add(kind="hang", match="/stream*", pong=False)
        assert node.probe.buy("0.001", "49000").reason is None
        await silence(node, AGE_S + 1)
        denied = node.probe.buy("0.001", "49000")
        assert denied.code == code
        assert "above the account limit of 2000 ms" in denied.reason
        # Nobody else has found out.
        assert len(node.probe.statuses) == already
        assert node.probe.book().market_condition == "sound"
