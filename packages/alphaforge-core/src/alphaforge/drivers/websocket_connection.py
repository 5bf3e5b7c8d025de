"""One WebSocket connection: bytes in, messages to the handler, bytes out, in one chain of plain calls."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

import anyio
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket_reasons import reason_of, refusal_of
from alphaforge.sansio.close_reason import CloseKind, CloseReason
from alphaforge.sansio.errors import NotSentError
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.rate_limit import RateWindow, WeightBudget
from alphaforge.sansio.websocket_plan import WebSocketPlan

log = logging.getLogger("alphaforge.drivers.websocket")

_CLOSE_TIMEOUT_S = 1.0
_NORMAL_CLOSURE = 1000
_PROBE = b"probe"
# At DEBUG websockets logs headers and frames, where keys and signatures are. This logger has no hierarchy
# that could give it another level.
_MUTE = logging.Logger("mute", logging.CRITICAL + 1)  # noqa: LOG001


class WebSocketHandler(Protocol):
    """What is told of a connection. All calls are synchronous, in the event loop, and must not block it.

    A handler that raises ends its connection, and `run_connection` raises the error.
    """

    def on_open(self, connection: "WebSocketConnection") -> None:
        """The connection is open. Subscribe, and call `connection.ready()` once it does the work."""
        ...

    def on_messages(self, connection: "WebSocketConnection", messages: list[bytes], ts_recv_ns: int) -> None:
        """All messages that one read of the socket has completed, at `ts_recv_ns` since the epoch."""
        ...

    def on_not_sent(self, connection: "WebSocketConnection", data: bytes) -> None:
        """A text that `send_text` took never left: too old, or the connection has ended. The same object."""
        ...

    def on_close(self, connection: "WebSocketConnection", reason: CloseReason) -> None:
        """The connection, which was open, has ended."""
        ...


class WebSocketConnection(asyncio.Protocol):
    """A connection by its plan. Handlers use `send_text`, `ready`, `renew` and `close`.

    It sits on asyncio's transport, and not on a stream, since a stream wakes a task for each read: here the
    read calls the handler, and a sent text is handed to the kernel before `send_text` returns.
    """

    def __init__(self, plan: WebSocketPlan, handler: WebSocketHandler, clock: Clock) -> None:
        self.plan = plan
        self.is_ready = False
        self.reason: CloseReason | None = None
        """Why it has ended, or is about to."""
        self.changed = anyio.Event()
        """Set, and replaced, when it opens, gets ready, is to be renewed, or ends."""
        self.renewal: str | None = None
        """Why it is to be replaced; None as long as it is not."""
        self.has_opened = False
        self.has_ended = False
        self.errors: list[Exception] = []
        self.last_received_ns = 0
        """When anything has come last, pings and pongs too; 0 before that."""
        self._handler = handler
        self._clock = clock
        extensions = [ClientPerMessageDeflateFactory(compress_settings={"memLevel": 5})]
        most = plan.max_message_bytes
        self._websocket = ClientProtocol(
            parse_uri(plan.url),
            extensions=extensions if plan.compression else None,
            max_size=(most, most),
            logger=_MUTE,
        )
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._fragments: list[bytes] = []
        self._last_message_s = 0.0
        self._probed_ns = 0
        self._ping: bytes | None = None
        self._queue: deque[tuple[float, bytes]] = deque()
        self._queued_bytes = 0
        self._is_paused = False
        rate = plan.send_rate
        self._budget = None if rate is None else WeightBudget([RateWindow(rate.messages, rate.seconds)])

    # For handlers.

    @property
    def is_open(self) -> bool:
        """Whether text may be sent."""
        return self._websocket.state is State.OPEN

    @property
    def pending_bytes(self) -> int:
        """Bytes that were given to `send_text` and have not left this process."""
        written = 0 if self._transport is None else self._transport.get_write_buffer_size()
        return self._queued_bytes + written

    def send_text(self, data: bytes) -> None:
        """Send a text message (UTF-8): to the kernel before this returns, if kernel and send rate allow.

        Otherwise it waits its turn; what then does not leave within `max_pending_s` is reported to
        `on_not_sent`, and so is what waits when the connection ends.

        Raises:
            NotSentError: the connection is not open, or the send queue is full.
        """
        if not self.is_open:
            raise NotSentError(f"{self.plan.name}: the connection is not open")
        if not self._queue and self._wait_s() <= 0:
            self._websocket.send_text(data)
            self._flush()
            return
        if self._queued_bytes + len(data) > self.plan.max_pending_bytes:
            raise NotSentError(f"{self.plan.name}: {self._queued_bytes} bytes are waiting to be sent")
        self._queue.append((self._loop.time() + self.plan.max_pending_s, data))
        self._queued_bytes += len(data)
        self._drain()

    def take_back(self, data: bytes) -> bool:
        """Keep a text from leaving that still waits its turn; whether there was one. The same object."""
        for index, (_, waiting) in enumerate(self._queue):
            if waiting is data:
                del self._queue[index]
                self._queued_bytes -= len(data)
                return True
        return False

    def ready(self) -> None:
        """Say that this connection does its work, so that the one it replaces may go."""
        self.is_ready = True
        self._forget_timer("ready")
        self._tell()

    def renew(self, why: str) -> None:
        """Ask for a replacement (the venue announced its end, say); this one stays until that is ready."""
        if self.renewal is None:
            self.renewal = why
            self._tell()

    def probe(self) -> None:
        """Ask for a sign of life, once in a silence: see `last_received_ns`. Without one nothing happens."""
        if self.is_open and self._probed_ns != self.last_received_ns:
            self._probed_ns = self.last_received_ns
            self._ping_with(_PROBE)

    def close(self, text: str = "", kind: CloseKind = CloseKind.CLOSED_BY_US) -> None:
        """Say goodbye and end; at once if the peer does not answer."""
        if self.is_open:
            self._end(CloseReason(kind, text))
            self._websocket.send_close(_NORMAL_CLOSURE)
            self._flush()
            self._arm("close", _CLOSE_TIMEOUT_S, self.abort)
        elif self.reason is None:
            self._end(CloseReason(kind, text))
            self.abort()

    # For who runs it.

    def fail_opening(self, reason: CloseReason) -> None:
        """It could not be opened, or not in time."""
        self._end(reason)
        self.abort()

    def abort(self) -> None:
        """End at once, without goodbye."""
        if self._transport is None:
            self.has_ended = True
            self._tell()
        else:
            self._transport.abort()

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the opening handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)
        request = self._websocket.connect()
        for name, value in self.plan.headers:
            request.headers[name] = value
        self._websocket.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """The hot path: everything that is complete goes to the handler, then what is to be said goes out."""
        ts_recv_ns = self.last_received_ns = self._clock.now_ns()
        self._websocket.receive_data(data)
        try:
            self._take(ts_recv_ns)
        except Exception as error:  # noqa: BLE001  # the handler's; raised where the connection is run
            self._failed(error)
        self._flush()
        if self._websocket.state is not State.OPEN and self.reason is None:
            self._leave()

    def eof_received(self) -> None:
        """The peer sends nothing more: the transport closes itself."""
        self._websocket.receive_eof()
        self._websocket.data_to_send()

    def pause_writing(self) -> None:
        """The kernel takes no more for now: text waits here, where it can still be taken back."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """The kernel takes more."""
        self._is_paused = False
        self._guarded(self._drain)

    def connection_lost(self, error: Exception | None) -> None:
        """The transport has ended: tell it, and all that was never sent."""
        self._websocket.receive_eof()
        self._end(reason_of(self._websocket, error))
        self.has_ended = True
        for timer in self._timers.values():
            timer.cancel()
        self._guarded(self._drop_all)
        reason = self.reason
        if self.has_opened and reason is not None:
            self._guarded(lambda: self._handler.on_close(self, reason))
        self._tell()

    # Receiving.

    def _take(self, ts_recv_ns: int) -> None:
        messages = []
        for event in self._websocket.events_received():
            if not isinstance(event, Frame):
                self._opened()
            elif event.opcode is Opcode.TEXT or event.opcode is Opcode.BINARY or event.opcode is Opcode.CONT:
                data = bytes(event.data)
                if event.fin and not self._fragments:
                    messages.append(data)
                    continue
                self._fragments.append(data)
                if event.fin:
                    messages.append(b"".join(self._fragments))
                    self._fragments.clear()
            elif event.opcode is Opcode.PING and self._budget is not None:
                # The protocol has made the pong already.
                self._budget.charge(1, self._loop.time())
            elif event.opcode is Opcode.PONG and bytes(event.data) == self._ping:
                self._ping = None
        if messages and not self.errors:
            self._last_message_s = self._loop.time()
            self._handler.on_messages(self, messages, ts_recv_ns)

    def _opened(self) -> None:
        if self._websocket.handshake_exc is not None:
            return
        self.has_opened = True
        self._last_message_s = self._loop.time()
        self._arm("ready", self.plan.ready_timeout_s, self._not_ready)
        if self.plan.idle_after_s is not None:
            self._arm("idle", self.plan.idle_after_s, self._check_idle)
        if self.plan.ping_interval_s is not None:
            self._arm("ping", self.plan.ping_interval_s, self._send_ping)
        log.info("%s: open to %s", self.plan.name, self.plan.place)
        self._handler.on_open(self)
        self._tell()

    # Sending.

    def _wait_s(self) -> float:
        """0 if a message may go now, its place in the send rate is taken; else when to ask again."""
        if self._is_paused:
            return math.inf
        return 0.0 if self._budget is None else self._budget.reserve(1, Priority.ORDER, self._loop.time())

    def _flush(self) -> None:
        transport = self._transport
        data = b"".join(self._websocket.data_to_send())
        if data and transport is not None and not transport.is_closing():
            transport.write(data)

    def _drain(self) -> None:
        """Send what waits, as far as it may go; drop what has grown old."""
        while self._queue and self.is_open:
            left_s = self._queue[0][0] - self._loop.time()
            if left_s <= 0:
                self._handler.on_not_sent(self, self._take_first())
            elif (wait_s := self._wait_s()) > 0:
                self._arm("queue", min(wait_s, left_s), self._drain)
                break
            else:
                self._websocket.send_text(self._take_first())
                self._flush()

    def _drop_all(self) -> None:
        while self._queue:
            self._handler.on_not_sent(self, self._take_first())

    def _take_first(self) -> bytes:
        data = self._queue.popleft()[1]
        self._queued_bytes -= len(data)
        return data

    # Time.

    def _arm(self, name: str, after_s: float, call: Callable[[], None]) -> None:
        self._forget_timer(name)
        self._timers[name] = self._loop.call_later(after_s, self._guarded, call)

    def _forget_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _check_idle(self) -> None:
        idle_after_s = cast("float", self.plan.idle_after_s)
        left_s = self._last_message_s + idle_after_s - self._loop.time()
        if left_s > 0:
            self._arm("idle", left_s, self._check_idle)
        else:
            self.close(f"no message for {idle_after_s:g} s", CloseKind.SILENT)
            self.abort()

    def _send_ping(self) -> None:
        if self._ping is not None:
            self.close("a ping was not answered", CloseKind.NO_PONG)
            self.abort()
        elif self.is_open:
            self._ping = str(self._clock.now_ns()).encode()
            self._ping_with(self._ping)
            self._arm("ping", cast("float", self.plan.ping_interval_s), self._send_ping)

    def _ping_with(self, data: bytes) -> None:
        if self._budget is not None:
            self._budget.charge(1, self._loop.time())
        self._websocket.send_ping(data)
        self._flush()

    def _not_ready(self) -> None:
        self.close(f"not ready within {self.plan.ready_timeout_s:g} s", CloseKind.NOT_READY)

    # Ending.

    def _leave(self) -> None:
        """The peer has refused the handshake, said goodbye, or broken the protocol."""
        refusal = self._websocket.handshake_exc
        if refusal is not None:
            self._end(refusal_of(refusal))
            self.abort()
        elif self.has_opened:
            self._end(reason_of(self._websocket))
            self._arm("close", _CLOSE_TIMEOUT_S, self.abort)

    def _guarded(self, call: Callable[[], None]) -> None:
        """Call what may call the handler; what it raises ends the connection."""
        try:
            call()
        except Exception as error:  # noqa: BLE001  # the handler's; raised where the connection is run
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.close("the handler failed")

    def _end(self, reason: CloseReason) -> None:
        """The first reason is the reason; the rest follows from it."""
        if self.reason is None:
            self.reason = reason

    def _tell(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()
