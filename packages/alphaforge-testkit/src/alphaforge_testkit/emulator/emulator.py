"""An exchange emulator: the server, its faults, its control endpoint, and how all of it starts and ends."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, ClassVar, Self

import anyio
import trustme
from anyio.abc import Listener, SocketAttribute, SocketStream, TaskGroup
from anyio.streams.tls import TLSListener

from alphaforge_testkit.emulator.clock import EmulatorClock
from alphaforge_testkit.emulator.control import Control
from alphaforge_testkit.emulator.fault import Fault, Point
from alphaforge_testkit.emulator.faults import Faults
from alphaforge_testkit.emulator.http import HttpRequest, HttpResponse
from alphaforge_testkit.emulator.server import Server
from alphaforge_testkit.emulator.websocket import WebSocketConnection

_TICK_S = 0.01


class Emulator(ABC):
    """The base of a venue's emulator.

    A venue implements `http`, `websocket_opened` and what else it needs, all of it without waiting.
    `async with` runs it: on a free port of the loopback interface, unless told otherwise.
    """

    fault_kinds: ClassVar[Mapping[str, tuple[Point, str]]] = {}
    """The kinds of faults that the venue has beside those of all venues."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int = 0,
        tls: bool = False,
        seed: int = 1,
    ) -> None:
        self.seed = seed
        self.clock = EmulatorClock()
        self.faults = Faults(seed=seed, elapsed_s=self.clock.elapsed_s, more_kinds=self.fault_kinds)
        self.faults.on_venue_fault = self._venue_fault
        self.authority = trustme.CA() if tls else None
        self.server = Server(self, self.faults)
        self.control = Control(self)
        self._host = host
        self._ports = (port, control_port)
        self._control_faults = Faults(seed=seed, elapsed_s=self.clock.elapsed_s, more_kinds={})
        self._tasks: TaskGroup | None = None
        self._listeners: list[Listener[SocketStream]] = []

    @abstractmethod
    def http(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""

    @abstractmethod
    def fault_response(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        """What stands in for the answer to a request under a fault."""

    @abstractmethod
    def websocket_opened(self, connection: WebSocketConnection) -> None:
        """A connection is open; sets its rules and its `on_message`."""

    def refuse_websocket(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to an upgrade that is not wanted; None where it is."""
        return None

    def websocket_closed(self, connection: WebSocketConnection) -> None:  # noqa: B027 - a hook
        """A connection has ended."""

    def tick(self) -> None:  # noqa: B027 - a hook
        """What is due by time; runs a hundred times a second."""

    def venue_fault(self, fault: Fault) -> Callable[[], None] | None:
        """Make a fault of the venue's own kinds happen; returns what undoes it."""
        return None

    def control_request(self, request: HttpRequest, value: Any) -> Any:
        """Answer a request of the control endpoint that is the venue's own.

        Raises:
            LookupError: there is no such request.
        """
        raise LookupError(request.target)

    async def __aenter__(self) -> Self:
        """Start: when this returns, the ports are open."""
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        port, control_port = self._ports
        self.port = await self._listen(self.server, port, tls=self.authority is not None)
        self.control_port = await self._listen(
            Server(self.control, self._control_faults), control_port, tls=False
        )
        self._tasks.start_soon(self._keep_time)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End all connections. Raises what our own code has raised meanwhile."""
        if self._tasks is not None:
            self._tasks.cancel_scope.cancel()
            # What the block itself has raised goes on as it is, not in a group.
            await self._tasks.__aexit__(None, None, None)
        with anyio.CancelScope(shield=True):
            for listener in self._listeners:
                await listener.aclose()
        if error is None and self.server.crashes:
            raise self.server.crashes[0]

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{'localhost' if self.authority is not None else self._host}:{self.port}"

    @property
    def control_url(self) -> str:
        """Where the control endpoint is."""
        return f"http://{self._host}:{self.control_port}"

    @property
    def is_tls(self) -> bool:
        """Whether clients must speak TLS."""
        return self.authority is not None

    def client_ssl_context(self) -> ssl.SSLContext | None:
        """What a client in this process trusts the emulator with; None without TLS."""
        if self.authority is None:
            return None
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def matching_connections(self, fault: Fault) -> list[WebSocketConnection]:
        """The connections that a fault is meant for, by path."""
        return [each for each in self.server.connections if fnmatchcase(each.path, fault.match)]

    async def _listen(self, server: Server, port: int, *, tls: bool) -> int:
        if self._tasks is None:
            raise RuntimeError("an emulator listens inside `async with` only")
        listener = await anyio.create_tcp_listener(local_host=self._host, local_port=port)
        self._listeners.append(listener)
        bound = int(listener.extra(SocketAttribute.local_port))  # noqa: S610 - no Django
        if tls and self.authority is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert("localhost", self._host).configure_cert(context)
            secure = TLSListener(listener, context, standard_compatible=False)
            self._tasks.start_soon(secure.serve, server.serve_connection)
        else:
            self._tasks.start_soon(listener.serve, server.serve_connection)
        return bound

    async def _keep_time(self) -> None:
        while True:
            self.faults.happen()
            self.tick()
            await anyio.sleep(_TICK_S)

    def _venue_fault(self, fault: Fault) -> Callable[[], None] | None:
        connections = self.matching_connections(fault)
        match fault.kind:
            case "clock":
                return self._set_clock(fault)
            case "evict":
                for each in connections:
                    each.close(fault.code or 1008, "disconnected")
            case "cut_connections":
                for each in connections:
                    each.abort(reset=True)
            case "hang":
                return _all_of([each.hang(fault) for each in connections])
            case "half_open":
                return _all_of([each.stall() for each in connections])
            case _:
                return self.venue_fault(fault)
        return None

    def _set_clock(self, fault: Fault) -> Callable[[], None]:
        before = self.clock.offset_ns
        self.clock.offset_ns = round(fault.seconds * 1e9)

        def undo() -> None:
            self.clock.offset_ns = before

        return undo


def _all_of(actions: list[Callable[[], None]]) -> Callable[[], None]:
    def undo() -> None:
        for action in actions:
            action()

    return undo
