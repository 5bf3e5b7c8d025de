"""The control endpoint: HTTP with JSON on a port of its own, by which a test rules the emulator."""

from typing import TYPE_CHECKING, Any

import msgspec
from alphaforge.model.errors import SetupError

from alphaforge_testkit.emulator.fault import Fault
from alphaforge_testkit.emulator.http import HttpRequest, HttpResponse
from alphaforge_testkit.emulator.websocket import WebSocketConnection

if TYPE_CHECKING:
    from alphaforge_testkit.emulator.emulator import Emulator


class Control:
    """Serves the requests that every emulator has, and hands the rest to the venue."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator

    def http(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        try:
            value = msgspec.json.decode(request.body) if request.body else {}
            return HttpResponse.json(self._answer(request, value))
        except LookupError as error:
            return HttpResponse.json({"error": f"there is no {error}"}, 404)
        except (SetupError, ValueError, TypeError) as error:
            return HttpResponse.json({"error": str(error)}, 400)

    def _answer(self, request: HttpRequest, value: Any) -> Any:
        emulator = self._emulator
        match request.target:
            case "GET /faults":
                answer: Any = emulator.faults.report()
            case "POST /faults":
                answer = {"number": emulator.faults.add(**value).number}
            case "DELETE /faults":
                emulator.faults.clear()
                answer = {}
            case "POST /clock":
                emulator.clock.offset_ns = round(float(value["offset_s"]) * 1e9)
                answer = {"now_ms": emulator.clock.now_ms()}
            case "GET /connections":
                answer = [
                    {"path": each.path, "received": each.received, "backlog": each.backlog}
                    for each in emulator.server.connections
                ]
            case "GET /certificate" if emulator.authority is not None:
                answer = {"pem": emulator.authority.cert_pem.bytes().decode()}
            case _:
                answer = emulator.control_request(request, value)
        return answer

    def fault_response(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        """No faults strike here."""
        raise LookupError(f"fault {fault.kind} for {request.target}")

    def refuse_websocket(self, request: HttpRequest) -> HttpResponse | None:
        """No WebSocket here."""
        return HttpResponse.json({"error": f"there is no {request.path}"}, 404)

    def websocket_opened(self, connection: WebSocketConnection) -> None:
        """Never called."""
        raise LookupError(connection.path)

    def websocket_closed(self, connection: WebSocketConnection) -> None:
        """Never called."""
        raise LookupError(connection.path)
