"""A server that costs as little as Python can, so that what is measured is the client.

    python -m benches.live.server

It speaks just enough of Binance's protocol. `btcusdt@trade` ticks one trade at a time: the next is sent a
little after the order that answers it. `ethusdt@trade` sends trades as fast as they are taken. Orders are
acknowledged at once, as expired. `GET /samples` tells how long each tick took to come back as an order,
from before the frame is given to the kernel to after the order is read from it, in ns.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec
from alphaforge_binance.emulator.symbols import make_symbol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from benches.live.client import FLOOD_FRAMES

_NEXT_TICK_S = 0.003
"""The client has dealt with the answer to its order by then."""
_TICK_AGAIN_S = 0.25
_FRAMES_A_WRITE = 64


def text_frame(data: bytes) -> bytes:
    """A text message as a server sends it."""
    return Frame(Opcode.TEXT, data).serialize(mask=False)


def trade(symbol: str, number: int, *, combined: bool) -> bytes:
    """The frame of a trade."""
    now_ms = time.time_ns() // 1_000_000
    data = {"e": "trade", "E": now_ms, "s": symbol, "t": number, "p": "60000.00000000"}
    data |= {"q": "0.12500000", "T": now_ms, "m": bool(number % 3), "M": True}
    stream = f"{symbol.lower()}@trade"
    return text_frame(msgspec.json.encode({"stream": stream, "data": data} if combined else data))


class Connection(asyncio.Protocol):
    """A connection of a client: HTTP, streams or the WebSocket API, by its first request."""

    samples_ns: list[int] = []  # noqa: RUF012 - of all connections
    ticking: "Connection | None" = None
    is_awaited = False
    """A tick waits for its order; one order answers it, however many come."""
    sent_ns: int | None = None
    """When the tick that waits for its order was sent."""

    def __init__(self) -> None:
        self._websocket = ServerProtocol()
        self._receive: Callable[[bytes], None] = self._receive_control
        self._combined = False
        self._flood: Iterator[bytes] = iter(())
        self._is_paused = False
        self._ticks = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        read_ns = time.perf_counter_ns()
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Request):
                self._begin(event)
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._read_ns = read_ns
                self._receive(bytes(event.data))
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        self._flood = iter(())
        if Connection.ticking is self:
            Connection.ticking = Connection.sent_ns = None

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._go_on_flooding()

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()

    def _begin(self, request: Request) -> None:
        if "Upgrade" not in request.headers:
            response = self._websocket.reject(200, json.dumps(_answer(request)))
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json"
            self._websocket.send_response(response)
            return
        self._websocket.send_response(self._websocket.accept(request))
        if "ws-api" in request.path:
            self._receive = self._receive_request
            return
        self._combined = request.path.startswith("/stream")
        self._flush()
        self._subscribe(request.path.rpartition("/")[2])

    # Streams.

    def _receive_control(self, data: bytes) -> None:
        control = msgspec.json.decode(data)
        self._websocket.send_text(msgspec.json.encode({"result": None, "id": control["id"]}))
        self._flush()
        for name in control["params"]:
            self._subscribe(name)

    def _subscribe(self, name: str) -> None:
        if name == "btcusdt@trade":
            Connection.ticking = self
            self._tick()
        elif name == "ethusdt@trade":
            self._flood = _flood(combined=self._combined)
            self._go_on_flooding()

    def _tick(self) -> None:
        if Connection.ticking is not self:
            return
        frame = self._next_tick()
        Connection.sent_ns = time.perf_counter_ns()
        self._transport.write(frame)

    def _tick_again(self, number: int) -> None:
        """A client that was not ready has missed it. What answers it now is no sample."""
        if number == self._ticks and Connection.ticking is self:
            Connection.sent_ns = None
            self._transport.write(self._next_tick())

    def _next_tick(self) -> bytes:
        self._ticks += 1
        Connection.is_awaited = True
        asyncio.get_running_loop().call_later(_TICK_AGAIN_S, self._tick_again, self._ticks)
        return trade("BTCUSDT", self._ticks, combined=self._combined)

    def _go_on_flooding(self) -> None:
        while not (self._is_paused or self._transport.is_closing()) and (frames := next(self._flood, None)):
            self._transport.write(frames)

    # The WebSocket API.

    def _receive_request(self, data: bytes) -> None:
        request = msgspec.json.decode(data)
        is_order = request["method"] == "order.place"
        if is_order and Connection.sent_ns is not None:
            Connection.samples_ns.append(self._read_ns - Connection.sent_ns)
            Connection.sent_ns = None
        result = _expired(request["params"]) if is_order else {"subscriptionId": 0}
        reply = {"id": request["id"], "status": 200, "result": result, "rateLimits": []}
        self._websocket.send_text(msgspec.json.encode(reply))
        self._flush()
        if is_order and Connection.ticking is not None and Connection.is_awaited:
            Connection.is_awaited = False
            asyncio.get_running_loop().call_later(_NEXT_TICK_S, Connection.ticking._tick)  # noqa: SLF001


def _flood(*, combined: bool) -> Iterator[bytes]:
    frames = [trade("ETHUSDT", number, combined=combined) for number in range(1, FLOOD_FRAMES + 1)]
    parts = range(0, FLOOD_FRAMES, _FRAMES_A_WRITE)
    return iter([b"".join(frames[start : start + _FRAMES_A_WRITE]) for start in parts])


def _expired(params: dict[str, Any]) -> dict[str, Any]:
    """The order as the answer to it shows it."""
    return {
        "symbol": params["symbol"],
        "orderId": int(time.time_ns()),
        "orderListId": -1,
        "clientOrderId": params["newClientOrderId"],
        "transactTime": params["timestamp"],
        "price": params["price"],
        "origQty": params["quantity"],
        "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.00000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "EXPIRED",
        "timeInForce": params["timeInForce"],
        "type": params["type"],
        "side": params["side"],
        "workingTime": params["timestamp"],
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "fills": [],
    }


def _answer(request: Request) -> Any:
    """What REST says."""
    path = request.path.partition("?")[0].rpartition("/")[2]
    if path == "time":
        is_micro = request.headers.get("X-MBX-TIME-UNIT") == "MICROSECOND"
        return {"serverTime": time.time_ns() // (1_000 if is_micro else 1_000_000)}
    if path == "samples":
        return Connection.samples_ns
    return _BODIES.get(path, {})


_BODIES: dict[str, Any] = {
    "exchangeInfo": {
        "timezone": "UTC",
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": [make_symbol(name).info() for name in ("BTCUSDT", "ETHUSDT")],
    },
    "account": {
        "canTrade": True,
        "updateTime": 0,
        "balances": [{"asset": "USDT", "free": "1000000.00000000", "locked": "0.00000000"}],
        "permissions": ["SPOT"],
    },
    "openOrders": [],
}


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"rest": f"http://127.0.0.1:{port}"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
