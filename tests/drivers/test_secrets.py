"""A canary secret is in no log line, at no level, and in no error."""

import logging
import subprocess
import sys
import traceback

import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.http import HttpDriver
from alphaforge.drivers.websocket import run_connection
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.http_message import HttpRequest
from alphaforge.sansio.rate_limit import RateWindow, WeightBudget
from alphaforge.sansio.websocket_plan import WebSocketPlan

CANARY = "canary0123456789"
REQUEST = HttpRequest(
    "POST",
    "/api/v3/order",
    query=f"signature={CANARY}",
    body=CANARY.encode(),
    headers=(("X-MBX-APIKEY", CANARY),),
    deadline_s=0.3,
)
ANSWERS = {
    "fine": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    "cut": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
    "no http": b"what?\r\n\r\n",
    "silent": b"HTTP/1.1 429 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
}


@pytest.mark.anyio
@pytest.mark.parametrize("answer", ANSWERS)
async def test_of_a_request_nothing_secret_is_told(tcp_server, caplog, answer) -> None:
    caplog.set_level(logging.DEBUG)
    seen = []

    async def serve(stream) -> None:
        seen.append(await stream.receive())
        await stream.send(ANSWERS[answer])

    told = ""
    async with tcp_server(serve) as port:
        budget = WeightBudget([RateWindow(9, 1.0)])
        async with HttpDriver(f"http://127.0.0.1:{port}", budget=budget, clock=Clock()) as http:
            try:
                await http.request(REQUEST)
            except TransportError as error:
                told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__)
    assert CANARY in seen[0].decode()
    assert caplog.records
    assert CANARY not in caplog.text + told + repr(REQUEST) + str(REQUEST)


@pytest.mark.anyio
async def test_of_a_websocket_nothing_secret_is_told(websocket_server, handler, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)  # the peer's, who may log what it likes
    seen = []

    async def serve(connection) -> None:
        seen.append(connection.request.path + str(connection.request.headers) + await connection.recv())
        await connection.send(CANARY)

    handler.opening = lambda connection: connection.send_text(CANARY.encode())
    async with websocket_server(serve) as url:
        own = WebSocketPlan(
            name="test",
            url=url.replace("ws://", f"ws://user:{CANARY}@") + f"?listenKey={CANARY}",
            headers=(("X-MBX-APIKEY", CANARY),),
            send_rate=None,
        )
        reason = await run_connection(own, handler, clock=Clock())
        refused = WebSocketPlan(name="test", url=f"ws://127.0.0.1:1/?key={CANARY}", headers=own.headers)
        failed = await run_connection(refused, handler, clock=Clock())
    assert seen[0].count(CANARY) == 3
    assert handler.messages == [CANARY.encode()]
    assert "open to ws://127.0.0.1" in caplog.text
    assert CANARY not in caplog.text + repr(own) + str(reason) + repr(reason) + repr(failed)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "api"}, "begin it with a slash"),
        ({"path": f"/api?signature={CANARY}"}, "give the query apart"),
        ({"query": f"{CANARY}=ü"}, "percent-encode"),
        ({"query": f"{CANARY} HTTP/1.1\r\nhost: elsewhere"}, "percent-encode"),
    ],
)
def test_a_request_that_cannot_be_sent_as_it_is_is_refused(changes, message) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        HttpRequest("GET", **{"path": "/", **changes})
    assert CANARY not in str(raised.value) or "path" in changes


@pytest.mark.parametrize("url", ["http://host", "ws://", "binance"])
def test_an_address_that_is_no_websocket_is_refused(url) -> None:
    with pytest.raises(ValueError, match="url of test: begin it with ws:// or wss:// and a host"):
        WebSocketPlan(name="test", url=url)


def test_commands_that_do_not_trade_load_no_driver() -> None:
    code = "import sys, alphaforge.cli.main, alphaforge.builtin, alphaforge.cli.builtin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx", "websockets"} & set(done.stdout.split())
