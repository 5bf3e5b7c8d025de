"""F1 to F11: answers that do not come, and reports in the wrong order."""

import socket
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("orders_over", ["websocket", "http"])
@pytest.mark.parametrize("kind", ["answer_lost", "error_but_accepted", "reset_but_accepted"])
async def test_f01_a_submit_without_a_usable_answer_is_live(trading, kind: str, orders_over: str) -> None:
    async with trading(orders_over=orders_over, is_patient=False) as t:
        t.exchange.faults.add(kind="drop", match="executionReport/NEW", count=1)
        match = "order.place" if orders_over == "websocket" else "POST /api/v3/order"
        t.exchange.faults.add(kind=kind, match=match)
        order = t.node.probe.buy("0.01", Decimal(49_000))
        await t.until_told("state is unknown")
        await t.node.until_state(order.id, "open")
        assert "unknown" in t.states(order.id)


async def test_f01_a_submit_that_never_arrived_is_not_sent_again(trading) -> None:
    async with trading(is_patient=False) as t:
        t.exchange.faults.add(kind="error", match="order.place")
        order = t.node.probe.buy("0.01", Decimal(49_000))
        await t.until_told("state is unknown")
        await t.node.until_state(order.id, "rejected")
        assert t.account.orders == {}


async def test_f01_a_cancel_without_an_answer_is_sent_again_while_the_order_lives(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="error", match="order.cancel")
        t.node.probe.cancel(order_id)
        await t.until_told("state is unknown")
        await t.node.until_state(order_id, "cancelled")
        assert t.states(order_id)[-4:] == ["pending_cancel", "unknown", "open", "cancelled"]


async def test_f01_a_replace_without_an_answer_is_either_version(trading) -> None:
    async with trading(is_patient=False) as t:
        for kind, price in (("error", Decimal(50_000)), ("error_but_accepted", Decimal(48_000))):
            order_id = await t.resting()
            t.exchange.faults.add(kind="drop", match="executionReport/*", count=2)
            t.exchange.faults.add(kind=kind, match="order.cancelReplace")
            t.node.probe.replace(order_id, price=Decimal(48_000))
            await t.until_told("state is unknown")
            order = await t.node.until_state(order_id, "open")
            assert order.price_decimal == price
            t.exchange.faults.clear()


async def test_f02_while_names_do_not_resolve_no_open_order_is_counted_as_gone(trading, monkeypatch) -> None:
    real = socket.getaddrinfo

    def unresolved(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async with trading(by_name=True) as t:
        kept, doubtful = await t.resting(), await t.resting(price="48000")
        monkeypatch.setattr(socket, "getaddrinfo", unresolved)
        t.exchange.faults.add(kind="drop", match="executionReport/CANCELED")
        lost = t.exchange.faults.add(kind="answer_lost", match="order.cancel")
        t.node.probe.cancel(doubtful)
        await t.node.until(lambda: lost.fired)
        t.exchange.faults.add(kind="reset", match="* /api/v3/*", count=1_000)
        t.exchange.faults.add(kind="cut_connections")
        await t.until_told("interrupted")
        await t.node.until_state(doubtful, "unknown")
        refused = t.node.probe.buy("0.01", Decimal(47_000), allow_stale=True)
        await t.node.until_state(refused.id, "rejected")
        await t.until_told("still unknown")
        assert t.node.order(kept).state == "open"
        assert t.node.order(doubtful).state == "unknown"
        monkeypatch.setattr(socket, "getaddrinfo", real)
        t.exchange.faults.clear()
        await t.node.until_state(doubtful, "cancelled")
        assert t.states(kept) == ["intent", "sent", "open"]


async def test_f03_a_fill_long_after_the_order_ended_here_is_counted(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        fill = t.exchange.faults.add(kind="delay", match="executionReport/TRADE", seconds=0.5)
        t.others("sell", "0.004", "50000")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        assert fill.fired == 1
        await t.node.until(lambda: t.node.order(order_id).filled_decimal == Decimal("0.004"))


async def test_f04_a_cancel_of_a_filled_order_is_its_fill(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="drop", match="executionReport/TRADE")
        t.others("sell", "0.01", "50000")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "filled")
        assert "rejected" not in t.states(order_id)


async def test_f05_a_fill_while_a_cancel_is_in_flight_is_counted(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="answer_delayed", match="order.cancel", seconds=0.3)
        t.exchange.faults.add(kind="delay", match="executionReport/*", count=2, seconds=0.2)
        t.others("sell", "0.004", "50000")
        t.node.probe.cancel(order_id)
        order = await t.node.until_state(order_id, "cancelled")
        assert order.filled_decimal == Decimal("0.004")


async def test_f06_cancelled_here_and_filled_there_is_filled(trading) -> None:
    async with trading(is_patient=False) as t:
        order_id = await t.resting()
        t.exchange.faults.add(kind="drop", match="executionReport/*", count=1)
        t.exchange.faults.add(kind="answer_lost", match="order.cancel")
        t.others("sell", "0.01", "50000")
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "filled")


