"""One WebSocket connection over real sockets: what goes in and out, and how it ends."""

import os
import socket
import time

import anyio
import pytest
from alphaforge.drivers.websocket import run_connection
from alphaforge.sansio.close_reason import CloseKind
from alphaforge.sansio.errors import NotSentError
from alphaforge.sansio.websocket_plan import SendRate, WebSocketPlan
from anyio.abc import SocketAttribute
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

pytestmark = pytest.mark.anyio


def plan(address: str | int, **options) -> WebSocketPlan:
    url = f"ws://127.0.0.1:{address}/ws" if isinstance(address, int) else address
    return WebSocketPlan(name="test", url=url, **{"connect_timeout_s": 2.0, **options})


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


TEXT, CONT, PING = Opcode.TEXT, Opcode.CONT, Opcode.PING
GOODBYE = frame(Opcode.CLOSE, b"\x03\xe8bye")


# Messages in.


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1 << 20])
async def test_messages_are_whole_however_they_are_split(peer_server, handler, clock, piece) -> None:
    longer = b"x" * 300
    data = (
        frame(TEXT, b"one")
        + frame(TEXT, b"t", fin=False)
        + frame(PING, b"between")
        + frame(CONT, b"", fin=False)
        + frame(CONT, b"wo")
        + frame(TEXT, b"")
        + frame(TEXT, b"", fin=False)
        + frame(CONT, b"three")
        + frame(TEXT, "ünï".encode())
        + frame(TEXT, b"\xff not utf-8 is not ours to judge")
        + frame(Opcode.BINARY, longer)
        + GOODBYE
    )
    async with peer_server(lambda peer: peer.write(data, piece)) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    told = b"\xff not utf-8 is not ours to judge"
    assert handler.messages == [b"one", b"two", b"", b"three", "ünï".encode(), told, longer]
    assert all(type(message) is bytes for message in handler.messages)
    assert (reason.kind, reason.code, reason.text) == (CloseKind.CLOSED_BY_PEER, 1000, "bye")


async def test_all_messages_of_one_read_come_in_one_call(peer_server, handler, clock) -> None:
    data = b"".join(frame(TEXT, b"%d" % number) for number in range(100)) + GOODBYE
    before_ns = clock.now_ns()
    async with peer_server(lambda peer: peer.write(data)) as port:
        await run_connection(plan(port), handler, clock=clock)
    assert handler.messages == [b"%d" % number for number in range(100)]
    assert handler.batches == [100]
    assert before_ns < handler.stamps[0] < clock.now_ns()


async def test_messages_that_come_with_the_handshake_are_not_lost(tcp_server, handler, clock) -> None:
    async def serve(stream) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await stream.receive())
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))
        await stream.send(b"".join(protocol.data_to_send()) + frame(TEXT, b"at once") + GOODBYE)

    async with tcp_server(serve) as port:
        await run_connection(plan(port), handler, clock=clock)
    assert handler.messages == [b"at once"]


async def test_compression_is_used_if_the_plan_offers_it(websocket_server, handler, clock) -> None:
    messages = [b'{"e":"trade","p":"50000.%08d"}' % number for number in range(500)]

    async def serve(connection) -> None:
        offered.append("permessage-deflate" in connection.request.headers.get("Sec-WebSocket-Extensions", ""))
        for message in messages:
            await connection.send(message.decode())

    offered: list[bool] = []
    async with websocket_server(serve, compression="deflate") as url:
        for compression in (True, False):
            await run_connection(plan(url, compression=compression), handler, clock=clock)
    assert offered == [True, False]
    assert handler.messages == messages * 2


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_message_of_20_mb_is_refused(websocket_server, handler, clock, compressed) -> None:
    codes = []

    async def serve(connection) -> None:
        await connection.send("small")
        await connection.send("x" * 20_000_000)
        await connection.wait_closed()
        codes.append(connection.close_code)

    compression = "deflate" if compressed else None
    async with websocket_server(serve, compression=compression) as url:
        reason = await run_connection(plan(url, compression=compressed), handler, clock=clock)
    assert handler.messages == [b"small"]
    assert (reason.kind, reason.code) == (CloseKind.MESSAGE_TOO_BIG, 1009)
    assert codes == [1009]


