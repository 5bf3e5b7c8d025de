"""User data: events of orders, balances and lists, and subscriptions."""

from decimal import Decimal

import anyio
import pytest
from websockets.asyncio.client import connect

pytestmark = pytest.mark.anyio


async def test_an_order_from_its_beginning_to_its_end(trader, others) -> None:
    async with trader.session() as session:
        order = await session.do(
            "order.place",
            symbol="BTCUSDT",
            side="SELL",
            type="LIMIT",
            timeInForce="GTC",
            quantity="0.01",
            price="60000",
            newClientOrderId="mine",
        )
        new = await session.event("executionReport", x="NEW")
        position = await session.event("outboundAccountPosition")
        assert position["B"] == [{"a": "BTC", "f": "9.99000000", "l": "0.01000000"}]
        others("BUY", "0.004", "60000")
        first = await session.event("executionReport", x="TRADE")
        others("BUY", "0.006", "60000")
        last = await session.event("executionReport", x="TRADE")
    assert new | {"E": 0, "T": 0, "O": 0, "W": 0} == {
        "e": "executionReport", "E": 0, "s": "BTCUSDT", "c": "mine", "S": "SELL", "o": "LIMIT", "f": "GTC",
        "q": "0.01000000", "p": "60000.00000000", "P": "0.00000000", "F": "0.00000000", "g": -1, "C": "",
        "x": "NEW", "X": "NEW", "r": "NONE", "i": order["orderId"], "l": "0.00000000", "z": "0.00000000",
        "L": "0.00000000", "n": "0", "N": None, "T": 0, "t": -1, "I": 1, "w": True, "m": False, "M": False,
        "O": 0, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000", "W": 0, "V": "EXPIRE_MAKER",
    }  # fmt: skip
    shown = [(event["X"], event["l"], event["z"], event["n"], event["N"]) for event in (first, last)]
    assert shown == [
        ("PARTIALLY_FILLED", "0.00400000", "0.00400000", "0.24000000", "USDT"),
        ("FILLED", "0.00600000", "0.01000000", "0.36000000", "USDT"),
    ]
    assert (last["t"], last["m"], last["w"], last["Z"], last["Y"]) == (
        2, True, False, "600.00000000", "360.00000000",
    )  # fmt: skip
    assert trader.held("USDT") == (Decimal("1000599.4"), 0)


async def test_a_cancel_tells_both_ids(trader) -> None:
    async with trader.session() as session:
        await trader.place(price="50000", newClientOrderId="mine")
        await trader.do(
            "DELETE /order", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="cancel"
        )
        event = await session.event("executionReport", x="CANCELED")
        assert (event["c"], event["C"], event["X"]) == ("cancel", "mine", "CANCELED")


async def test_what_expires_says_why(trader) -> None:
    async with trader.session() as session:
        await trader.place(price="50000", timeInForce="IOC")
        event = await session.event("executionReport", x="EXPIRED")
        assert (event["X"], event["eR"]) == ("EXPIRED", "UNFILLED_IOC_QUANTITY_EXPIRED")
        await trader.place(side="SELL", price="50000")
        await trader.place(price="50000", selfTradePreventionMode="EXPIRE_TAKER")
        event = await session.event("executionReport", x="TRADE_PREVENTION")
        assert (event["X"], event["A"]) == ("EXPIRED_IN_MATCH", "0.01000000")


async def test_a_pair_tells_its_state(trader) -> None:
    async with trader.session() as session:
        pair = await trader.do(
            "POST /orderList/oco",
            symbol="BTCUSDT",
            side="SELL",
            quantity="0.01",
            aboveType="LIMIT_MAKER",
            abovePrice="62000",
            belowType="STOP_LOSS",
            belowStopPrice="59000",
        )
        started = await session.event("listStatus")
        assert (started["l"], started["L"], started["g"]) == (
            "EXEC_STARTED",
            "EXECUTING",
            pair["orderListId"],
        )
        assert [order["i"] for order in started["O"]] == [order["orderId"] for order in pair["orders"]]
        await trader.do("DELETE /openOrders", symbol="BTCUSDT")
        done = await session.event("listStatus")
        assert (done["l"], done["L"]) == ("ALL_DONE", "ALL_DONE")


