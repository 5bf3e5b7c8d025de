"""The bound: the least that a client in Python does, with nothing behind it.

The same frame parser as ours (websockets) and the same JSON decoder (msgspec), no checks, no state.
"""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from benches.live.client import (
    PRICE,
    QUANTITY,
    Job,
    Server,
    frames_a_second,
    keep_placing,
    main,
    time_each,
)

OnText = Callable[[bytes], None]


class Link(asyncio.Protocol):
    """A WebSocket that calls a function with each text."""

    def __init__(self, url: str, on_text: OnText) -> None:
        self.is_open = asyncio.Event()
        self._websocket = ClientProtocol(parse_uri(url))
        self._on_text = on_text

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._websocket.send_request(self._websocket.connect())
        self._transport.writelines(self._websocket.data_to_send())

    def data_received(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if not isinstance(event, Frame):
                self.is_open.set()
            elif event.opcode is Opcode.TEXT:
                self._on_text(bytes(event.data))

    def send(self, text: bytes) -> None:
        self._websocket.send_text(text)
        self._transport.write(b"".join(self._websocket.data_to_send()))

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def linked(server: Server, path: str, on_text: OnText) -> AsyncIterator[Link]:
    host, _, port = server.host.partition(":")
    loop = asyncio.get_running_loop()
    _, link = await loop.create_connection(
        lambda: Link(f"ws://{server.host}{path}", on_text), host, int(port)
    )
    await link.is_open.wait()
    yield link
    link.close()


class Orders:
    """The WebSocket API, logged on."""

    def __init__(self) -> None:
        self.link: Link | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._requests = 0

    def take(self, text: bytes) -> None:
        answer = msgspec.json.decode(text)
        waiting = self._waiting.pop(answer.get("id"), None)
        if waiting is not None:
            waiting.set_result(answer)

    def ask(self, method: str, **params: Any) -> "asyncio.Future[dict[str, Any]]":
        """Send a request before this returns."""
        self._requests += 1
        future = self._waiting[self._requests] = asyncio.get_running_loop().create_future()
        params["timestamp"] = time.time_ns() // 1_000_000
        assert self.link is not None
        self.link.send(msgspec.json.encode({"id": self._requests, "method": method, "params": params}))
        return future

    def buy(self) -> "asyncio.Future[dict[str, Any]]":
        return self.ask(
            "order.place",
            symbol="BTCUSDT",
            side="BUY",
            type="LIMIT",
            timeInForce="IOC",
            quantity=QUANTITY,
            price=PRICE,
            newClientOrderId=f"bare-{self._requests}",
            newOrderRespType="FULL",
        )

    async def place(self) -> None:
        answer = await self.buy()
        if answer["status"] != 200:
            raise RuntimeError(f"an order was refused: {answer}")


@asynccontextmanager
async def logged_on(server: Server) -> AsyncIterator[Orders]:
    orders = Orders()
    path = "/ws-api/v3?timeUnit=MICROSECOND&returnRateLimits=false"
    async with linked(server, path, orders.take) as orders.link:
        key = cast("Ed25519PrivateKey", load_pem_private_key(server.keys["ed25519_pem"].encode(), None))
        api_key, now_ms = server.keys["ed25519_key"], time.time_ns() // 1_000_000
        signed = key.sign(f"apiKey={api_key}&timestamp={now_ms}".encode())
        request = {"id": 0, "method": "session.logon", "params": {"apiKey": api_key, "timestamp": now_ms}}
        request["params"]["signature"] = base64.b64encode(signed).decode()  # type: ignore[index]
        future = orders._waiting[0] = asyncio.get_running_loop().create_future()  # noqa: SLF001
        orders.link.send(msgspec.json.encode(request))
        await future
        await orders.ask("userDataStream.subscribe")
        yield orders


class Trade(msgspec.Struct):
    s: str
    t: int
    p: str
    q: str


TRADE = msgspec.json.Decoder(Trade)


async def ticks(job: Job) -> None:
    done = asyncio.Event()
    async with logged_on(job.bare) as orders:
        placed = 0

        def on_text(text: bytes) -> None:
            nonlocal placed
            TRADE.decode(text)
            orders.buy()
            placed += 1
            if placed == job.ticks:
                done.set()

        async with linked(job.bare, "/ws/btcusdt@trade", on_text):
            await done.wait()


async def flood(job: Job) -> float:
    newest = 0

    def on_text(text: bytes) -> None:
        nonlocal newest
        newest = TRADE.decode(text).t

    async with linked(job.bare, "/ws/ethusdt@trade", on_text):
        return await frames_a_second(lambda: newest, job)


async def round_trips(job: Job) -> list[int]:
    async with logged_on(job.emulator) as orders:
        return await time_each(orders.place, job.round_trips)


async def sustained(job: Job) -> list[float]:
    async with logged_on(job.emulator) as orders:
        return await keep_placing(orders.place, job)


if __name__ == "__main__":
    main({"ticks": ticks, "flood": flood, "round_trips": round_trips, "sustained": sustained})
