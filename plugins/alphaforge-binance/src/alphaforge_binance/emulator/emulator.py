"""The emulator of Binance Spot, put together."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from alphaforge_testkit.emulator import Emulator, Fault, HttpRequest, HttpResponse, WebSocketConnection
from alphaforge_testkit.emulator.websocket import WebSocketRules

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.call import Venue
from alphaforge_binance.emulator.configuration import node_sections
from alphaforge_binance.emulator.control import ControlRequests
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.fault_kinds import FAULT_KINDS, fault_error
from alphaforge_binance.emulator.gate import Gate
from alphaforge_binance.emulator.limits import RateLimits
from alphaforge_binance.emulator.order_lists import OrderList, OrderLists
from alphaforge_binance.emulator.publisher import Publisher
from alphaforge_binance.emulator.recorded_market import RecordedMarket, Recording
from alphaforge_binance.emulator.rest import Rest
from alphaforge_binance.emulator.settings import BinanceSettings, ReadyKeys, make_account
from alphaforge_binance.emulator.streams import StreamClient, Streams, wrapped
from alphaforge_binance.emulator.symbols import make_symbol
from alphaforge_binance.emulator.traders import SimulatedTraders
from alphaforge_binance.emulator.user_data import UserData
from alphaforge_binance.emulator.user_events import balance_update
from alphaforge_binance.emulator.ws_api import ApiSession, WebSocketApi

_SECOND_NS = 1_000_000_000


class BinanceEmulator(Emulator):
    """Binance Spot on a port of this machine.

    `async with BinanceEmulator() as exchange:` runs it in the loop of a test: `exchange.url` is the base of
    REST, `exchange.ws_url` that of the streams, `exchange.ws_api_url` the WebSocket API, and
    `exchange.keys["main"]` holds keys to trade with.
    """

    fault_kinds: ClassVar = FAULT_KINDS

    def __init__(self, settings: BinanceSettings | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.settings = settings or BinanceSettings()
        made = [make_account(number, ready) for number, ready in enumerate(self.settings.accounts)]
        accounts = [account for account, _ in made]
        self.keys: dict[str, ReadyKeys] = {account.name: keys for account, keys in made}
        recording = Recording(self.settings.recording) if self.settings.recording is not None else None
        symbols = map(make_symbol, self.settings.symbols) if recording is None else [recording.symbol]
        self.exchange = Exchange(symbols, accounts)
        self.exchange.now_ns = self.clock.now_ns()
        for account, ready in zip(accounts, self.settings.accounts, strict=True):
            for asset, amount in ready.balances.items():
                self.exchange.deposit(account, asset, amount)
        self.limits = RateLimits(self.settings.limits)
        self.user_data = UserData()
        self.streams = Streams(self.settings.limits.streams_per_connection)
        self.exchange.watcher = Publisher(self.exchange, self.streams, self.user_data)
        self._publisher = self.exchange.watcher
        lists = OrderLists(self.exchange, self._list_changed)
        self.venue = Venue(self.exchange, lists, self.limits)
        gate = Gate(accounts)
        self.rest = Rest(self.venue, gate)
        self.ws_api = WebSocketApi(self.venue, gate, self.user_data, self.faults, self.clock)
        self._sessions: dict[WebSocketConnection, ApiSession | StreamClient] = {}
        self._is_down = False
        self.traders: Sequence[SimulatedTraders | RecordedMarket] = []
        """The rest of the market."""
        if recording is not None:
            self._publisher.recorded = recording.streams
            speed = self.settings.recording_speed
            self.traders = [RecordedMarket(self.exchange, self.streams, recording, speed=speed)]
        elif self.settings.traders:
            self.traders = [
                SimulatedTraders(self.exchange, market, seed=self.seed, steps_per_s=self.settings.steps_per_s)
                for market in self.exchange.markets.values()
            ]
        self._control_requests = ControlRequests(self)

    @property
    def url(self) -> str:
        """The base of REST, without `/api/v3`."""
        return f"http{'s' if self.is_tls else ''}://{self.address}"

    @property
    def ws_url(self) -> str:
        """The base of the streams, to which `/ws/...` or `/stream` is added."""
        return f"ws{'s' if self.is_tls else ''}://{self.address}"

    @property
    def ws_api_url(self) -> str:
        """The WebSocket API."""
        return f"{self.ws_url}/ws-api/v3"

    def ledger(self, account: str = "main") -> dict[str, tuple[str, str]]:
        """Free and locked of every asset of an account, exact."""
        holdings = self.exchange.ledger.holdings(self.account(account).number)
        return {asset: (str(each.free), str(each.locked)) for asset, each in holdings.items()}

    def facts(self) -> dict[str, str]:
        """Where it is, and the keys of its first account."""
        name, keys = next(iter(self.keys.items()))
        return {
            "rest": self.url,
            "streams": self.ws_url,
            "websocket_api": self.ws_api_url,
            "control": self.control_url,
            "account": name,
            "hmac_key": keys.hmac_key,
            "hmac_secret": keys.hmac_secret,
            "ed25519_key": keys.ed25519_key,
            "ed25519_private_pem": keys.ed25519_pem,
        }

    def venue_section(self, directory: Path) -> Mapping[str, Any]:
        """See `RunningEmulator.venue_section`."""
        section: Mapping[str, Any] = node_sections(self, directory)["venues"]["binance"]
        return section

    def account(self, name: str) -> Account:
        """An account by its name.

        Raises:
            LookupError: there is none.
        """
        found = [account for account in self.exchange.accounts.values() if account.name == name]
        if not found:
            known = ", ".join(account.name for account in self.exchange.accounts.values())
            raise LookupError(f"account {name!r}; the accounts are {known}")
        return found[0]

    def http(self, request: HttpRequest) -> HttpResponse:
        """See `Emulator`."""
        if self._is_down:
            return HttpResponse.json({"code": -1008, "msg": "Service unavailable from maintenance."}, 503)
        self.exchange.now_ns = now_ns = self.clock.now_ns()
        return self.rest.answer(request, now_ns)

    def fault_response(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        """See `Emulator`."""
        error = fault_error(fault)
        return HttpResponse.json(error.body(), error.status)

    def refuse_websocket(self, request: HttpRequest) -> HttpResponse | None:
        """See `Emulator`."""
        if self.limits.connected(request.peer, self.clock.now_ns()):
            return None
        return HttpResponse.json({"code": -1034, "msg": "Too many connection attempts from IP."}, 429)

    def websocket_opened(self, connection: WebSocketConnection) -> None:
        """See `Emulator`."""
        is_api = connection.path.startswith("/ws-api")
        connection.rules = WebSocketRules(
            ping_interval_s=self.settings.ping_interval_s,
            pong_timeout_s=self.settings.pong_timeout_s,
            lifetime_s=self.settings.lifetime_s,
            messages_per_s=None if is_api else self.settings.limits.messages_per_s,
        )
        self._sessions[connection] = (
            ApiSession(self.ws_api, connection) if is_api else StreamClient(self.streams, connection)
        )

    def websocket_closed(self, connection: WebSocketConnection) -> None:
        """See `Emulator`."""
        self._sessions.pop(connection).closed()

    def tick(self) -> None:
        """See `Emulator`."""
        self.exchange.now_ns = now_ns = self.clock.now_ns()
        for traders in self.traders:
            traders.run_until(now_ns)
        self._publisher.tick(now_ns)

    def venue_fault(self, fault: Fault) -> Callable[[], None] | None:
        """See `Emulator`."""
        happen: dict[str, Callable[[Fault], Callable[[], None] | None]] = {
            "maintenance": partial(self._close_symbols, status="BREAK"),
            "halt": partial(self._close_symbols, status="HALT"),
            "not_found_yet": self._hide_new_orders,
            "empty_fills": lambda _: self._publisher.empty_fills(),
            "shutdown_notice": self._announce_shutdown,
            "use_up_weight": self._strike_addresses,
            "ban": self._strike_addresses,
            "revoke_keys": lambda _: self.ws_api.revoke_keys(),
        }
        return happen[fault.kind](fault)

    def control_request(self, request: HttpRequest, value: Any) -> Any:
        """See `Emulator`."""
        self.exchange.now_ns = self.clock.now_ns()
        return self._control_requests.answer(request, value)

    def deposit(self, account: Account, asset: str, amount: Decimal) -> None:
        """Bring an asset into an account, or out of it where the amount is negative."""
        self.exchange.now_ns = now_ns = self.clock.now_ns()
        self.exchange.deposit(account, asset, amount)
        self.user_data.send(
            account.number,
            "balanceUpdate",
            lambda time: balance_update(asset, amount, now_ns=now_ns, time=time),
        )

    def _hide_new_orders(self, fault: Fault) -> Callable[[], None]:
        self.exchange.hidden_for_ns = round(fault.seconds * _SECOND_NS)

        def show_again() -> None:
            self.exchange.hidden_for_ns = 0

        return show_again

    def _strike_addresses(self, fault: Fault) -> None:
        """Use up the weight of all addresses, or ban them."""
        now_ns = self.clock.now_ns()
        for peer in self.limits.addresses() | {self._host}:
            if fault.kind == "ban":
                self.limits.ban(peer, fault.seconds, now_ns)
            else:
                self.limits.exhaust(peer, now_ns)

    def _close_symbols(self, fault: Fault, status: str) -> Callable[[], None]:
        names = fault.symbols or tuple(self.exchange.markets)
        symbols = [self.exchange.market(name).symbol for name in names]
        before = [symbol.status for symbol in symbols]
        self._is_down = fault.kind == "maintenance"
        for symbol in symbols:
            symbol.status = status

        def undo() -> None:
            self._is_down = False
            for symbol, was in zip(symbols, before, strict=True):
                symbol.status = was

        return undo

    def _announce_shutdown(self, fault: Fault) -> None:
        data = msgspec.json.encode({"e": "serverShutdown", "E": self.clock.now_ms()})
        for connection in self.matching_connections(fault):
            session = self._sessions.get(connection)
            if isinstance(session, StreamClient):
                payload = wrapped("!serverShutdown", data) if session.is_combined else data
            else:
                payload = b'{"event":%s}' % data
            connection.send("serverShutdown", payload)
            connection.later(fault.seconds, connection.close)

    def _list_changed(self, pair: OrderList) -> None:
        now_ns = self.exchange.now_ns
        self.user_data.send(pair.account, "listStatus", lambda time: pair.event(now_ns, time))
