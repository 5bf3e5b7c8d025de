"""Market data streams: who is subscribed to what, and control messages.

Source: binance-spot-api-docs, web-socket-streams.md.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from alphaforge_testkit.emulator import WebSocketConnection
from alphaforge_testkit.emulator.websocket import OutFrame

from alphaforge_binance.emulator.rest import MICROSECOND_NS, MILLISECOND_NS
from alphaforge_binance.emulator.user_data import is_plain_id
from alphaforge_binance.emulator.views import ToTime


class StreamClient:
    """A connection to the streams."""

    def __init__(self, streams: "Streams", connection: WebSocketConnection) -> None:
        self.connection = connection
        self.is_combined = "/stream" in connection.path
        is_micro = connection.query.get("timeUnit", "").upper() == "MICROSECOND"
        self.unit_ns = MICROSECOND_NS if is_micro else MILLISECOND_NS
        self.subscribed: dict[str, None] = {}
        self._streams = streams
        connection.on_message = self._receive
        for name in _streams_of(connection):
            self._subscribe(name)

    def time(self, nanos: int) -> int:
        """A time in the unit that the client asked for."""
        return nanos // self.unit_ns

    def closed(self) -> None:
        """The connection has ended."""
        for name in list(self.subscribed):
            self._unsubscribe(name)

    def _subscribe(self, name: str) -> None:
        self.subscribed[name] = None
        self._streams.add(name, self)

    def _unsubscribe(self, name: str) -> None:
        if name in self.subscribed:
            del self.subscribed[name]
            self._streams.remove(name, self)

    def _receive(self, message: bytes) -> None:
        try:
            request = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._send({"code": 3, "msg": "Invalid JSON: expected value"})
            return
        if not isinstance(request, dict) or not is_plain_id(request.get("id")):
            self._send({"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"})
            return
        request_id, method, params = request.get("id"), request.get("method"), request.get("params", [])
        match method:
            case "SUBSCRIBE" | "UNSUBSCRIBE" if _are_names(params):
                self._change(str(method), params, request_id)
            case "LIST_SUBSCRIPTIONS":
                self._send({"result": list(self.subscribed), "id": request_id})
            case "GET_PROPERTY" if params == ["combined"]:
                self._send({"result": self.is_combined, "id": request_id})
            case "SET_PROPERTY" if isinstance(params, list) and params[:1] == ["combined"]:
                self._set_combined(params, request_id)
            case "GET_PROPERTY" | "SET_PROPERTY":
                self._send({"code": 0, "msg": "Unknown property", "id": request_id})
            case _:
                self._send(
                    {"code": 2, "msg": f"Invalid request: unknown variant {method!r}", "id": request_id}
                )

    def _set_combined(self, params: list[Any], request_id: Any) -> None:
        if len(params) != 2 or not isinstance(params[1], bool):  # noqa: PLR2004 - a name and a value
            self._send({"code": 1, "msg": "Invalid value type: expected Boolean", "id": request_id})
            return
        self.is_combined = params[1]
        self._send({"result": None, "id": request_id})

    def _change(self, method: str, names: list[str], request_id: Any) -> None:
        if method == "SUBSCRIBE":
            if len(self.subscribed.keys() | set(names)) > self._streams.most_per_connection:
                self.connection.close(1008, "Too many streams")
                return
            for name in names:
                self._subscribe(name)
        else:
            for name in names:
                self._unsubscribe(name)
        self._send({"result": None, "id": request_id})

    def _send(self, value: dict[str, Any]) -> None:
        self.connection.send("reply/stream", msgspec.json.encode(value))


class Streams:
    """All subscriptions."""

    def __init__(self, most_per_connection: int) -> None:
        self.most_per_connection = most_per_connection
        self.clients: dict[str, dict[StreamClient, None]] = defaultdict(dict)
        self.on_first: Callable[[str], None] = _nothing
        """A stream has got its first subscriber."""

    def add(self, name: str, client: StreamClient) -> None:
        """Subscribe a client."""
        if not self.clients[name]:
            self.on_first(name)
        self.clients[name][client] = None

    def remove(self, name: str, client: StreamClient) -> None:
        """Unsubscribe a client."""
        self.clients[name].pop(client, None)
        if not self.clients[name]:
            del self.clients[name]

    def publish(self, name: str, build: Callable[[ToTime], Any]) -> None:
        """Send an event to all who are subscribed; each form of it is encoded once."""
        clients = self.clients.get(name)
        if not clients:
            return
        frames: dict[tuple[bool, int], OutFrame] = {}
        for client in list(clients):
            key = (client.is_combined, client.unit_ns)
            frame = frames.get(key)
            if frame is None:
                data = msgspec.json.encode(build(client.time))
                frame = frames[key] = OutFrame(wrapped(name, data) if client.is_combined else data)
            client.connection.send_frame(name, frame)

    def publish_raw(self, name: str, data: bytes) -> None:
        """Send an event that is encoded already."""
        raw, combined = OutFrame(data), OutFrame(wrapped(name, data))
        for client in list(self.clients.get(name, ())):
            client.connection.send_frame(name, combined if client.is_combined else raw)


def wrapped(name: str, data: bytes) -> bytes:
    """An event as combined streams carry it."""
    return b'{"stream":"%s","data":%s}' % (name.encode(), data)


def _streams_of(connection: WebSocketConnection) -> list[str]:
    """The streams that the address itself names: `/ws/<a>/<b>` or `/stream?streams=<a>/<b>`."""
    listed = connection.query.get("streams", "")
    names = [*connection.path.split("/"), *listed.split("/")]
    return [name for name in names if "@" in name or name.startswith("!")]


def _are_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


def _nothing(_name: str) -> None:
    """Nobody wants to know."""