async def test_f07_an_expired_order_is_not_a_filled_one(trading) -> None:
    async with trading() as t:
        order = t.node.probe.buy("0.01", Decimal(49_000), time_in_force="ioc")
        ended = await t.node.until_state(order.id, "expired", "filled", "cancelled")
        assert (ended.state, ended.filled_decimal) == ("expired", 0)


@pytest.mark.parametrize("report", ["executionReport/NEW", "reply/order.place"])
async def test_f08_a_fill_may_come_before_the_acknowledgement(trading, report: str) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="delay", match=report, seconds=0.3)
        order = t.node.probe.buy("0.01")
        await t.node.until_state(order.id, "filled")
        await t.node.until(lambda: len(t.node.probe.fills) == 1)


@pytest.mark.parametrize("late", ["reply/order.cancel", "executionReport/CANCELED"])
async def test_f09_answer_and_stream_end_an_order_in_either_order(trading, late: str) -> None:
    async with trading() as t:
        order_id = await t.resting()
        delayed = t.exchange.faults.add(kind="delay", match=late, seconds=0.3)
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        assert delayed.fired == 1
        other = await t.resting()
        assert t.states(order_id) == ["intent", "sent", "open", "pending_cancel", "cancelled"]
        t.node.probe.cancel(other)
        await t.node.until_state(other, "cancelled")


async def test_f10_an_old_open_snapshot_does_not_bring_an_ended_order_back(trading) -> None:
    async with trading() as t:
        order_id = await t.resting()
        asked = t.exchange.rest.answered.get("GET /api/v3/openOrders", 0)
        old = t.exchange.faults.add(kind="answer_delayed", match="GET /api/v3/openOrders", seconds=0.5)
        t.exchange.faults.add(kind="evict", match="/ws-api*")
        await t.node.until(lambda: old.fired == 1)
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        await t.node.until(lambda: t.exchange.rest.answered["GET /api/v3/openOrders"] > asked + 0)
        await t.node.until(lambda: t.exchange.rest.answered["GET /api/v3/account"] > 1)
        assert t.node.order(order_id).state == "cancelled"


async def test_f11_acknowledgement_and_fill_that_come_three_times_count_once(trading) -> None:
    async with trading() as t:
        t.exchange.faults.add(kind="duplicate", match="executionReport/*", copies=2, count=10)
        t.exchange.faults.add(kind="duplicate", match="reply/order.place", copies=2, count=10)
        order = t.node.probe.buy("0.01", Decimal(50_000))
        await t.node.until_state(order.id, "open")
        t.others("sell", "0.004", "50000")
        t.others("sell", "0.006", "50000")
        await t.node.until_state(order.id, "filled")
        assert len(t.node.probe.fills) == 2
