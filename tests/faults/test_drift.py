"""Rule 18: what the account shows and the node has not done freezes what is traded."""

from decimal import Decimal

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def deposit(t, asset: str, amount: str) -> None:
    async with httpx.AsyncClient() as browser:
        body = {"account": "main", "asset": asset, "amount": amount}
        answer = await browser.post(f"{t.exchange.control_url}/deposit", json=body)
        assert answer.status_code == 200, answer.text


def denied_code(t) -> str | None:
    return t.node.probe.buy("0.01", Decimal(49_990)).code


async def test_a_trade_by_hand_freezes_the_instrument_until_a_person_resumes(trading) -> None:
    async with trading() as t:
        t.expects_drift = True
        order_id = await t.resting(price="49990")
        await t.by_hand("POST", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5")
        await t.until_told("0.4995 BTC on the account are not of this node's trades", "frozen")
        assert denied_code(t) == "halted"
        t.node.probe.cancel(order_id)
        await t.node.until_state(order_id, "cancelled")
        await t.until_told("USDT on the account are not of this node's trades", "frozen")
        t.node.node._parts.runtime.operate(
            "active", "it was me", scope="instrument", name="BINANCE:BTCUSDT", by="ada"
        )
        bought = t.node.probe.buy("0.01")
        await t.node.until_state(bought.id, "filled")


async def test_deposits_within_tolerance_add_up(trading) -> None:
    risk = {"venue": {"binance": {"drift_tolerance": {"USDT": "100"}}}}
    async with trading(more_sections={"risk": risk}) as t:
        t.expects_drift = True
        await deposit(t, "USDT", "100")
        await t.node.until(lambda: t.node.balances() == t.ledger())
        bought = t.node.probe.buy("0.01")
        await t.node.until_state(bought.id, "filled")
        await deposit(t, "USDT", "0.01")
        await t.until_told("100.01 USDT on the account are not of this node's trades (tolerance 100)")
        assert denied_code(t) == "halted"


async def test_another_node_of_the_same_name_freezes_the_instrument(trading) -> None:
    async with trading(agrees=False) as t:
        order_id = await t.resting(price="49990")
        name = t.node.order(order_id).client_order_id
        node, epoch, _ = name.split("-")
        others = f"{node}-{epoch}-ffff"
        await t.by_hand(
            "POST",
            symbol="BTCUSDT",
            side="BUY",
            type="LIMIT",
            timeInForce="GTC",
            quantity="0.01",
            price="49980",
            newClientOrderId=others,
        )
        await t.until_told(f"order {others} has the name of this node, which has not sent it", "frozen")
        assert denied_code(t) == "halted"
