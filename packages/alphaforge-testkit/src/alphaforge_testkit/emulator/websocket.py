"""One WebSocket connection of the server: frames in, frames out, pings, and what faults do to them."""

import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import anyio
from anyio.abc import ByteStream, SocketAttribute, TaskGroup
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from alphaforge_testkit.emulator.fault import Fault
from alphaforge_testkit.emulator.faults import Faults

_HIGHEST_BACKLOG = 256 * 1024 * 1024
_CLOSE_WAIT_S = 2.0


@dataclass(slots=True)
class WebSocketRules:
    """What a venue asks of its connections."""

    ping_interval_s: float = 20.0
    pong_timeout_s: float = 60.0
    lifetime_s: float = 24 * 3600.0
    messages_per_s: int | None = None
    """How many frames a second a client may send, pings and pongs too."""


class OutFrame:
    """A text to send, with its bytes on the wire made once for all connections without extensions."""

    __slots__ = ("_wire", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """Header and payload."""
        if self._wire is None:
            self._wire = Frame(Opcode.TEXT, self.payload).serialize(mask=False)
        return self._wire


class WebSocketConnection:
    """A connection that is open. Its methods never block; a task of its own writes."""

    def __init__(
        self,
        stream: ByteStream,
        protocol: ServerProtocol,
        *,
        path: str,
        query: dict[str, str],
        peer: str,
        faults: Faults,
    ) -> None:
        self.path = path
        self.query = query
        self.peer = peer
        self.rules = WebSocketRules()
        self.received = 0
        self.opened_ns = time.monotonic_ns()
        self.on_message: Callable[[bytes], None] | None = None
        self._stream = stream
        self._protocol = protocol
        self._faults = faults
        self._tasks: TaskGroup | None = None
        self._out: deque[tuple[bytes, bool]] = deque()
        self._backlog = 0
        self._wake = anyio.Event()
        self._held: list[OutFrame] = []
        self._partial: list[bytes] = []
        self._recent: deque[float] = deque()
        self._pings: dict[bytes, float] = {}
        self._hung: Fault | None = None
        self._stalled: anyio.Event | None = None

    async def run(self) -> None:
        """Serve until the connection ends."""
        try:
            async with anyio.create_task_group() as self._tasks:
                self._tasks.start_soon(self._write)
                self._tasks.start_soon(self._ping)
                self._tasks.start_soon(self._end_of_life)
                await self._read()
                self._tasks.cancel_scope.cancel()
        finally:
            await anyio.aclose_forcefully(self._stream)

    @property
    def is_open(self) -> bool:
        """Whether frames can still be sent."""
        return self._protocol.state is State.OPEN

    @property
    def backlog(self) -> int:
        """How many bytes wait to be sent."""
        return self._backlog

    def send(self, target: str, payload: bytes) -> None:
        """Send a text; faults match `target`."""
        self.send_frame(target, OutFrame(payload))

    def send_frame(self, target: str, frame: OutFrame) -> None:
        """Send a text that others get too."""
        if self._protocol.state is not State.OPEN or self._hung is not None:
            return
        held, self._held = self._held, []
        if self._faults.has_frame_faults:
            self._send_with_faults(target, frame)
        else:
            self._emit(frame)
        for late in held:
            self._emit(late)

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin the closing handshake; a client that does not answer is cut off."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush_protocol()
            self.later(_CLOSE_WAIT_S, self.abort)

    def abort(self, *, reset: bool = False) -> None:
        """End the connection at once, with a TCP reset where asked for."""
        if reset:
            linger_zero(self._stream)
        if self._tasks is not None:
            self._tasks.cancel_scope.cancel()

    def hang(self, fault: Fault) -> Callable[[], None]:
        """Send nothing more; returns what ends that."""
        self._hung = fault

        def recover() -> None:
            self._hung = None

        return recover

    def stall(self) -> Callable[[], None]:
        """Neither read nor send; returns what ends that."""
        stalled = self._stalled = anyio.Event()

        def recover() -> None:
            self._stalled = None
            stalled.set()

        return recover

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after a while, if the connection still lives."""

        async def wait() -> None:
            await anyio.sleep(seconds)
            action()

        if self._tasks is not None:
            self._tasks.start_soon(wait)

    async def _read(self) -> None:
        while True:
            try:
                data = await self._stream.receive(65_536)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._protocol.receive_eof()
                return
            if self._stalled is not None:
                await self._stalled.wait()
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Frame):
                    self._on_frame(event)
            self._flush_protocol()
            if self._protocol.close_expected():
                await self._drain()
                return

    async def _drain(self) -> None:
        """What is still to be sent at the end."""
        with anyio.move_on_after(_CLOSE_WAIT_S):
            while self._out:
                await anyio.lowlevel.checkpoint()

    def _on_frame(self, frame: Frame) -> None:
        self.received += 1
        if self._passes_rate_limit() and self.on_message is not None:
            if frame.opcode is Opcode.PONG:
                self._pings.pop(bytes(frame.data), None)
            elif frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                self._partial.append(bytes(frame.data))
                if frame.fin:
                    message, self._partial = b"".join(self._partial), []
                    self.on_message(message)

    def _passes_rate_limit(self) -> bool:
        limit = self.rules.messages_per_s
        if limit is None:
            return True
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        self._recent.append(now)
        if len(self._recent) <= limit:
            return True
        self.close(CloseCode.POLICY_VIOLATION, "Too many requests")
        return False

    def _send_with_faults(self, target: str, frame: OutFrame) -> None:
        frames, bytewise = [frame], False
        for fault in self._faults.striking("frame", target):
            match fault.kind:
                case "bytewise":
                    bytewise = True
                case "cut":
                    wire = frame.wire
                    self._queue(wire[: len(wire) // 2])
                    self.later(0.05, self._reset)
                    return
                case "delay":
                    self._delay(fault.seconds, frames)
                    return
                case "reorder":
                    self._held += frames
                    # Should no other frame follow, it goes by itself.
                    self.later(fault.seconds, self._release)
                    return
                case _:
                    frames = list(_changed(fault, frames))
        for each in frames:
            self._emit(each, bytewise=bytewise)

    def _release(self) -> None:
        held, self._held = self._held, []
        for late in held:
            self._emit(late)

    def _delay(self, seconds: float, frames: list[OutFrame]) -> None:
        def emit() -> None:
            for each in frames:
                self._emit(each)

        self.later(seconds, emit)

    def _reset(self) -> None:
        self.abort(reset=True)

    def _emit(self, frame: OutFrame, *, bytewise: bool = False) -> None:
        if self._protocol.state is not State.OPEN:
            return
        if self._protocol.extensions:
            self._protocol.send_text(frame.payload)
            for data in self._protocol.data_to_send():
                self._queue(data, bytewise=bytewise)
        else:
            self._queue(frame.wire, bytewise=bytewise)

    def _flush_protocol(self) -> None:
        data = self._protocol.data_to_send()
        if self._hung is not None and not self._hung.pong:
            return
        for each in data:
            self._queue(each)

    def _queue(self, data: bytes, *, bytewise: bool = False) -> None:
        if not data:
            return
        self._backlog += len(data)
        if self._backlog > _HIGHEST_BACKLOG:
            self.abort(reset=True)
        self._out.append((data, bytewise))
        self._wake.set()

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake = anyio.Event()
                while self._out:
                    if self._stalled is not None:
                        await self._stalled.wait()
                    await self._write_some()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.abort()

    async def _write_some(self) -> None:
        """Send what waits, joined; what is to go byte by byte by itself."""
        joined = []
        while self._out and not self._out[0][1]:
            joined.append(self._out[0][0])
            self._out.popleft()
        if joined:
            data = b"".join(joined)
            await self._stream.send(data)
            self._backlog -= len(data)
        if self._out:
            data, _ = self._out.popleft()
            for at in range(len(data)):
                await self._stream.send(data[at : at + 1])
            self._backlog -= len(data)

    async def _ping(self) -> None:
        while True:
            await anyio.sleep(self.rules.ping_interval_s)
            now = time.monotonic()
            if any(now - sent >= self.rules.pong_timeout_s for sent in self._pings.values()):
                self.close(CloseCode.POLICY_VIOLATION, "Pong timeout")
                return
            if self.is_open:
                payload = str(time.time_ns() // 1_000_000).encode()
                self._pings.setdefault(payload, now)
                self._protocol.send_ping(payload)
                self._flush_protocol()

    async def _end_of_life(self) -> None:
        await anyio.sleep(self.rules.lifetime_s)
        self.close(CloseCode.GOING_AWAY, "24 hours are over")


def _changed(fault: Fault, frames: list[OutFrame]) -> Iterator[OutFrame]:
    """What a fault makes of the frames that are about to be sent."""
    for frame in frames:
        match fault.kind:
            case "drop":
                continue
            case "duplicate":
                yield from [frame] * (fault.copies + 1)
            case "truncate":
                yield OutFrame(frame.payload[: len(frame.payload) // 2])
            case "invalid_json":
                yield OutFrame(b'{"e":' + frame.payload[:20] + b"}")
            case "oversize":
                yield OutFrame(b'{"e":"padding","x":"%s"}' % (b"x" * max(0, fault.size - 22)))
                yield frame
            case _:
                yield frame


def linger_zero(stream: ByteStream) -> None:
    """Let the next close of the stream be a TCP reset."""
    raw = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - no Django
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
