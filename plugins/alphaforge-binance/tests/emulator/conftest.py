"""The emulator in the loop of a test, and a client that signs for itself."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from urllib.parse import quote, urlencode

import anyio
import anyio.lowlevel
import httpx
import pytest
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from websockets.asyncio.client import connect

LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}


def signature(keys, kind: str, payload: str) -> str:
    """What Binance's documentation says a signature is."""
    if kind == "hmac":
        return hmac.new(keys.hmac_secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    pem = keys.rsa_pem if kind == "rsa" else keys.ed25519_pem
    private = serialization.load_pem_private_key(pem.encode(), None)
    if kind == "rsa":
        raw = private.sign(payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        raw = private.sign(payload.encode())
    return base64.b64encode(raw).decode()


class Session:
    """A connection to the WebSocket API."""

    def __init__(self, trader: "Trader", socket) -> None:
        self._trader = trader
        self._asked = 0
        self.socket = socket
        self.events: list[dict] = []

    async def ask(self, method: str, **params) -> dict:
        """Ask, and return the answer; events on the way are kept."""
        self._asked += 1
        request = {"id": self._asked, "method": method, "params": params}
        await self.socket.send(json.dumps(request))
        with anyio.fail_after(10):
            while (message := json.loads(await self.socket.recv())).get("id") != self._asked:
                self.events.append(message["event"])
        return message

    async def signed(self, method: str, kind: str = "ed25519", **params) -> dict:
        """Ask with a signature of its own."""
        keys = self._trader.keys
        params |= {"apiKey": getattr(keys, f"{kind}_key"), "timestamp": self._trader.now()}
        payload = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
        return await self.ask(method, **params, signature=signature(keys, kind, payload))

    async def do(self, method: str, **params) -> dict:
        """Ask within the session, and return the result."""
        answer = await self.ask(method, **params, timestamp=self._trader.now())
        assert answer["status"] == 200, answer
        return answer["result"]

    async def event(self, name: str, **fields) -> dict:
        """Wait for an event with these fields, and return it; those before it are dropped."""
        with anyio.fail_after(10):
            while True:
                while self.events:
                    event = self.events.pop(0)
                    if event["e"] == name and fields.items() <= event.items():
                        return event
                self.events.append(json.loads(await self.socket.recv())["event"])


class Trader:
    """A client of one account."""

    def __init__(self, exchange: BinanceEmulator, http: httpx.AsyncClient, account: str) -> None:
        self.exchange = exchange
        self.keys = exchange.keys[account]
        self.http = http
        self.others: Callable[..., int]
        """See the fixture of this name."""

    def now(self) -> int:
        """The venue's time, ms."""
        return self.exchange.clock.now_ms()

    async def ask(self, target: str, kind: str = "hmac", **params) -> httpx.Response:
        """A signed request; all parameters are in the query."""
        method, path = target.split()
        query = urlencode({"timestamp": self.now(), **params})
        signed = f"{query}&signature={quote(signature(self.keys, kind, query), safe='')}"
        headers = {"X-MBX-APIKEY": getattr(self.keys, f"{kind}_key")}
        return await self.http.request(method, f"/api/v3{path}?{signed}", headers=headers)

    async def do(self, target: str, **params):
        """A signed request that succeeds."""
        answer = await self.ask(target, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, target: str, **params) -> tuple[int, str]:
        """Code and text of a signed request that is refused."""
        answer = await self.ask(target, **params)
        assert answer.status_code >= 400, answer.text
        body = answer.json()
        return body["code"], body["msg"]

    async def place(self, **params):
        """Place an order; it is a limit order to buy unless told otherwise."""
        return await self.do("POST /order", **{**LIMIT, **params})

    @asynccontextmanager
    async def session(self, *, logon: bool = True, query: str = "") -> AsyncIterator[Session]:
        """A connection to the WebSocket API, logged on and subscribed to user data."""
        async with connect(f"{self.exchange.ws_api_url}{query}") as socket:
            session = Session(self, socket)
            if logon:
                assert (await session.signed("session.logon"))["status"] == 200
                assert (await session.ask("userDataStream.subscribe"))["result"] == {"subscriptionId": 0}
            yield session

    def held(self, asset: str) -> tuple[Decimal, Decimal]:
        """Free and locked, as the ledger has it."""
        name = next(name for name, keys in self.exchange.keys.items() if keys is self.keys)
        free, locked = self.exchange.ledger(name)[asset]
        return Decimal(free), Decimal(locked)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings() -> BinanceSettings:
    """Markets without traders: a test makes its own."""
    return BinanceSettings(traders=False)


@pytest.fixture
async def exchange(anyio_backend, settings) -> AsyncIterator[BinanceEmulator]:
    async with BinanceEmulator(settings) as emulator:
        yield emulator


@pytest.fixture
async def http(exchange) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=exchange.url) as client:
        yield client


@pytest.fixture
def trader(exchange, http, others) -> Trader:
    trader = Trader(exchange, http, "main")
    trader.others = others
    return trader


@pytest.fixture
def second(exchange, http) -> Trader:
    """Another account."""
    return Trader(exchange, http, "second")


@pytest.fixture
def others(exchange) -> Callable[..., int]:
    """`others("SELL", "0.5", "60000")` rests an order of others; without a price it trades at once."""

    def trade(side: str, quantity: str, price: str | None = None, symbol: str = "BTCUSDT") -> int:
        exchange.exchange.now_ns = exchange.clock.now_ns()
        return exchange.exchange.trade_as_market(
            exchange.exchange.market(symbol),
            side,
            Decimal(quantity),
            None if price is None else Decimal(price),
            immediate=price is None,
        )

    return trade