async def test_fragments_add_up_to_the_limit(peer_server, handler, clock) -> None:
    data = frame(TEXT, b"x" * 600, fin=False) + frame(CONT, b"x" * 600)
    async with peer_server(lambda peer: peer.write(data)) as port:
        reason = await run_connection(plan(port, max_message_bytes=1_000), handler, clock=clock)
    assert reason.kind is CloseKind.MESSAGE_TOO_BIG
    assert handler.messages == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x00",
        b"\x83\x00",
        b"\x81\x81\0\0\0\0x",
        frame(CONT, b"of nothing"),
        b"\x09\x00",
        b"\x89\x7e\x00\x80" + bytes(128),
    ],
    ids=["rsv1", "opcode", "masked", "continuation", "fragmented ping", "long ping"],
)
async def test_a_peer_that_breaks_the_protocol_is_left(peer_server, handler, clock, data) -> None:
    async with peer_server(lambda peer: peer.write(frame(TEXT, b"good") + data)) as port:
        reason = await run_connection(plan(port), handler, clock=clock)
    assert (reason.kind, reason.code) == (CloseKind.PROTOCOL_ERROR, 1002)
    assert handler.messages == [b"good"]
    assert handler.reasons == [reason]


# Pings.


async def test_a_ping_is_answered_with_its_payload(peer_server, handler, clock) -> None:
    pongs = []

    async def talk(peer) -> None:
        for payload in (b"", b"\x00\xff1795000000000"):
            await peer.write(frame(PING, payload))
            pongs.extend(await peer.events())
        await peer.write(GOODBYE)

    async with peer_server(talk) as port:
        await run_connection(plan(port), handler, clock=clock)
    assert [(pong.opcode, bytes(pong.data)) for pong in pongs] == [
        (Opcode.PONG, b""),
        (Opcode.PONG, b"\x00\xff1795000000000"),
    ]


async def test_own_pings_that_are_answered_keep_it_open(websocket_server, handler, clock) -> None:
    async def serve(connection) -> None:
        await anyio.sleep(0.3)

    async with websocket_server(serve) as url:
        reason = await run_connection(plan(url, ping_interval_s=0.02), handler, clock=clock)
    assert reason.kind is CloseKind.CLOSED_BY_PEER


async def test_a_ping_that_is_not_answered_ends_it(peer_server, handler, clock) -> None:
    async with peer_server(lambda peer: anyio.sleep_forever()) as port:
        reason = await run_connection(plan(port, ping_interval_s=0.05), handler, clock=clock)
    assert reason.kind is CloseKind.NO_PONG


async def test_silence_ends_it_although_pings_come(peer_server, handler, clock) -> None:
    async def talk(peer) -> None:
        for number in range(4):
            await anyio.sleep(0.1)
            await peer.write(frame(TEXT, b"%d" % number))
        while True:
            await peer.write(frame(PING, b"still here"))
            await anyio.sleep(0.02)

    async with peer_server(talk) as port:
        began = time.monotonic()
        reason = await run_connection(plan(port, idle_after_s=0.25), handler, clock=clock)
    assert reason.kind is CloseKind.SILENT
    assert len(handler.messages) == 4
    assert time.monotonic() - began >= 0.65


# Text out.


async def test_what_a_handler_sends_leaves_before_anything_else_runs(peer_server, handler, clock) -> None:
    received_at_once = []

    async def talk(peer) -> None:
        peers.append(peer)
        await peer.write(frame(TEXT, b"tick"))
        await anyio.sleep_forever()

    def order(message: bytes) -> None:
        connection = handler.connections[0]
        connection.send_text(b'{"order":1}')
        # No await so far: the kernel has it already.
        received_at_once.append(connection.pending_bytes)
        with socket.socket(fileno=os.dup(peers[0].stream.extra(SocketAttribute.raw_socket).fileno())) as peer:
            received_at_once.append(len(peer.recv(1000, socket.MSG_PEEK | socket.MSG_DONTWAIT)))
        connection.close()

    peers: list = []
    handler.taking = order
    async with peer_server(talk) as port:
        await run_connection(plan(port), handler, clock=clock)
    assert received_at_once == [0, 2 + 4 + len(b'{"order":1}')]


async def test_texts_arrive_in_order(websocket_server, handler, clock) -> None:
    got = []

    async def serve(connection) -> None:
        got.extend([await connection.recv(decode=False) for _ in range(1_000)])

    texts = [b"%d" % number + b"." * number for number in range(1_000)]

    def send(connection) -> None:
        for text in texts:
            connection.send_text(text)

    handler.opening = send
    async with websocket_server(serve) as url:
        await run_connection(plan(url, max_pending_s=10.0), handler, clock=clock)
    assert got == texts
    assert handler.not_sent == []


