"""HTTP and WebSocket on one port, with every byte in our hands."""

import logging
from typing import Protocol

import anyio
import h11
from anyio.abc import ByteStream, SocketAttribute
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request as UpgradeRequest
from websockets.server import ServerProtocol

from alphaforge_testkit.emulator.fault import Fault
from alphaforge_testkit.emulator.faults import Faults
from alphaforge_testkit.emulator.http import HttpRequest, HttpResponse
from alphaforge_testkit.emulator.websocket import WebSocketConnection, linger_zero

log = logging.getLogger("alphaforge.emulator")

_LARGEST_MESSAGE = 1024 * 1024
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Service(Protocol):
    """What a server serves."""

    def http(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""

    def fault_response(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        """What stands in for the answer to a request under a fault."""

    def refuse_websocket(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to an upgrade that is not wanted; None where it is."""

    def websocket_opened(self, connection: WebSocketConnection) -> None:
        """A connection is open; sets its rules and its `on_message`."""

    def websocket_closed(self, connection: WebSocketConnection) -> None:
        """A connection has ended."""


class Server:
    """Serves one service."""

    def __init__(self, service: Service, faults: Faults) -> None:
        self.connections: set[WebSocketConnection] = set()
        self.crashes: list[Exception] = []
        """What our own code has raised; a client's mistake raises nothing."""
        self._service = service
        self._faults = faults

    async def serve_connection(self, stream: ByteStream) -> None:
        """Serve a connection until it ends."""
        try:
            if self._faults.first("connect", "connect") is not None:
                linger_zero(stream)
                return
            await self._serve_http(stream)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            # The client has gone; there is nobody to tell.
            return
        except Exception as error:  # noqa: BLE001 - noted, and raised when the emulator ends
            self._note_crash(error)
        finally:
            await anyio.aclose_forcefully(stream)

    async def _serve_http(self, stream: ByteStream) -> None:
        connection = h11.Connection(h11.SERVER)
        raw, body = b"", b""
        request: h11.Request | None = None
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError as error:
                await stream.send(
                    b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                log.info("a client sent what is no HTTP: %s", error)
                return
            if event is h11.NEED_DATA:
                data = await stream.receive(65_536)
                raw += data
                connection.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
                if any(name == b"upgrade" and value.lower() == b"websocket" for name, value in event.headers):
                    await self._serve_websocket(stream, raw, _request_of(stream, event, b""))
                    return
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                goes_on = await self._answer(stream, connection, _request_of(stream, request, body))
                raw, body, request = b"", b"", None
                if not goes_on or connection.our_state is h11.MUST_CLOSE:
                    return
                connection.start_next_cycle()
            else:
                return

    async def _answer(self, stream: ByteStream, connection: h11.Connection, request: HttpRequest) -> bool:
        """Answer a request; False where the connection is to end."""
        fault = self._faults.first("request", request.target)
        kind = fault.kind if fault is not None else ""
        if kind == "reset":
            linger_zero(stream)
            return False
        if fault is not None and kind == "error":
            response = self._service.fault_response(request, fault)
        else:
            response = self._processed(request)
        if fault is not None and kind == "error_but_accepted":
            response = self._service.fault_response(request, fault)
        elif kind == "answer_lost":
            # The connection stays open until the client has had enough.
            await stream.receive(1)
            return False
        elif fault is not None and kind == "answer_delayed":
            await anyio.sleep(fault.seconds)
        elif kind == "reset_but_accepted":
            linger_zero(stream)
            return False
        await stream.send(_encoded(connection, response))
        return True

    def _processed(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._service.http(request)
        except Exception as error:  # noqa: BLE001 - noted, and raised when the emulator ends
            self._note_crash(error)
            return HttpResponse.json({"code": -1000, "msg": "An unknown error occurred."}, 500)

    def _note_crash(self, error: Exception) -> None:
        log.error("the emulator itself failed", exc_info=error)
        self.crashes.append(error)

    async def _serve_websocket(self, stream: ByteStream, raw: bytes, request: HttpRequest) -> None:
        refusal = self._service.refuse_websocket(request)
        if refusal is not None:
            head = b"HTTP/1.1 %d Refused\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            await stream.send(head % (refusal.status, len(refusal.body)) + refusal.body)
            return
        protocol = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()], max_size=_LARGEST_MESSAGE)
        protocol.receive_data(raw)
        upgrade = next(iter(protocol.events_received()), None)
        if not isinstance(upgrade, UpgradeRequest):
            log.info("a client's upgrade cannot be read: %s", protocol.handshake_exc)
            await stream.send(_BAD_REQUEST)
            return
        protocol.send_response(protocol.accept(upgrade))
        await stream.send(b"".join(protocol.data_to_send()))
        if protocol.handshake_exc is not None:
            return
        await self._run_websocket(
            WebSocketConnection(
                stream,
                protocol,
                path=request.path,
                query=request.query_fields,
                peer=request.peer,
                faults=self._faults,
            )
        )

    async def _run_websocket(self, connection: WebSocketConnection) -> None:
        self._service.websocket_opened(connection)
        handler = connection.on_message

        def guarded(message: bytes) -> None:
            try:
                if handler is not None:
                    handler(message)
            except Exception as error:  # noqa: BLE001 - noted, and raised when the emulator ends
                self._note_crash(error)
                connection.close(1011, "internal error")

        connection.on_message = guarded
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)
            self._service.websocket_closed(connection)


def _request_of(stream: ByteStream, event: h11.Request, body: bytes) -> HttpRequest:
    path, _, query = event.target.partition(b"?")
    peer = stream.extra(SocketAttribute.remote_address)  # noqa: S610 - no Django
    return HttpRequest(
        method=event.method.decode("latin-1"),
        path=path.decode("latin-1"),
        query=query,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers},
        body=body,
        peer=str(peer[0]),
    )


def _encoded(connection: h11.Connection, response: HttpResponse) -> bytes:
    headers = {"content-type": "application/json;charset=UTF-8", **response.headers}
    headers["content-length"] = str(len(response.body))
    head = h11.Response(status_code=response.status, headers=list(headers.items()))
    parts = [
        connection.send(head),
        connection.send(h11.Data(response.body)),
        connection.send(h11.EndOfMessage()),
    ]
    return b"".join(part for part in parts if part)
