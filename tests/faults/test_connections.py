"""F23 to F26 and F35: connections that hang, end, are evicted, renewed, refused or half open."""

from functools import partial

import anyio
import pytest
import trustme
from alphaforge.model.errors import SetupError
from alphaforge.sansio.websocket_plan import WebSocketPlan
from alphaforge_binance.emulator import BinanceSettings, node_sections
from alphaforge_testkit.live import running_node

pytestmark = pytest.mark.anyio

LIVELY = BinanceSettings(symbols=("BTCUSDT",), steps_per_s=200)
"""Others trade all the time."""


def states(t) -> list[str]:
    return [state for state, _ in t.node.probe.statuses]


@pytest.mark.parametrize("pong", [True, False])
async def test_f23_a_market_stream_that_hangs_is_stale_told_and_opened_again(
    trading, monkeypatch, pong: bool
) -> None:
    monkeypatch.setattr("alphaforge_binance.market.PING_INTERVAL_S", 1.0)
    async with trading(quiet_after_s=1 if pong else 60) as t:
        already = len(states(t))
        t.exchange.faults.add(kind="hang", match="/stream*", pong=pong)
        await t.until_told("market 1", "silent" if pong else "no_pong")
        await t.node.until(lambda: states(t)[already:] == ["stale", "connected", "synced"])
        t.others("buy", "3")
        await t.until_book_agrees()


async def test_f23_a_trading_stream_that_hangs_without_pongs_is_replaced(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="hang", match="/ws-api*", pong=False)
        t.others("sell", "0.01", "50000")
        await t.until_told("interrupted", "no_pong")
        await t.node.until_state(order_id, "filled")


async def test_f23_a_trading_stream_that_hangs_behind_its_pongs_is_replaced(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="hang", match="/ws-api*", pong=True)
        order = t.node.probe.buy("0.01", 50_000)
        await t.until_told("state is unknown")
        await t.node.until_state(order.id, "open")
        await t.node.until(lambda: t.exchange.ws_api.answered["session.logon"] == 2)
        t.others("sell", "0.01", "50000")
        await t.node.until_state(order.id, "filled")


async def test_f24_the_user_stream_ends_and_the_public_stream_lives(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        already = len(states(t))
        t.exchange.faults.add(kind="revoke_keys", duration_s=0.3)
        await t.until_told("the account's stream has ended")
        t.others("sell", "0.01", "50000")
        await t.node.until_state(order_id, "filled")
        await t.until_book_agrees()
        assert states(t)[already:] == []


async def test_f24_the_public_stream_ends_and_the_user_stream_lives(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="cut_connections", match="/stream*")
        await t.until_told("market 1")
        t.others("sell", "0.01", "50000")
        await t.node.until_state(order_id, "filled")
        await t.node.until(lambda: states(t)[-3:] == ["stale", "connected", "synced"])
        await t.until_book_agrees()
        assert t.exchange.ws_api.answered["session.logon"] == 1


async def test_f25_an_evicted_session_comes_back_and_orders_go_on(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="refuse", duration_s=0.5)
        t.exchange.faults.add(kind="evict", match="/ws-api*")
        await t.until_told("interrupted", "1008")
        order = t.node.probe.buy("0.02", 49_995)
        await t.node.until_state(order.id, "open")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        assert t.exchange.rest.answered["POST /api/v3/order"] == 1


async def test_f26_an_announced_shutdown_loses_no_trade_and_no_report(trading) -> None:
    async with trading(LIVELY) as t:
        t.exchange.faults.add(kind="shutdown_notice", seconds=0.5)
        await t.node.until(lambda: t.exchange.ws_api.answered["session.logon"] == 2)
        seen = len(t.node.probe.trades)
        order = t.node.probe.buy("0.01")
        await t.node.until_state(order.id, "filled")
        with anyio.fail_after(5):
            await t.node.until(lambda: len(t.node.probe.trades) > seen + 100)
        assert_contiguous(t)
        assert "stale" not in states(t)[1:]


async def test_f26_connections_that_are_renewed_all_the_time_lose_no_trade(trading, monkeypatch) -> None:
    hurry(monkeypatch, lifetime_s=0.5)
    async with trading(BinanceSettings(("BTCUSDT",), steps_per_s=400, lifetime_s=1.2)) as t:
        opened = t.exchange.limits.report
        await t.node.until(lambda: opened()["127.0.0.1"]["connections"] >= 12)
        assert_contiguous(t)
        assert len(t.node.probe.trades) > 200
        assert "stale" not in states(t)[1:]
        assert t.node.alerts == []
        order = t.node.probe.buy("0.01")
        await t.node.until_state(order.id, "filled")


async def test_f35_a_venue_that_cannot_prove_its_name_is_not_traded_on(still_market, tmp_path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    right = tmp_path / "right.pem"
    async with still_market(tls=True) as exchange:
        exchange.authority.cert_pem.write_to_path(str(right))
        with pytest.raises(SetupError, match="CERTIFICATE_VERIFY_FAILED"):
            async with running_node(node_sections(exchange, tmp_path, ca_file=str(other))):
                pass
        async with running_node(node_sections(exchange, tmp_path, ca_file=str(right))) as node:
            await node.until_synced()
            order = node.probe.buy("0.01")
            await node.until_state(order.id, "filled")


async def test_f35_half_open_connections_are_found_out(trading, monkeypatch) -> None:
    for module in ("market", "trading"):
        monkeypatch.setattr(f"alphaforge_binance.{module}.PING_INTERVAL_S", 0.5)
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="half_open")
        t.others("sell", "0.01", "50000")
        await t.until_told("interrupted", "no_pong")
        await t.until_told("market 1", "no_pong")
        await t.node.until_state(order_id, "filled")
        await t.until_book_agrees()


async def test_f35_a_reset_in_the_middle_of_a_frame(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="cut", match="executionReport/TRADE")
        t.exchange.faults.add(kind="cut", match="*@depth*")
        t.others("sell", "0.01", "50000")
        await t.until_told("interrupted")
        await t.node.until_state(order_id, "filled")
        await t.until_book_agrees()


def hurry(monkeypatch, *, lifetime_s: float) -> None:
    """Let plans end connections after so long, with a short overlap."""
    for module in ("market", "trading"):
        monkeypatch.setattr(f"alphaforge_binance.{module}.LIFETIME_S", lifetime_s)
        monkeypatch.setattr(
            f"alphaforge_binance.{module}.WebSocketPlan", partial(WebSocketPlan, overlap_s=0.2)
        )


def assert_contiguous(t) -> None:
    ids = [trade.trade_id for trade in t.node.probe.trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
