"""Orders and the account of Binance Spot, over the WebSocket API and over REST.

A session begins with `session.logon` (Ed25519 keys only: afterwards requests go out unsigned) and
`userDataStream.subscribe.signature`, which needs no logon: neither has to wait for the other's answer. With
an HMAC or RSA key there is no logon, and each request is signed. Listen keys are gone since 2026-02.

Source: binance-spot-api-docs, web-socket-api.md and rest-api.md; weights are REST's.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec
from alphaforge.model.instrument import InstrumentTable
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpMethod, HttpRequest, HttpResponse
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_actions import (
    Action,
    Cancel,
    FindOrder,
    ListFills,
    ListOpenOrders,
    OrderAction,
    Place,
    ReadKeyRights,
)
from alphaforge.sansio.venue_events import (
    Answer,
    Fault,
    RenewalAdvised,
    Result,
    SessionLost,
    SessionReady,
    TradingEvent,
)
from alphaforge.sansio.websocket_plan import WebSocketPlan

from alphaforge_binance.answers import read_reply, read_response
from alphaforge_binance.auth import Credentials
from alphaforge_binance.endpoints import LIFETIME_S, PING_INTERVAL_S
from alphaforge_binance.errors import ErrorBody
from alphaforge_binance.fields import decoded, nanoseconds
from alphaforge_binance.messages import VENUE
from alphaforge_binance.order_messages import (
    AccountPosition,
    Event,
    EventStreamTerminated,
    ExecutionReport,
    Frame,
    RetryAfter,
    ServerShutdown,
)
from alphaforge_binance.order_params import amend_params, cancel_params, place_params, replace_params
from alphaforge_binance.reports import changed_account, execution_events
from alphaforge_binance.settings import BinanceSettings

_FRAME = msgspec.json.Decoder(Frame)
_RETRY_AFTER = msgspec.json.Decoder(RetryAfter)
_OK = 200
_MS = 1_000_000
_QUERY_WITHIN_S = 5.0

ANSWER_WITHIN_S = 2.0
"""An order or cancel without an answer after this is in doubt; Binance answers in milliseconds."""

_Params: TypeAlias = Mapping[str, str | int]


class BinanceTradingCodec:
    """See `TradingCodec`. Its only state is which answers an opened session still waits for."""

    def __init__(
        self, table: InstrumentTable, settings: BinanceSettings, credentials: Credentials, websocket_api: str
    ) -> None:
        quotes = {i.symbol: i.quote for i in table.instruments if i.venue == VENUE}
        self._quote_of = quotes.get
        self._settings = settings
        self._credentials = credentials
        self._url = f"{websocket_api}?timeUnit=MICROSECOND&returnRateLimits=false"
        self._sessions = 0
        self._awaited: dict[str, str] = {}
        """The method by the id of its request."""

    def plan(self) -> WebSocketPlan:
        """The WebSocket API. Reports can be hours apart, so that only pings tell that it lives."""
        return WebSocketPlan(
            name="trading",
            url=self._url,
            idle_after_s=None,
            ping_interval_s=PING_INTERVAL_S,
            max_lifetime_s=LIFETIME_S,
        )

    def opening(self, now_ns: int) -> Sequence[bytes]:
        """Logon, where the key can, and the subscription to reports."""
        methods = ["userDataStream.subscribe.signature"]
        if self._credentials.can_log_on:
            methods.insert(0, "session.logon")
        self._sessions += 1
        self._awaited = {f"session-{self._sessions}-{number}": name for number, name in enumerate(methods)}
        timing = self._timing(now_ns)
        return [
            _message(request_id, method, self._credentials.signed_params(timing))
            for request_id, method in self._awaited.items()
        ]

    def receive(self, data: bytes, now_ns: int) -> Sequence[TradingEvent]:
        """See `TradingCodec.receive`."""
        try:
            frame = decoded(_FRAME, data)
            if frame.event is not None:
                return self._on_event(frame.event)
        except FrameError as error:
            return [Fault(str(error))]
        if frame.status is None:
            return [Fault(f"a frame that is neither an event nor a reply: {data[:160]!r}")]
        return self._on_reply(frame, frame.status, now_ns)

    def message(self, action: OrderAction, request_id: str, now_ns: int) -> bytes | None:
        """See `TradingCodec.message`."""
        if self._settings.orders_over == "http":
            return None
        method, params = self._websocket_request(action)
        timed: dict[str, str | int] = {**params, **self._timing(now_ns)}
        if not self._credentials.can_log_on:
            timed = self._credentials.signed_params(timed)
        return _message(request_id, method, timed)

    def request(self, action: Action, now_ns: int) -> HttpRequest:
        """See `TradingCodec.request`. Nothing that is signed is repeated: its timestamp gets stale."""
        method, path, params, weight = self._rest_request(action)
        is_order_action = isinstance(action, OrderAction)
        priority = Priority.ORDER if is_order_action else Priority.QUERY
        return HttpRequest(
            method=method,
            path=path if path.startswith("/") else f"/api/v3/{path}",
            query=self._credentials.signed_query({**params, **self._timing(now_ns)}),
            headers=(("X-MBX-APIKEY", self._credentials.api_key), ("X-MBX-TIME-UNIT", "MICROSECOND")),
            weight=weight,
            priority=Priority.CANCEL if isinstance(action, Cancel) else priority,
            deadline_s=ANSWER_WITHIN_S if is_order_action else _QUERY_WITHIN_S,
        )

    def read(self, action: Action, response: HttpResponse) -> Result:
        """See `TradingCodec.read`."""
        retry_after_s = _seconds(response.headers.get("retry-after"))
        return read_response(action, response.status, response.body, retry_after_s, self._quote_of)

    def _on_event(self, event: Event) -> Sequence[TradingEvent]:
        if isinstance(event, ExecutionReport):
            return execution_events(event, self._quote_of)
        if isinstance(event, AccountPosition):
            return [changed_account(event)]
        if isinstance(event, EventStreamTerminated):
            return [SessionLost("Binance has ended the stream of reports")]
        if isinstance(event, ServerShutdown):
            return [RenewalAdvised("the server is about to shut down")]
        return []

    def _on_reply(self, frame: Frame, status: int, now_ns: int) -> Sequence[TradingEvent]:
        if frame.id is None:
            # The key was revoked or has lost its rights, or a frame of ours could not be read at all.
            text = f"Binance refuses the session: {_described(status, frame.error)}"
            return [SessionLost(text, _retry_after_s(frame.error, now_ns))]
        request_id = str(frame.id)
        method = self._awaited.pop(request_id, None)
        if method is None:
            retry_after_s = _retry_after_s(frame.error, now_ns)
            result = read_reply(status, bytes(frame.result), frame.error, retry_after_s, self._quote_of)
            return [Answer(request_id, result)]
        if status != _OK:
            text = f"{method} was refused: {_described(status, frame.error)}"
            return [SessionLost(text, _retry_after_s(frame.error, now_ns))]
        return [] if self._awaited else [SessionReady()]

    def _websocket_request(self, action: OrderAction) -> tuple[str, dict[str, str]]:
        if isinstance(action, Place):
            return "order.place", place_params(action, self._settings.self_trade_prevention)
        if isinstance(action, Cancel):
            return "order.cancel", cancel_params(action)
        if action.shrunk_to is not None:
            return "order.amend.keepPriority", amend_params(action, action.shrunk_to)
        return "order.cancelReplace", replace_params(action, self._settings.self_trade_prevention)

    def _rest_request(self, action: Action) -> tuple[HttpMethod, str, _Params, int]:
        """Method, path, parameters and weight."""
        if isinstance(action, OrderAction):
            method, params = self._websocket_request(action)
            return (*_ORDER_ROUTES[method][:2], params, _ORDER_ROUTES[method][2])
        if isinstance(action, FindOrder):
            by_name = {"origClientOrderId": action.name}
            named = by_name if action.venue_order_id is None else {"orderId": action.venue_order_id}
            return "GET", "order", {"symbol": action.instrument.symbol, **named}, 4
        if isinstance(action, ListOpenOrders):
            return "GET", "openOrders", {}, 80
        if isinstance(action, ListFills):
            params = {"symbol": action.instrument.symbol, "orderId": action.venue_order_id, "limit": "1000"}
            return "GET", "myTrades", params, 5
        if isinstance(action, ReadKeyRights):
            return "GET", "/sapi/v1/account/apiRestrictions", {}, 1
        return "GET", "account", {"omitZeroBalances": "true"}, 20

    def _timing(self, now_ns: int) -> dict[str, int]:
        return {"recvWindow": self._settings.recv_window_ms, "timestamp": now_ns // _MS}


_ORDER_ROUTES: Mapping[str, tuple[HttpMethod, str, int]] = {
    "order.place": ("POST", "order", 1),
    "order.cancel": ("DELETE", "order", 1),
    "order.cancelReplace": ("POST", "order/cancelReplace", 1),
    "order.amend.keepPriority": ("PUT", "order/amend/keepPriority", 4),
}


def _message(request_id: str, method: str, params: _Params) -> bytes:
    return msgspec.json.encode({"id": request_id, "method": method, "params": params})


def _described(status: int, error: ErrorBody | None) -> str:
    return f"status {status}" if error is None else f"{error.code} {error.msg}"


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _retry_after_s(error: ErrorBody | None, now_ns: int) -> float | None:
    if error is None or not error.data:
        return None
    try:
        until_ns = nanoseconds(decoded(_RETRY_AFTER, bytes(error.data)).retry_after)
    except FrameError:
        return None
    return max(0.0, (until_ns - now_ns) / 1e9)