async def test_text_that_cannot_leave_in_time_never_leaves(peer_server, handler, clock) -> None:
    got: list[bytes] = []

    async def talk(peer) -> None:
        # Reads nothing until then, so that all buffers are full; anyio goes on reading where the first bytes
        # had come before they were asked for.
        peer.stream._transport.pause_reading()
        await released.wait()
        while b"in time again" not in got:
            with anyio.move_on_after(0.5) as waited:
                got.extend(bytes(event.data) for event in await peer.events())
            if waited.cancelled_caught:
                await peer.write(frame(TEXT, b"empty"))

    released = anyio.Event()
    texts = [b"%07d" % number + b"." * 100_000 for number in range(300)]

    def send(connection) -> None:
        for text in texts:
            connection.send_text(text)
        assert connection.pending_bytes > 0

    handler.opening = send
    async with peer_server(talk) as port, anyio.create_task_group() as tasks:
        own = plan(port, max_pending_s=0.2, max_pending_bytes=10**9)
        tasks.start_soon(lambda: run_connection(own, handler, clock=clock))
        await handler.until(lambda: handler.not_sent)
        released.set()
        await handler.until(lambda: handler.messages == [b"empty"])
        handler.connections[0].send_text(b"in time again")
        await handler.until(lambda: handler.reasons)
    assert sorted([*got[:-1], *handler.not_sent]) == texts
    assert got == [*sorted(got[:-1]), b"in time again"]
    assert handler.connections[0].pending_bytes == 0


async def test_a_full_queue_takes_no_more(peer_server, handler, clock) -> None:
    refused = []

    def send(connection) -> None:
        for _ in range(6):
            connection.send_text(b"." * 1_000_000)
        with pytest.raises(NotSentError, match="2000000 bytes are waiting"):
            connection.send_text(b"." * 1_000_000)
        refused.append(connection.pending_bytes)
        connection.close()

    handler.opening = send
    async with peer_server(lambda peer: anyio.sleep_forever()) as port:
        own = plan(port, max_pending_bytes=2_500_000, send_rate=SendRate(5, 60.0))
        await run_connection(own, handler, clock=clock)
    assert refused[0] >= 2_000_000
    assert handler.not_sent == [b"." * 1_000_000] * 2


async def test_the_send_rate_holds_and_pongs_have_room(peer_server, handler, clock) -> None:
    arrivals: list[tuple[float, Opcode]] = []

    async def talk(peer) -> None:
        while len(arrivals) < 11:
            for event in await peer.events():
                arrivals.append((time.monotonic(), event.opcode))
                if len(arrivals) == 4:
                    await peer.write(frame(PING, b"now"))
        await peer.write(GOODBYE)

    def send(connection) -> None:
        for number in range(10):
            connection.send_text(b"%d" % number)

    handler.opening = send
    async with peer_server(talk) as port:
        own = plan(port, send_rate=SendRate(5, 0.3), max_pending_s=10.0)
        await run_connection(own, handler, clock=clock)
    assert arrivals[4][1] is Opcode.PONG
    assert arrivals[4][0] - arrivals[0][0] < 0.2
    for first, sixth in zip(arrivals, arrivals[5:], strict=False):
        assert sixth[0] - first[0] > 0.25
    assert len(arrivals) == 11


async def test_pongs_count_towards_the_send_rate(peer_server, handler, clock) -> None:
    arrivals: list[float] = []

    async def talk(peer) -> None:
        await peer.write(frame(PING, b"") * 4 + frame(TEXT, b"go"))
        while len(arrivals) < 5:
            arrivals.extend(time.monotonic() for _ in await peer.events())
        await peer.write(GOODBYE)

    handler.taking = lambda message: handler.connections[0].send_text(b"only now")
    async with peer_server(talk) as port:
        await run_connection(plan(port, send_rate=SendRate(5, 0.3)), handler, clock=clock)
    assert arrivals[3] - arrivals[0] < 0.2
    assert arrivals[4] - arrivals[3] > 0.2


async def test_nothing_is_taken_for_a_connection_that_has_ended(peer_server, handler, clock) -> None:
    async with peer_server(lambda peer: peer.write(GOODBYE)) as port:
        await run_connection(plan(port), handler, clock=clock)
    with pytest.raises(NotSentError, match="not open"):
        handler.connections[0].send_text(b"too late")
