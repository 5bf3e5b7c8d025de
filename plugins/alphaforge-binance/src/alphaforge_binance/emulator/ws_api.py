"""The WebSocket API: the same operations as REST, sessions, and subscriptions to user data.

Source: binance-spot-api-docs, web-socket-api.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from alphaforge_testkit.emulator import Fault, WebSocketConnection
from alphaforge_testkit.emulator.clock import EmulatorClock
from alphaforge_testkit.emulator.faults import Faults

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.auth import ApiKey, websocket_payload
from alphaforge_binance.emulator.call import Call, Venue
from alphaforge_binance.emulator.errors import ApiError
from alphaforge_binance.emulator.fault_kinds import fault_error
from alphaforge_binance.emulator.gate import Gate, check_time
from alphaforge_binance.emulator.operations import BY_WEBSOCKET, Operation
from alphaforge_binance.emulator.params import Params, as_text
from alphaforge_binance.emulator.rest import MICROSECOND_NS, MILLISECOND_NS
from alphaforge_binance.emulator.user_data import Subscription, UserData, is_plain_id, send_event
from alphaforge_binance.emulator.user_events import stream_terminated

_MOST_SUBSCRIPTIONS = 65_535
_OPENING_WEIGHT = 2
_OWN_WEIGHT = 2


@dataclass(slots=True)
class _Asked:
    """A request."""

    now_ns: int
    method: str = ""
    request_id: Any = None
    operation: Operation | None = None


def _fields(sent: Any) -> dict[str, str]:
    """The parameters as texts."""
    if not isinstance(sent, dict):
        raise ApiError(-1135, "Invalid JSON Request")
    return {name: as_text(value) for name, value in sent.items() if value is not None}


def _known(asked: _Asked) -> Operation:
    if asked.operation is None:
        raise ApiError(-1020, f"Unknown method '{asked.method}'.")
    return asked.operation


class ApiSession:
    """One connection to the WebSocket API."""

    def __init__(self, api: "WebSocketApi", connection: WebSocketConnection) -> None:
        self.connection = connection
        self.opened_ns = api.clock.now_ns()
        self._api = api
        self._returns_limits = connection.query.get("returnRateLimits", "true").lower() != "false"
        is_micro = connection.query.get("timeUnit", "").upper() == "MICROSECOND"
        self._unit_ns = MICROSECOND_NS if is_micro else MILLISECOND_NS
        self._authorized: tuple[Account, ApiKey, int] | None = None
        self._subscriptions: dict[int, Subscription] = {}
        self._next_subscription = 0
        self._own_methods: dict[str, Callable[[Params, Mapping[str, str]], Any]] = {
            "session.logon": self._logon,
            "session.status": self._status,
            "session.logout": self._logout,
            "session.subscriptions": self._list_subscriptions,
            "userDataStream.subscribe": self._subscribe,
            "userDataStream.subscribe.signature": self._subscribe_signed,
            "userDataStream.unsubscribe": self._unsubscribe,
        }
        connection.on_message = self._receive
        api.sessions.add(self)
        api.venue.limits.charge(connection.peer, _OPENING_WEIGHT, self.opened_ns)

    def closed(self) -> None:
        """The connection has ended, and with it what it was subscribed to."""
        self._api.sessions.discard(self)
        for subscription in self._subscriptions.values():
            self._api.user_data.remove(subscription)
        self._subscriptions.clear()

    def revoked(self) -> None:
        """The key is not valid any more."""
        if self._authorized is not None:
            self._authorized = None
            error = ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
            self._refuse(_Asked(now_ns=self._api.clock.now_ns(), method="revoked"), error)

    def _receive(self, message: bytes) -> None:
        asked = _Asked(now_ns=self._api.clock.now_ns())
        self._api.venue.exchange.now_ns = asked.now_ns
        try:
            request = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            request = None
        if not isinstance(request, dict) or not is_plain_id(request.get("id")):
            self._refuse(asked, ApiError(-1135, "Invalid JSON Request"))
            return
        asked.request_id, asked.method = request.get("id"), str(request.get("method", ""))
        asked.operation = BY_WEBSOCKET.get(asked.method) if asked.method else None
        self._api.answered[asked.method] = self._api.answered.get(asked.method, 0) + 1
        fault = self._api.faults.first("request", asked.method)
        if fault is not None and fault.kind == "reset":
            self.connection.abort(reset=True)
        elif fault is not None and fault.kind == "error":
            self._refuse(asked, fault_error(fault))
        else:
            status, body = self._process(asked, request.get("params") or {})
            self._answer(asked, fault, status, body)

    def _answer(self, asked: _Asked, fault: Fault | None, status: int, body: Any) -> None:
        """Send an answer, or what a fault makes of it."""
        if fault is None:
            self._reply(asked, status, body)
        elif fault.kind == "reset_but_accepted":
            self.connection.abort(reset=True)
        elif fault.kind == "error_but_accepted":
            self._refuse(asked, fault_error(fault))
        elif fault.kind == "answer_delayed":
            self.connection.later(fault.seconds, lambda: self._reply(asked, status, body))

    def _process(self, asked: _Asked, sent: Any) -> tuple[int, Any]:
        limits = self._api.venue.limits
        try:
            limits.admit(self.connection.peer, asked.now_ns)
            weight = 1
            try:
                fields = _fields(sent)
                params = Params(fields)
                own = self._own_methods.get(asked.method)
                if own is not None:
                    weight = _OWN_WEIGHT
                    return HTTPStatus.OK, own(params, fields)
                operation = _known(asked)
                weight = operation.weight_of(params)
                value = self._run(operation, params, fields, asked.now_ns)
                weight = 0 if operation.is_free_on_success else weight
            finally:
                limits.charge(self.connection.peer, weight, asked.now_ns)
        except ApiError as error:
            return error.status, error.body()
        return HTTPStatus.OK, value

    def _run(self, operation: Operation, params: Params, fields: Mapping[str, str], now_ns: int) -> Any:
        caller = None
        params.raw("returnRateLimits")
        if operation.security != "none":
            caller, _ = self._authenticate(params, fields, operation.security == "trade")
        return operation.run(Call(self._api.venue, params, now_ns, self._unit_ns, caller))

    def _authenticate(
        self,
        params: Params,
        fields: Mapping[str, str],
        trades: bool,  # noqa: FBT001
    ) -> tuple[Account, ApiKey]:
        """The caller: by the signature of the request, or else by the session."""
        gate, now_ns = self._api.gate, self._api.clock.now_ns()
        if self._authorized is not None and "signature" not in fields:
            params.raw("apiKey")
            account, key, _ = self._authorized
            gate.owner(key.key, "trade" if trades else "read")
        else:
            account, key = gate.owner(params.required("apiKey"), "trade" if trades else "read")
            gate.check_signature(key, websocket_payload(dict(fields)), params)
        check_time(params, now_ns)
        return account, key

    def _refuse(self, asked: _Asked, error: ApiError) -> None:
        self._reply(asked, error.status, error.body())

    def _reply(self, asked: _Asked, status: int, body: Any) -> None:
        reply: dict[str, Any] = {"id": asked.request_id, "status": status}
        reply["result" if status == HTTPStatus.OK else "error"] = body
        if self._returns_limits:
            reply["rateLimits"] = self._shown_limits(asked)
        self.connection.send(f"reply/{asked.method}", msgspec.json.encode(reply))

    def _shown_limits(self, asked: _Asked) -> list[dict[str, Any]]:
        limits = self._api.venue.limits
        shown = [limits.shown_weight(self.connection.peer, asked.now_ns)]
        is_trade = asked.operation is not None and asked.operation.security == "trade"
        if is_trade and self._authorized is not None:
            shown = limits.shown_orders(self._authorized[0].number, asked.now_ns) + shown
        return shown

    def _logon(self, params: Params, fields: Mapping[str, str]) -> Any:
        """`session.logon`, with Ed25519 keys only."""
        account, key = self._api.gate.owner(params.required("apiKey"), "read")
        if key.kind != "ed25519":
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        self._api.gate.check_signature(key, websocket_payload(dict(fields)), params)
        now_ns = self._api.clock.now_ns()
        check_time(params, now_ns)
        self._authorized = (account, key, now_ns)
        return self._session()

    def _status(self, _params: Params, _fields: Mapping[str, str]) -> Any:
        """`session.status`."""
        return self._session()

    def _logout(self, _params: Params, _fields: Mapping[str, str]) -> Any:
        """`session.logout`: subscriptions of the session end."""
        self._authorized = None
        for number in list(self._subscriptions):
            self._end(number)
        return self._session()

    def _session(self) -> dict[str, Any]:
        authorized = self._authorized
        return {
            "apiKey": authorized[1].key if authorized else None,
            "authorizedSince": authorized[2] // self._unit_ns if authorized else None,
            "connectedSince": self.opened_ns // self._unit_ns,
            "returnRateLimits": self._returns_limits,
            "serverTime": self._time(self._api.clock.now_ns()),
            "userDataStream": bool(self._subscriptions),
        }

    def _subscribe(self, _params: Params, _fields: Mapping[str, str]) -> Any:
        """`userDataStream.subscribe`."""
        if self._authorized is None:
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        return self._begin(self._authorized[0])

    def _subscribe_signed(self, params: Params, fields: Mapping[str, str]) -> Any:
        """`userDataStream.subscribe.signature`, with keys of any kind."""
        account, _ = self._authenticate(params, fields, trades=False)
        return self._begin(account)

    def _begin(self, account: Account) -> Any:
        if any(each.account == account.number for each in self._subscriptions.values()):
            raise ApiError(-2035, "User Data Stream subscription already active.")
        if self._next_subscription >= _MOST_SUBSCRIPTIONS:
            raise ApiError(-2042, "Maximum subscription ID reached for this connection.")
        number = self._next_subscription
        self._next_subscription += 1
        subscription = Subscription(number, account.number, self.connection, self._time)
        self._subscriptions[number] = subscription
        self._api.user_data.add(subscription)
        return {"subscriptionId": number}

    def _unsubscribe(self, params: Params, _fields: Mapping[str, str]) -> Any:
        """`userDataStream.unsubscribe`, from one or from all."""
        number = params.integer("subscriptionId")
        if number is not None and number not in self._subscriptions:
            raise ApiError(-2036, "User Data Stream subscription not active.")
        for each in [number] if number is not None else list(self._subscriptions):
            self._end(each)
        return {}

    def _end(self, number: int) -> None:
        subscription = self._subscriptions.pop(number)
        self._api.user_data.remove(subscription)
        event = stream_terminated(now_ns=self._api.clock.now_ns(), time=self._time)
        send_event(subscription, "eventStreamTerminated", event)

    def _list_subscriptions(self, _params: Params, _fields: Mapping[str, str]) -> Any:
        """`session.subscriptions`."""
        return [{"subscriptionId": number} for number in self._subscriptions]

    def _time(self, nanos: int) -> int:
        return nanos // self._unit_ns


class WebSocketApi:
    """What all sessions share."""

    def __init__(
        self, venue: Venue, gate: Gate, user_data: UserData, faults: Faults, clock: EmulatorClock
    ) -> None:
        self.venue = venue
        self.gate = gate
        self.user_data = user_data
        self.faults = faults
        self.clock = clock
        self.sessions: set[ApiSession] = set()
        self.answered: dict[str, int] = {}
        """How many requests of each method came."""

    def revoke_keys(self) -> Callable[[], None]:
        """Let no key be valid; sessions are told. Returns what ends that."""
        self.gate.is_revoked = True
        for session in self.sessions:
            session.revoked()

        def restore() -> None:
            self.gate.is_revoked = False

        return restore
