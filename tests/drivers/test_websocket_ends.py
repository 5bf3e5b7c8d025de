"""How one WebSocket connection opens and ends, over real sockets."""

import ssl
import time

import anyio
import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.tls import make_tls_context
from alphaforge.drivers.websocket import run_connection
from alphaforge.sansio.close_reason import CloseKind
from alphaforge.sansio.websocket_plan import SendRate, WebSocketPlan
from websockets.frames import Frame, Opcode

pytestmark = pytest.mark.anyio


def plan(address: str | int, **options) -> WebSocketPlan:
    url = f"ws://127.0.0.1:{address}/ws" if isinstance(address, int) else address
    return WebSocketPlan(name="test", url=url, **{"connect_timeout_s": 2.0, **options})


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


TEXT, CONT, PING = Opcode.TEXT, Opcode.CONT, Opcode.PING
GOODBYE = frame(Opcode.CLOSE, b"\x03\xe8bye")


# Opening.


async def test_who_cannot_be_reached(refused_port, handler, clock) -> None:
    for address in (refused_port, "ws://venue.invalid/ws"):
        reason = await run_connection(plan(address), handler, clock=clock)
        assert reason.kind is CloseKind.CONNECT_FAILED
    assert handler.connections == handler.reasons == []


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_peer_that_does_not_answer_is_left_at_the_deadline(
    tcp_server, handler, clock, scheme
) -> None:
    async with tcp_server(lambda stream: anyio.sleep_forever()) as port:
        began = time.monotonic()
        url = f"{scheme}://127.0.0.1:{port}"
        reason = await run_connection(plan(url, connect_timeout_s=0.2), handler, clock=clock)
    assert (reason.kind, reason.text) == (CloseKind.CONNECT_FAILED, "not open within 0.2 s")
    assert time.monotonic() - began < 1.5


async def test_a_refusal_tells_status_and_how_long_to_wait(tcp_server, handler, clock) -> None:
    answer = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"

    async def serve(stream) -> None:
        await stream.receive()
        await stream.send(answer)

    async with tcp_server(serve) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    assert (reason.kind, reason.code, reason.retry_after_s) == (CloseKind.REFUSED, 429, 17.0)


@pytest.mark.parametrize(
    "answer", [b"hello\r\n\r\n", b"HTTP/1.1 101 Yes\r\n\r\n"], ids=["no http", "no upgrade"]
)
async def test_an_answer_that_is_no_handshake(tcp_server, handler, clock, answer) -> None:
    async def serve(stream) -> None:
        await stream.receive()
        await stream.send(answer)

    async with tcp_server(serve) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    assert reason.kind is CloseKind.PROTOCOL_ERROR


async def test_a_connection_lost_while_opening(tcp_server, handler, clock, reset) -> None:
    async with tcp_server(reset) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    assert reason.kind in {CloseKind.LOST, CloseKind.CONNECT_FAILED}


async def test_tls_is_verified(websocket_server, server_tls, ca_file, handler, clock) -> None:
    async def serve(connection) -> None:
        await connection.send("hello")

    async with websocket_server(serve, ssl=server_tls) as url:
        untrusted = await run_connection(plan(url), handler, clock=clock)
        assert untrusted.kind is CloseKind.TLS_FAILED
        assert "CERTIFICATE_VERIFY_FAILED" in untrusted.text
        other_name = plan(url.replace("127.0.0.1", "localhost"))
        misnamed = await run_connection(
            other_name, handler, clock=clock, tls_context=make_tls_context(ca_file)
        )
        assert misnamed.kind is CloseKind.TLS_FAILED
        trusted = await run_connection(plan(url), handler, clock=clock, tls_context=make_tls_context(ca_file))
        assert trusted.kind is CloseKind.CLOSED_BY_PEER
    assert handler.messages == [b"hello"]


async def test_a_context_that_does_not_verify_is_refused(handler, clock) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(ValueError, match="must verify"):
        await run_connection(plan("wss://127.0.0.1:1"), handler, clock=clock, tls_context=context)


async def test_headers_of_the_plan_are_sent(tcp_server, handler, clock) -> None:
    asked = []

    async def serve(stream) -> None:
        asked.append(await stream.receive())

    async with tcp_server(serve) as port:
        own = plan(
            f"ws://127.0.0.1:{port}/stream?streams=a@trade/b@depth", headers=(("X-MBX-APIKEY", "key"),)
        )
        await run_connection(own, handler, clock=clock)
    assert asked[0].startswith(b"GET /stream?streams=a@trade/b@depth HTTP/1.1\r\n")
    assert b"X-MBX-APIKEY: key\r\n" in asked[0]


# Ending.


@pytest.mark.parametrize("ending", ["goodbye of tcp", "reset", "in the middle of a message"])
async def test_a_connection_that_breaks_is_lost(peer_server, handler, clock, reset, ending) -> None:
    async def talk(peer) -> None:
        await peer.write(frame(TEXT, b"first"))
        if ending == "reset":
            await handler.until(lambda: handler.messages)
            await reset(peer.stream)
        elif ending == "in the middle of a message":
            await peer.write(frame(TEXT, b"second")[:-1])

    async with peer_server(talk) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    assert reason.kind is CloseKind.LOST
    assert handler.messages == [b"first"]
    assert handler.reasons == [reason]


async def test_goodbye_is_said_when_the_task_is_cancelled(websocket_server, handler, clock) -> None:
    codes = []

    async def serve(connection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async with websocket_server(serve) as url, anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run_connection(plan(url), handler, clock=clock))
        await handler.until(lambda: handler.connections)
        tasks.cancel_scope.cancel()
    assert codes == [1000]
    assert [reason.kind for reason in handler.reasons] == [CloseKind.CLOSED_BY_US]


async def test_a_peer_that_does_not_answer_the_goodbye_is_left(peer_server, handler, clock) -> None:
    handler.opening = lambda connection: connection.close()
    async with peer_server(lambda peer: anyio.sleep_forever()) as port:
        with anyio.fail_after(4):
            reason = await run_connection(plan(port), handler, clock=clock)
    assert reason.kind is CloseKind.CLOSED_BY_US


async def test_a_handler_that_is_never_ready_is_closed(peer_server, handler, clock) -> None:
    handler.opening = lambda connection: None
    async with peer_server(lambda peer: peer.events()) as port:
        reason = await run_connection(plan(port, ready_timeout_s=0.1), handler, clock=clock)
    assert reason.kind is CloseKind.NOT_READY


@pytest.mark.parametrize("where", ["on_open", "on_messages", "on_not_sent", "on_close"])
async def test_what_a_handler_raises_ends_its_connection_and_is_raised(
    peer_server, handler, clock, where, monkeypatch
) -> None:
    def fail(*arguments) -> None:
        raise LookupError(f"from {where}")

    monkeypatch.setattr(handler, where, fail)
    handler.taking = lambda message: [handler.connections[0].send_text(b"x") for _ in range(9)]

    async def talk(peer) -> None:
        await peer.write(frame(TEXT, b"go"))
        await peer.events()
        await peer.write(GOODBYE)

    async with peer_server(talk) as port:
        own = plan(port, send_rate=SendRate(2, 60.0), max_pending_s=0.05)
        with anyio.fail_after(5), pytest.raises(LookupError, match=f"from {where}"):
            await run_connection(own, handler, clock=Clock())
