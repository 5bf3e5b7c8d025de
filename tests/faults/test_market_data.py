"""F27 to F31 and F34: gaps, crossed books, broken frames, stalled and late streams, halted symbols."""

import json
import os
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from alphaforge import Bar
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, node_sections
from alphaforge_testkit.live import Probe, running_node
from anyio.from_thread import start_blocking_portal

pytestmark = pytest.mark.anyio

LIVELY = BinanceSettings(symbols=("BTCUSDT",), steps_per_s=200)
SEEDS = range(int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1")))


def states(t) -> list[str]:
    return [state for state, _ in t.node.probe.statuses]


async def test_f27_a_gap_in_mid_stream_makes_the_book_stale_until_it_is_rebuilt(trading) -> None:
    async with trading() as t:
        already = len(states(t))
        dropped = t.exchange.faults.add(kind="drop", match="*@depth*")
        t.others("buy", "3")
        await t.node.until(lambda: dropped.fired)
        t.others("buy", "10")
        await t.node.until(lambda: states(t)[already:] == ["stale", "synced"])
        await t.until_book_agrees()


async def test_f27_a_snapshot_that_is_older_than_the_buffer_is_fetched_again(trading) -> None:
    async with trading() as t:
        for _ in range(2):
            t.exchange.faults.add(kind="answer_delayed", match="GET /api/v3/depth", seconds=0.4)
            t.exchange.faults.add(kind="cut_connections", match="/stream*")
            await t.node.until(lambda: states(t)[-1] == "connected")
            t.others("buy", "3")
        await t.until_book_agrees()


async def test_f27_a_snapshot_that_is_newer_than_the_buffer_is_good(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="cut_connections", match="/stream*")
        t.exchange.faults.add(kind="delay", match="*@depth*", seconds=0.5, count=3)
        t.others("buy", "3")
        await t.node.until(lambda: states(t)[-1] == "synced")
        t.others("buy", "10")
        await t.until_book_agrees()


async def test_f28_a_crossed_book_is_stale_until_it_is_rebuilt(trading) -> None:
    async with trading() as t:
        already = len(states(t))
        market = t.exchange.exchange.market("BTCUSDT")
        market.update_id += 1
        crossed = {
            "e": "depthUpdate",
            "E": t.exchange.clock.now_ns() // 1_000,
            "s": "BTCUSDT",
            "U": market.update_id,
            "u": market.update_id,
            "b": [["50005.00", "1.0"]],
            "a": [],
        }
        t.exchange.streams.publish_raw("btcusdt@depth@100ms", json.dumps(crossed).encode())
        await t.node.until(lambda: states(t)[already:][:2] == ["stale", "synced"])
        t.others("buy", "3")
        await t.until_book_agrees()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "kind", ["drop", "duplicate", "reorder", "truncate", "invalid_json", "bytewise", "delay"]
)
async def test_f29_broken_market_frames_break_no_book(trading, kind: str, seed: int) -> None:
    async with trading(LIVELY, seed=seed) as t:
        broken = t.exchange.faults.add(
            kind=kind, match="*@*", probability=0.2, count=20, copies=2, seconds=0.05
        )
        await t.node.until(lambda: broken.fired == 20)
        if kind in {"truncate", "invalid_json"}:
            await t.until_told("market 1")
        ids = [trade.trade_id for trade in t.node.probe.trades]
        assert len(ids) == len(set(ids))
        seen = len(t.node.probe.trades)
        await t.node.until(lambda: len(t.node.probe.trades) > seen + 20)
        t.exchange.faults.add(kind="halt")
        await t.until_book_agrees()


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "truncate", "invalid_json", "bytewise", "drop"])
async def test_f29_broken_reports_break_no_account(trading, kind: str) -> None:
    async with trading() as t:
        broken = t.exchange.faults.add(kind=kind, match="*", probability=0.5, count=6, copies=2, seconds=0.1)
        for _ in range(3):
            order = t.node.probe.buy("0.01", Decimal(50_000))
            t.others("sell", "0.004", "50000")
            await t.node.until(lambda order=order: t.node.order(order.id).state not in {"intent", "sent"})
            t.others("sell", "0.006", "50000")
        t.exchange.faults.clear()
        await t.until_agreed()
        assert broken.fired > 0


