"""F12 to F22: what is filled, by whom, how often, and what it costs."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from alphaforge_binance.emulator import BinanceSettings, ReadyAccount

pytestmark = pytest.mark.anyio


async def test_f12_a_restart_right_after_a_fill_records_it_once(
    trading, still_market, tmp_path: Path
) -> None:
    path = tmp_path / "trades.db"
    async with still_market() as exchange:
        for _ in range(2):
            async with trading(on=exchange, more_sections={"sinks": {"sqlite": {"path": str(path)}}}) as t:
                await t.resting()
                t.others("sell", "0.004", "50000")
                await t.node.until(lambda t=t: t.node.probe.fills)
            assert t.account.open_orders == {}
        venue = sorted(fill.trade_id for fill in exchange.account("main").fills)
    with closing(sqlite3.connect(path)) as database:
        recorded = sorted(int(row[0]) for row in database.execute("SELECT trade_id FROM fills"))
    assert recorded == venue
    assert len(venue) == 2


async def test_f13_two_fills_with_one_trade_id_are_both_counted(trading) -> None:
    async with trading(self_trade_prevention="none") as t:
        order_id = await t.resting()
        # The gate lets no two orders of a node meet, but one that waits at the venue is not judged again.
        taker = t.node.probe.sell("0.01", Decimal(50_000), take_profit=Decimal("50001.5"))
        await t.node.until_state(taker.id, "open")
        t.others("buy", "11", "50002")
        await t.node.until_state(order_id, "filled")
        await t.node.until_state(taker.id, "filled")
        first, second = t.node.probe.fills
        assert first.trade_id == second.trade_id


async def test_f14_fills_during_a_disconnect_are_asked_for(trading) -> None:
    async with trading() as t:
        order_id, other = await t.resting(), await t.resting("0.02")
        t.exchange.faults.add(kind="refuse", match="*", duration_s=0.5)
        t.exchange.faults.add(kind="cut_connections", match="/ws-api*")
        t.others("sell", "0.01", "50000")
        t.others("sell", "0.004", "50000")
        await t.until_told("interrupted")
        await t.node.until_state(order_id, "filled")
        await t.node.until(lambda: t.node.order(other).filled_decimal == Decimal("0.004"))


@pytest.mark.parametrize("quantity", ["0.01", "0.004"])
async def test_f15_one_missing_fill_frame_is_noticed(trading, quantity: str) -> None:
    async with trading() as t:
        order_id = await t.resting()
        dropped = t.exchange.faults.add(kind="drop", match="executionReport/TRADE")
        t.others("sell", quantity, "50000")
        await t.node.until(lambda: t.node.order(order_id).filled_decimal == Decimal(quantity), within_s=5)
        assert dropped.fired == 1


async def test_f15_a_missing_fill_frame_and_a_missing_balance_are_noticed_at_the_next_report(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="drop", match="executionReport/TRADE")
        t.exchange.faults.add(kind="drop", match="outboundAccountPosition")
        t.others("sell", "0.004", "50000")
        t.others("sell", "0.004", "50000")
        await t.node.until(lambda: t.node.order(order_id).filled_decimal == Decimal("0.008"))
        assert len(t.node.probe.fills) == 2


async def test_f16_a_fill_during_a_replace_in_flight(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="delay", match="executionReport/TRADE", seconds=0.3)
        t.others("sell", "0.004", "50000")
        t.node.probe.replace(order_id, price=Decimal(49_990), quantity="0.02")
        await t.node.until(lambda: t.node.order(order_id).filled_decimal == Decimal("0.004"))
        order = await t.node.until_state(order_id, "partially_filled")
        assert (order.price_decimal, order.quantity_decimal) == (Decimal(50_000), Decimal("0.01"))
        # What has traded is known now: the same replace is done in two steps.
        t.node.probe.replace(order_id, price=Decimal(49_990), quantity="0.02")
        await t.node.until(lambda: t.node.order(order_id).price_decimal == Decimal(49_990))
        (at_venue,) = t.account.open_orders.values()
        assert at_venue.quantity == Decimal("0.016")


async def test_f16_the_second_half_of_a_replace_fails(trading) -> None:
    async with trading() as t:
        order = t.node.probe.buy("0.01", Decimal(50_000), post_only=True)
        await t.node.until_state(order.id, "open")
        t.node.probe.replace(order, price=Decimal(50_002))
        ended = await t.node.until_state(order.id, "cancelled")
        assert ended.filled_decimal == 0


async def test_f17_a_query_that_does_not_find_a_young_order_says_nothing(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="not_found_yet", seconds=1.5)
        t.exchange.faults.add(kind="drop", match="executionReport/NEW")
        t.exchange.faults.add(kind="error_but_accepted", match="order.place")
        order = t.node.probe.buy("0.01", Decimal(50_000))
        await t.node.until_state(order.id, "open")
        assert t.states(order.id) == ["intent", "sent", "unknown", "open"]
        assert t.exchange.rest.answered["GET /api/v3/order"] >= 3


async def test_f17_a_cancel_that_does_not_find_a_young_order_is_sent_again(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="not_found_yet", seconds=1.0)
        order_id = await t.resting()
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        assert t.exchange.ws_api.answered["order.cancel"] >= 2


async def test_f18_an_order_that_is_acknowledged_very_late_is_live(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="delay", match="executionReport/NEW", seconds=4.5)
        t.exchange.faults.add(kind="answer_delayed", match="order.place", seconds=4.5)
        t.exchange.faults.add(kind="error", match="GET /api/v3/order", duration_s=4.3)
        order = t.node.probe.buy("0.01", Decimal(50_000))
        await t.until_told("state is unknown")
        await t.until_told("still unknown")
        await t.node.until_state(order.id, "open")
        t.others("sell", "0.01", "50000")
        await t.node.until_state(order.id, "filled")


async def test_f19_client_order_ids_never_repeat(trading, still_market) -> None:
    async with still_market() as exchange:
        for _ in range(3):
            async with trading(on=exchange) as t:
                for _ in range(2):
                    order = t.node.probe.buy("0.01")
                    await t.node.until_state(order.id, "filled")
        assert len({order.client_id for order in t.account.orders.values()}) == 6


async def test_f19_an_order_under_the_name_of_an_ended_one_is_not_ours(trading) -> None:
    async with trading(agrees=False) as t:
        order = t.node.probe.buy("0.01")
        name = (await t.node.until_state(order.id, "filled")).client_order_id
        await t.by_hand(
            "POST", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.003", newClientOrderId=name
        )
        assert t.account.client_ids_reused == 1, "Binance takes it"
        await t.until_told(name, "not of this")
        assert t.node.order(order.id).filled_decimal == Decimal("0.01")
        assert len(t.node.probe.fills) == 1
        await t.node.until(lambda: t.node.balances() == t.ledger())


async def test_f20_a_fill_of_nothing_is_told_and_the_true_one_asked_for(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="empty_fills", duration_s=0.2)
        t.others("sell", "0.004", "50000")
        await t.until_told("without price or quantity")
        await t.node.until(lambda: t.node.order(order_id).filled_decimal == Decimal("0.004"))
        assert [fill.quantity_decimal for fill in t.node.probe.fills] == [Decimal("0.004")]


async def test_f21_a_fee_in_the_base_asset_leaves_dust_and_no_order_for_it(trading) -> None:
    poor = ReadyAccount("main", {"USDT": Decimal(10_000)})
    async with trading(BinanceSettings(("BTCUSDT",), accounts=(poor,), traders=False)) as t:
        bought = t.node.probe.buy("0.01")
        await t.node.until_state(bought.id, "filled")
        await t.until_agreed()
        assert t.node.balances()["BTC"] == Decimal("0.00999")
        too_much = t.node.probe.sell("0.01")
        await t.node.until_state(too_much.id, "denied", "rejected")
        sold = t.node.probe.sell("0.0099")
        await t.node.until_state(sold.id, "filled")
        dust = t.node.probe.sell("0.00009")
        assert (await t.node.until_state(dust.id, "denied")).reject_code is not None
        await t.until_agreed()
        assert t.node.balances()["BTC"] == Decimal("0.00009")


async def test_f21_a_fee_in_a_third_asset_is_taken_from_there(trading) -> None:
    payer = ReadyAccount("main", pays_in_bnb=True)
    async with trading(BinanceSettings(("BTCUSDT", "BNBUSDT"), accounts=(payer,), traders=False)) as t:
        t.others("sell", "1", "600", symbol="BNBUSDT", rest=True)
        t.others("buy", "1", "600", symbol="BNBUSDT")
        bought = t.node.probe.buy("0.01")
        await t.node.until_state(bought.id, "filled")
        assert t.node.probe.fills[0].fee_currency == "BNB"
        await t.until_agreed()
        assert t.node.balances()["BNB"] < Decimal(100)


async def test_f21_what_is_left_of_a_partial_fill_below_the_least_notional_can_be_cancelled(trading) -> None:
    async with trading() as t:
        order_id = await t.resting("0.001")
        t.others("sell", "0.00095", "50000")
        await t.node.until_state(order_id, "partially_filled")
        t.node.probe.replace(order_id, price=Decimal(49_990))
        await t.node.until_state(order_id, "partially_filled", "cancelled")
        await t.until_agreed()
        t.node.probe.cancel(order_id)
        assert (await t.node.until_state(order_id, "cancelled")).filled_decimal == Decimal("0.00095")


async def test_f22_orders_by_hand_are_told_and_left_alone_and_their_trades_noticed(trading) -> None:
    async with trading() as t:
        rests = await t.by_hand(
            "POST",
            symbol="BTCUSDT",
            side="BUY",
            type="LIMIT",
            timeInForce="GTC",
            quantity="0.02",
            price="49000",
        )
        await t.until_told("not of this node")
        t.expects_drift = True
        await t.by_hand("POST", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5")
        await t.until_told("BTC on the account are not of this node's trades", "frozen")
        await t.until_agreed()
        assert t.node.probe.fills == []
        t.exchange.faults.add(kind="evict", match="/ws-api*")
        reads = t.exchange.rest.answered["GET /api/v3/account"]
        await t.node.until(lambda: t.exchange.rest.answered["GET /api/v3/account"] > reads)
        assert ("BTCUSDT", rests["orderId"]) in t.account.open_orders
    assert ("BTCUSDT", rests["orderId"]) in t.account.open_orders, (
        "the node has cancelled what is not its own"
    )