async def test_deposits_are_told(exchange, trader) -> None:
    async with trader.session() as session:
        exchange.deposit(exchange.account("main"), "BTC", Decimal("1.5"))
        assert (await session.event("balanceUpdate"))["d"] == "1.50000000"
        assert trader.held("BTC") == (Decimal("11.5"), 0)


async def test_accounts_do_not_see_each_other(trader, second) -> None:
    async with trader.session() as session:
        await second.place(price="50000", newClientOrderId="theirs")
        await trader.place(price="50000", newClientOrderId="ours")
        assert (await session.event("executionReport"))["c"] == "ours"


async def test_subscriptions_have_numbers_and_ends(trader) -> None:
    async with trader.session() as session:
        again = await session.ask("userDataStream.subscribe")
        assert again["error"]["code"] == -2035
        assert (await session.ask("session.subscriptions"))["result"] == [{"subscriptionId": 0}]
        wrong = await session.ask("userDataStream.unsubscribe", subscriptionId=7)
        assert wrong["error"]["code"] == -2036
        assert (await session.ask("userDataStream.unsubscribe", subscriptionId=0))["status"] == 200
        assert session.events.pop()["e"] == "eventStreamTerminated"
        # Numbers are never used twice on a connection.
        assert (await session.ask("userDataStream.subscribe"))["result"] == {"subscriptionId": 1}
        await session.ask("session.logout")
        assert session.events.pop()["e"] == "eventStreamTerminated"
        assert (await session.ask("userDataStream.subscribe"))["error"]["code"] == -2015


async def test_a_session_says_who_it_is(trader) -> None:
    async with trader.session(logon=False) as session:
        before = (await session.ask("session.status"))["result"]
        assert (before["apiKey"], before["authorizedSince"]) == (None, None)
        await session.signed("session.logon")
        after = (await session.ask("session.status"))["result"]
        assert after["apiKey"] == trader.keys.ed25519_key


async def test_a_key_that_is_revoked_in_mid_session(exchange, trader) -> None:
    async with trader.session() as session:
        exchange.faults.add(kind="revoke_keys", duration_s=60)
        with anyio.fail_after(5):
            told = await session.socket.recv()
        assert '"id":null,"status":401,"error":{"code":-2015' in told
        answer = await session.ask("order.place", symbol="BTCUSDT", timestamp=trader.now())
        assert (answer["status"], answer["error"]["code"]) == (400, -1102)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", -1135),
        ("[]", -1135),
        ('{"id": 1.5, "method": "ping"}', -1135),
        ('{"id": "%s", "method": "ping"}' % ("x" * 37), -1135),
        ('{"id": 1, "method": "pong"}', -1020),
        ('{"id": 1, "method": "ping", "params": []}', -1135),
        ('{"id": 1}', -1020),
    ],
)
async def test_requests_that_make_no_sense(exchange, message, code) -> None:
    async with connect(exchange.ws_api_url) as socket:
        await socket.send(message)
        with anyio.fail_after(5):
            answer = await socket.recv()
        if message.endswith("[]}"):
            assert '"status":200' in answer
        else:
            assert f'"code":{code}' in answer


async def test_limits_are_returned_unless_not_wanted(trader) -> None:
    async with trader.session() as session:
        answer = await session.ask("ping")
        assert answer["rateLimits"][-1]["rateLimitType"] == "REQUEST_WEIGHT"
    async with trader.session(logon=False, query="?returnRateLimits=false&timeUnit=MICROSECOND") as session:
        answer = await session.ask("time")
        assert "rateLimits" not in answer
        assert len(str(answer["result"]["serverTime"])) == 16