async def test_f29_a_frame_of_20_mb_ends_the_connection_and_nothing_else(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="oversize", match="*@depth*", size=20_000_000)
        t.others("buy", "3")
        await t.until_told("market 1", "message_too_big")
        await t.until_book_agrees()


class BarWatcher(Probe):
    """Notes bars of 100 ms too."""

    def on_start(self) -> None:
        super().on_start()
        self.bars: list[Bar] = []
        self.subscribe_bars("1s")

    def on_bar(self, bar: Any) -> None:
        self.bars.append(bar)


async def test_f30_the_forming_bar_of_a_stalled_stream_is_not_taken_for_closed(trading) -> None:
    async with trading(strategy=BarWatcher) as t:
        bars = t.node.probe.bars
        t.others("buy", "0.1")
        t.exchange.faults.add(kind="drop", match="*@*", duration_s=1.6)
        stalled_ns = t.exchange.clock.now_ns()
        await t.node.until(lambda: t.exchange.clock.now_ns() > stalled_ns + 1_600_000_000)
        assert [bar for bar in bars if bar.ts_close > stalled_ns] == []
        t.others("buy", "0.1")
        await t.node.until(lambda: any(bar.ts_close > stalled_ns for bar in bars))


class Sleeper(Probe):
    """Blocks the node for a while, when told to."""

    blocks_s = 0.0

    def on_trade(self, trade: Any) -> None:
        super().on_trade(trade)
        blocks_s, self.blocks_s = self.blocks_s, 0.0
        if blocks_s:
            time.sleep(blocks_s)


async def test_f31_a_slow_strategy_sees_its_lag_though_what_it_reads_has_just_come(tmp_path) -> None:
    # The emulator has a loop of its own: it must go on while the node is blocked.
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(BinanceEmulator(LIVELY)) as exchange,
    ):
        async with running_node(node_sections(exchange, tmp_path), strategy=Sleeper) as node:
            await node.until_synced()
            node.probe.blocks_s = 1.5
            await node.until(lambda: any("behind the venue" in text for text in node.alerts))
            told = [state for state, _ in node.probe.statuses]
            await node.until(lambda: any("in time again" in text for text in node.alerts))
            assert "lagging" in told
            assert node.node.view().lag_s < 0.5
            reads = Counter(trade.ts_recv for trade in node.probe.trades)
            flood, size = reads.most_common(1)[0]
            assert size > 20
            assert sum(quote.ts_recv == flood for quote in node.probe.quotes) <= 1, "quotes are conflated"
            ids = [trade.trade_id for trade in node.probe.trades]
            assert ids == list(range(ids[0], ids[0] + len(ids))), "trades are not"


async def test_f34_orders_on_a_halted_symbol_are_refused_with_the_venues_words(trading) -> None:
    async with trading() as t:
        kept = await t.resting()
        t.exchange.faults.add(kind="halt", duration_s=1.0)
        order = t.node.probe.buy("0.01", Decimal(49_990))
        refused = await t.node.until_state(order.id, "rejected")
        assert "Market is closed" in (refused.reason or "")
        t.node.probe.cancel(kept)
        await t.node.until_state(kept, "cancelled")


async def test_f34_maintenance_refuses_and_is_survived(trading) -> None:
    async with trading(is_patient=False) as t:
        kept = await t.resting()
        t.exchange.faults.add(kind="maintenance", duration_s=0.5)
        t.exchange.faults.add(kind="cut_connections", match="/ws-api*")
        await t.until_told("interrupted")
        order = t.node.probe.buy("0.01", Decimal(49_990))
        await t.node.until_state(order.id, "rejected")
        assert t.node.order(kept).state == "open"


async def test_f34_a_side_without_a_price_is_no_price(trading) -> None:
    async with trading() as t:
        t.others("sell", "200")
        await t.node.until(lambda: t.node.probe.book(t.node.instrument).best_bid is None)
        await t.until_book_agrees()
        assert all(quote.bid_decimal > 0 for quote in t.node.probe.quotes)
        order = t.node.probe.sell("0.01")
        ended = await t.node.until_state(order.id, "denied", "rejected", "expired")
        assert ended.filled_decimal == 0
