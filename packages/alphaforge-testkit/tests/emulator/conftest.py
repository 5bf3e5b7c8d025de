"""The smallest venue there can be: it answers what it was asked, and sends what a test wants."""

from collections.abc import AsyncIterator, Callable

import anyio
import anyio.lowlevel
import httpx
import pytest
from alphaforge_testkit.emulator import Emulator, Fault, HttpRequest, HttpResponse, WebSocketConnection
from alphaforge_testkit.emulator.websocket import WebSocketRules


class Echo(Emulator):
    """An emulator of nothing."""

    fault_kinds = {"strike": ("venue", "the venue goes on strike")}  # noqa: RUF012

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.processed: list[str] = []
        self.rules = WebSocketRules()
        self.open: list[WebSocketConnection] = []
        self.messages: list[bytes] = []
        self.is_on_strike = False

    @staticmethod
    async def until(condition: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        with anyio.fail_after(10):
            while not condition():
                await anyio.lowlevel.checkpoint()

    def http(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/crash":
            raise ZeroDivisionError("a bug of ours")
        self.processed.append(request.target)
        return HttpResponse.json({"target": request.target, "body": request.body.decode()})

    def fault_response(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        return HttpResponse.json({"code": fault.code}, fault.status)

    def websocket_opened(self, connection: WebSocketConnection) -> None:
        connection.rules = self.rules
        connection.on_message = self.messages.append
        self.open.append(connection)

    def venue_fault(self, fault: Fault) -> Callable[[], None]:
        self.is_on_strike = True

        def undo() -> None:
            self.is_on_strike = False

        return undo


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def echo(anyio_backend) -> AsyncIterator[Echo]:
    async with Echo(seed=7) as emulator:
        yield emulator


@pytest.fixture
async def client(echo) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{echo.address}") as http:
        yield http
