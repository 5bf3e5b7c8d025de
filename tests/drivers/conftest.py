"""Real sockets on loopback: servers that the tests write, and handlers that remember what they are told."""

import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import anyio
import pytest
import trustme
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket import WebSocketConnection
from alphaforge.sansio.close_reason import CloseReason
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSListener
from websockets.asyncio.server import ServerConnection, serve
from websockets.server import ServerProtocol

Serve = Callable[[ByteStream], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def tcp_server() -> Callable[..., AbstractAsyncContextManager[int]]:
    """`async with tcp_server(serve_one, tls) as port`."""

    @asynccontextmanager
    async def run(serve_one: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        async def guarded(stream: ByteStream) -> None:
            async with stream:
                # The client may leave when it likes.
                with suppress(anyio.BrokenResourceError, anyio.EndOfStream, anyio.ClosedResourceError):
                    await serve_one(stream)

        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(SocketAttribute.local_port)
        async with listener, anyio.create_task_group() as tasks:
            served = listener if tls is None else TLSListener(listener, tls, standard_compatible=False)
            tasks.start_soon(served.serve, guarded)
            yield port
            tasks.cancel_scope.cancel()

    return run


class Peer:
    """A server that has shaken hands, and writes any bytes that the test wants."""

    def __init__(self, stream, protocol: ServerProtocol) -> None:
        self.stream = stream
        self.protocol = protocol

    @classmethod
    async def accept(cls, stream) -> "Peer":
        protocol = ServerProtocol()
        peer = cls(stream, protocol)
        (request,) = await peer.events()
        protocol.send_response(protocol.accept(request))
        await stream.send(b"".join(protocol.data_to_send()))
        return peer

    async def events(self) -> list:
        """What came next; at least one."""
        while True:
            self.protocol.receive_data(await self.stream.receive())
            if events := self.protocol.events_received():
                return events

    async def write(self, data: bytes, piece: int = 1 << 20) -> None:
        """Send bytes in pieces, each in a packet of its own."""
        for start in range(0, len(data), piece):
            await self.stream.send(data[start : start + piece])
            await anyio.lowlevel.checkpoint()


@pytest.fixture
def peer_server(tcp_server) -> Callable[..., AbstractAsyncContextManager[int]]:
    """`async with peer_server(talk) as port`: shakes hands, then `talk(peer)`."""

    def run(talk: Callable[[Peer], Awaitable[None]]) -> AbstractAsyncContextManager[int]:
        async def serve_one(stream: ByteStream) -> None:
            await talk(await Peer.accept(stream))

        return tcp_server(serve_one)

    return run


@pytest.fixture
def websocket_server() -> Callable[..., AbstractAsyncContextManager[str]]:
    """`async with websocket_server(serve_one, ...) as url`."""

    @asynccontextmanager
    async def run(serve_one: Callable[[ServerConnection], Awaitable[None]], **options: Any):
        options = {"compression": None, "ping_interval": None, "close_timeout": 0.2, **options}
        async with serve(serve_one, "127.0.0.1", 0, **options) as server:
            port = server.sockets[0].getsockname()[1]
            yield f"{'wss' if options.get('ssl') else 'ws'}://127.0.0.1:{port}/ws"

    return run


@pytest.fixture
def reset() -> Callable[[ByteStream], Awaitable[None]]:
    """End a TCP connection by a reset instead of a goodbye."""

    async def close(stream: ByteStream) -> None:
        raw = stream.extra(SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await stream.aclose()

    return close


@pytest.fixture
def refused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


class Recorder:
    """A handler that remembers, and is ready at once unless told otherwise."""

    def __init__(self) -> None:
        self.connections: list[WebSocketConnection] = []
        self.messages: list[bytes] = []
        self.batches: list[int] = []
        self.stamps: list[int] = []
        self.not_sent: list[bytes] = []
        self.reasons: list[CloseReason] = []
        self.opening: Callable[[WebSocketConnection], None] = lambda connection: connection.ready()
        self.taking: Callable[[bytes], None] = lambda message: None
        self._news = anyio.Event()

    def on_open(self, connection: WebSocketConnection) -> None:
        self.connections.append(connection)
        self.opening(connection)
        self._tell()

    def on_messages(self, connection: WebSocketConnection, messages: list[bytes], ts_recv_ns: int) -> None:
        assert connection in self.connections
        self.messages += messages
        self.batches.append(len(messages))
        self.stamps.append(ts_recv_ns)
        for message in messages:
            self.taking(message)
        self._tell()

    def on_not_sent(self, connection: WebSocketConnection, data: bytes) -> None:
        self.not_sent.append(data)
        self._tell()

    def on_close(self, connection: WebSocketConnection, reason: CloseReason) -> None:
        self.reasons.append(reason)
        self._tell()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; it is looked at whenever there is news."""
        with anyio.fail_after(10):
            while not holds():
                await self._news.wait()

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()


@pytest.fixture
async def handler() -> Recorder:
    return Recorder()
