"""WebSocket over real sockets: what goes out under each fault, and how connections end."""

import json

import anyio
import pytest
from alphaforge_testkit.emulator.websocket import WebSocketRules
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

pytestmark = pytest.mark.anyio


async def opened(echo, **options):
    """A client and the server's side of its connection."""
    client = await connect(f"ws://{echo.address}/ws/x", **options)
    await echo.until(lambda: bool(echo.open))
    return client, echo.open.pop()


async def received(client, count: int) -> list[str]:
    with anyio.fail_after(5):
        return [await client.recv() for _ in range(count)]


def send(connection, *numbers: int) -> None:
    for number in numbers:
        connection.send(f"stream{number}", json.dumps({"number": number}).encode())


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
ONE, TWO, THREE = ('{"number": 1}', '{"number": 2}', '{"number": 3}')


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "drop", "match": "stream2"}, [ONE, THREE]),
        ({"kind": "duplicate", "match": "stream1", "copies": 2}, [ONE, ONE, ONE, TWO, THREE]),
        ({"kind": "reorder", "match": "stream1"}, [TWO, ONE, THREE]),
        ({"kind": "delay", "match": "stream2", "seconds": 0.05}, [ONE, THREE, TWO]),
        ({"kind": "truncate", "match": "stream2"}, [ONE, '{"numb', THREE]),
        ({"kind": "invalid_json", "match": "stream2"}, [ONE, '{"e":{"number": 2}}', THREE]),
        ({"kind": "bytewise", "count": 3}, [ONE, TWO, THREE]),
        ({"kind": "drop", "nth": 2, "count": 2}, [ONE]),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_what_a_fault_makes_of_three_frames(echo, fault, seen, compression) -> None:
    client, connection = await opened(echo, compression=compression)
    async with client:
        echo.faults.add(**fault)
        send(connection, 1, 2, 3)
        assert await received(client, len(seen)) == seen
        echo.faults.clear()
        send(connection, 4)
        assert await received(client, 1) == ['{"number": 4}']


async def test_a_frame_of_20_megabytes(echo) -> None:
    client, connection = await opened(echo, max_size=None, compression=None)
    async with client:
        echo.faults.add(kind="oversize")
        send(connection, 1)
        large, small = await received(client, 2)
        assert len(large) == 20_000_000
        assert json.loads(large)["e"] == "padding"
        assert small == ONE


async def test_a_connection_is_cut_within_a_frame(echo) -> None:
    client, connection = await opened(echo)
    async with client:
        echo.faults.add(kind="cut")
        send(connection, 1)
        with pytest.raises(ConnectionClosedError):
            await received(client, 1)


async def test_bytes_come_one_by_one(echo) -> None:
    async with await anyio.connect_tcp("127.0.0.1", echo.port) as stream:
        await stream.send(UPGRADE)
        assert (await stream.receive()).startswith(b"HTTP/1.1 101 ")
        await echo.until(lambda: bool(echo.open))
        echo.faults.add(kind="bytewise")
        send(echo.open[0], 1)
        pieces = []
        while sum(map(len, pieces)) < len(ONE) + 2:
            pieces.append(await stream.receive())
        assert b"".join(pieces) == b"\x81\x0d" + ONE.encode()
        assert len(pieces) > 3


@pytest.mark.parametrize(("kind", "code"), [("evict", 1008), ("cut_connections", 1006)])
async def test_connections_are_ended(echo, kind, code) -> None:
    client, _ = await opened(echo)
    async with client:
        echo.faults.add(kind=kind, match="/ws/*")
        with pytest.raises(ConnectionClosed):
            await received(client, 1)
        assert client.close_code == code


@pytest.mark.parametrize("pong", [True, False])
async def test_a_hung_stream_is_silent_and_stays_open(echo, pong) -> None:
    client, connection = await opened(echo, ping_interval=None)
    async with client:
        echo.faults.add(kind="hang", pong=pong, duration_s=60)
        send(connection, 1)
        answer = await client.ping()
        with anyio.move_on_after(0.3) as waiting:
            await answer
        assert waiting.cancelled_caught != pong
        echo.faults.clear()
        send(connection, 2)
        assert await received(client, 1) == [TWO]


async def test_a_half_open_connection_neither_reads_nor_sends(echo) -> None:
    client, connection = await opened(echo, ping_interval=None)
    async with client:
        echo.faults.add(kind="half_open", duration_s=60)
        send(connection, 1)
        await client.send("hello")
        with pytest.raises(TimeoutError), anyio.fail_after(0.3):
            await client.recv()
        assert echo.messages == []
        echo.faults.clear()
        assert await received(client, 1) == [ONE]
        await echo.until(lambda: echo.messages == [b"hello"])


async def test_pings_come_with_a_payload_and_want_it_back(echo) -> None:
    echo.rules = WebSocketRules(ping_interval_s=0.05, pong_timeout_s=0.2)
    client, connection = await opened(echo)
    async with client:
        with anyio.move_on_after(0.6):
            await client.recv()
        assert connection.is_open
        assert connection.received > 3


async def test_who_does_not_answer_pings_is_closed(echo) -> None:
    echo.rules = WebSocketRules(ping_interval_s=0.05, pong_timeout_s=0.1)
    async with await anyio.connect_tcp("127.0.0.1", echo.port) as stream:
        await stream.send(UPGRADE)
        with anyio.fail_after(5):
            data = b"".join([piece async for piece in stream])
        assert b"Pong timeout" in data


async def test_too_many_messages_end_a_connection(echo) -> None:
    echo.rules = WebSocketRules(messages_per_s=5)
    client, _ = await opened(echo)
    async with client:
        for _ in range(6):
            await client.send("x")
        with pytest.raises(ConnectionClosedError):
            await received(client, 1)
        assert (client.close_code, client.close_reason) == (1008, "Too many requests")


async def test_a_connection_has_an_end_of_life(echo) -> None:
    echo.rules = WebSocketRules(lifetime_s=0.1)
    client, _ = await opened(echo)
    async with client:
        with pytest.raises(ConnectionClosed):
            await received(client, 1)
        assert client.close_code == 1001


async def test_messages_in_pieces_are_joined(echo) -> None:
    client, _ = await opened(echo)
    async with client:
        await client.send(["one ", "two ", "three"])
        await echo.until(lambda: echo.messages == [b"one two three"])


async def test_an_address_that_is_too_long_is_refused(echo) -> None:
    with pytest.raises(InvalidStatus, match="400"):
        await connect(f"ws://{echo.address}/{'x' * 10_000}")
    client, _ = await opened(echo)
    await client.close()
