"""The faults that only Binance has, and requests that fail after they were processed."""

import json
from itertools import pairwise

import anyio
import anyio.lowlevel
import httpx
import pytest
from alphaforge_binance.emulator.fault_kinds import FAULT_KINDS
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.anyio

ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "50000",
}


@pytest.mark.parametrize(("kind", "live"), [("error", 0), ("error_but_accepted", 1)])
@pytest.mark.parametrize("code", [-1006, -1007, -1008])
async def test_an_order_of_unknown_fate(exchange, trader, kind, live, code) -> None:
    exchange.faults.add(kind=kind, match="POST /api/v3/order", status=503, code=code)
    answer = await trader.ask("POST /order", **ORDER)
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert len(await trader.do("GET /openOrders")) == live


async def test_an_order_of_unknown_fate_over_the_websocket_api(exchange, trader) -> None:
    async with trader.session() as session:
        exchange.faults.add(kind="error_but_accepted", match="order.place")
        answer = await session.ask("order.place", **ORDER, timestamp=trader.now())
        assert (answer["status"], answer["error"]["code"]) == (503, -1007)
        exchange.faults.add(kind="answer_lost", match="order.place")
        request = {"id": "x", "method": "order.place", "params": ORDER | {"timestamp": trader.now()}}
        await session.socket.send(json.dumps(request))
        # The answers of a connection come in order: what comes next is that of the next request.
        session.events.clear()
        assert (await session.ask("ping"))["status"] == 200
        assert any(event.get("x") == "NEW" for event in session.events)
    assert len(await trader.do("GET /openOrders")) == 2


async def test_an_order_that_queries_do_not_find_yet(exchange, trader) -> None:
    exchange.faults.add(kind="not_found_yet", seconds=0.3, duration_s=60)
    order = await trader.place(price="50000")
    found = {"symbol": "BTCUSDT", "orderId": order["orderId"]}
    assert (await trader.refused("GET /order", **found))[0] == -2013
    assert (await trader.refused("DELETE /order", **found))[0] == -2011
    assert await trader.do("GET /openOrders") == []
    with anyio.fail_after(5):
        while (await trader.ask("GET /order", **found)).status_code != 200:
            await anyio.lowlevel.checkpoint()
    assert len(await trader.do("GET /openOrders")) == 1


async def test_maintenance(exchange, http, trader) -> None:
    order = await trader.place(price="50000")
    exchange.faults.add(kind="maintenance", duration_s=60)
    answer = await http.get("/api/v3/ping")
    assert (answer.status_code, answer.json()["code"]) == (503, -1008)
    async with trader.session() as session:
        refused = await session.ask("order.place", **ORDER, timestamp=trader.now())
        assert refused["error"] == {"code": -2010, "msg": "Market is closed."}
        info = (await session.ask("exchangeInfo", symbol="BTCUSDT"))["result"]["symbols"][0]
        assert info["status"] == "BREAK"
    exchange.faults.clear()
    assert (await trader.do("GET /openOrders"))[0]["orderId"] == order["orderId"]


async def test_a_symbol_is_halted(exchange, trader) -> None:
    order = await trader.place(price="50000")
    exchange.faults.add(kind="halt", symbols=["BTCUSDT"], duration_s=60)
    assert await trader.refused("POST /order", **ORDER) == (-2010, "Market is closed.")
    await trader.do("DELETE /order", symbol="BTCUSDT", orderId=order["orderId"])
    await trader.place(symbol="ETHUSDT", price="2000")


async def test_a_shutdown_is_announced(exchange) -> None:
    async with (
        connect(f"{exchange.ws_url}/ws/btcusdt@trade") as raw,
        connect(f"{exchange.ws_url}/stream?streams=btcusdt@trade") as combined,
    ):
        exchange.faults.add(kind="shutdown_notice", seconds=0.05)
        with anyio.fail_after(5):
            assert json.loads(await raw.recv())["e"] == "serverShutdown"
            assert json.loads(await combined.recv())["stream"] == "!serverShutdown"
            with pytest.raises(ConnectionClosed):
                await raw.recv()


@pytest.mark.parametrize(("kind", "status"), [("use_up_weight", 429), ("ban", 418)])
async def test_somebody_else_has_used_up_the_limits(exchange, http, kind, status) -> None:
    exchange.faults.add(kind=kind, seconds=60)
    answer = await http.get("/api/v3/ping")
    assert (answer.status_code, answer.json()["code"]) == (status, -1003)
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("copies", [0, 2])
async def test_a_user_event_is_lost_or_replayed(exchange, trader, others, copies) -> None:
    fault = {"kind": "duplicate", "copies": copies} if copies else {"kind": "drop"}
    async with trader.session() as session:
        others("SELL", "1", "60000")
        exchange.faults.add(**fault, match="executionReport/TRADE")
        await trader.place(price="60000")
        seen = []
        while not seen or seen[-1]["e"] != "outboundAccountPosition":
            with anyio.fail_after(5):
                seen.append(json.loads(await session.socket.recv())["event"])
        assert sum(event.get("x") == "TRADE" for event in seen) == (copies + 1 if copies else 0)


async def test_a_gap_in_the_diffs_of_a_book(exchange, others) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@depth@100ms") as socket:
        exchange.faults.add(kind="drop", match="btcusdt@depth*", nth=2)
        events = []
        for price in range(60_000, 60_040):
            others("SELL", "0.1", str(price))
            with anyio.move_on_after(0.05):
                events.append(json.loads(await socket.recv()))
        gaps = [later["U"] - before["u"] for before, later in pairwise(events)]
        assert sum(gap != 1 for gap in gaps) == 1


async def test_the_control_endpoint_trades_by_hand(exchange) -> None:
    async with httpx.AsyncClient(base_url=exchange.control_url) as control:
        answer = await control.post("/faults", json={"kind": "halt", "duration_s": 60})
        assert answer.json() == {"number": 1}
        await control.post("/orders", json={"account": "second", **ORDER, "symbol": "BTCUSDT"})
        ledger = (await control.get("/ledger")).json()
        assert ledger["second"]["orders"] == []
        await control.delete("/faults")
        placed = await control.post("/orders", json={"account": "second", **ORDER})
        await control.post("/market", json={"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.004"})
        ledger = (await control.get("/ledger")).json()["second"]
        assert ledger["orders"][0]["executedQty"] == "0.00400000"
        held = ledger["balances"]["USDT"]
        assert (float(held["free"]), float(held["locked"])) == (999_500, 300)
        order_id = placed.json()["orderId"]
        cancel = {"account": "second", "symbol": "BTCUSDT", "orderId": order_id}
        await control.request("DELETE", "/orders", json=cancel)
        await control.post("/deposit", json={"account": "second", "asset": "DOGE", "amount": "7"})
        balances = (await control.get("/ledger")).json()["second"]["balances"]
        assert balances["DOGE"] == {"free": "7", "locked": "0"}


@pytest.mark.parametrize("kind", [kind for kind, (point, _) in FAULT_KINDS.items() if point == "venue"])
async def test_every_fault_of_the_venue_can_happen(exchange, kind) -> None:
    exchange.faults.add(kind=kind, duration_s=60)
    exchange.faults.clear()
