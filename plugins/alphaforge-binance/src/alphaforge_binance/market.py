"""Market data of Binance Spot over its combined streams.

Source: binance-spot-api-docs, web-socket-streams.md.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec
from alphaforge.model.errors import DataError
from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpRequest, HttpResponse
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_codec import MarketNotice, Subscription
from alphaforge.sansio.venue_events import Answer, Answered, Fault, Refused, RenewalAdvised
from alphaforge.sansio.websocket_plan import SendRate, WebSocketPlan

from alphaforge_binance.decoder import MarketDecoder
from alphaforge_binance.endpoints import LIFETIME_S, PING_INTERVAL_S
from alphaforge_binance.errors import ErrorBody
from alphaforge_binance.fields import decoded
from alphaforge_binance.messages import VENUE, Depth, parse

_STREAMS: Mapping[str, str] = {"trades": "trade", "quotes": "bookTicker", "book": "depth@100ms"}

STREAMS_PER_CONNECTION = 1_024
_STREAMS_PER_MESSAGE = 200

# Binance closes a connection that sends it more than five messages in a second. Pongs count: one is spared.
_SEND_RATE = SendRate(4, 1.0)
# The subscriptions of a full connection wait for their turn.
_MAX_PENDING_S = 10.0

DEPTH_WEIGHTS: Mapping[int, int] = {100: 5, 500: 25, 1_000: 50, 5_000: 250}
"""What a snapshot weighs by its levels."""

_SNAPSHOTS_WEIGHT = 1_500
_DEEPEST = 1_000
"""Unless the settings say so: of a book that is often lost, 5,000 levels use up the weight of a minute."""

_OK = 200


class _Control(msgspec.Struct):
    """A frame that carries no market data: the answer to a control message, or a notice."""

    id: str | int | None = None
    result: msgspec.Raw = msgspec.Raw()
    code: int | None = None
    msg: str = ""
    error: ErrorBody | None = None
    e: str = ""
    stream: str = ""


_CONTROL = msgspec.json.Decoder(_Control)
_DEPTH = msgspec.json.Decoder(Depth)
_SHUTDOWN = "serverShutdown"


class BinanceMarketCodec:
    """See `MarketCodec`. It knows which streams its plans carry, and nothing of what has come."""

    def __init__(
        self,
        table: InstrumentTable,
        streams_url: str,
        depth_limit: int | None = None,
        quiet_after_s: float = 60.0,
    ) -> None:
        self._table = table
        self._decoder = MarketDecoder(table)
        self._url = f"{streams_url}/stream?timeUnit=MICROSECOND"
        self._quiet_after_s = quiet_after_s
        self._depth_limit = depth_limit or _fitting_depth(len(table))
        self._streams: dict[str, Sequence[str]] = {}

    def plans(self, subscriptions: Sequence[Subscription]) -> Sequence[WebSocketPlan]:
        """As few connections as carry all streams."""
        names = list(dict.fromkeys(_stream(subscription) for subscription in subscriptions))
        parts = _parts(names, STREAMS_PER_CONNECTION)
        self._streams = {f"market {number}": part for number, part in enumerate(parts, 1)}
        return [
            WebSocketPlan(
                name=name,
                url=self._url,
                idle_after_s=self._quiet_after_s,
                ping_interval_s=PING_INTERVAL_S,
                max_lifetime_s=LIFETIME_S,
                send_rate=_SEND_RATE,
                max_pending_s=_MAX_PENDING_S,
            )
            for name in self._streams
        ]

    def carries(self, plan: WebSocketPlan, instrument: Instrument) -> bool:
        """See `MarketCodec.carries`."""
        prefix = f"{instrument.symbol.lower()}@"
        return any(stream.startswith(prefix) for stream in self._streams[plan.name])

    def opening(self, plan: WebSocketPlan) -> Sequence[bytes]:
        """The subscriptions, many streams in each."""
        parts = _parts(self._streams[plan.name], _STREAMS_PER_MESSAGE)
        return [
            msgspec.json.encode({"method": "SUBSCRIBE", "params": part, "id": number})
            for number, part in enumerate(parts, 1)
        ]

    def receive(self, data: bytes, ts_recv: int, batch: EventBatch) -> Sequence[MarketNotice]:
        """See `MarketCodec.receive`."""
        try:
            parsed = parse(data)
            if parsed is not None:
                self._decoder.append(parsed, ts_recv, batch)
                return ()
            return [_notice(decoded(_CONTROL, data), data)]
        except DataError as error:
            return [Fault(str(error))]

    def snapshot(self, instrument: Instrument) -> HttpRequest:
        """See `MarketCodec.snapshot`."""
        return HttpRequest(
            method="GET",
            path="/api/v3/depth",
            query=urlencode({"symbol": instrument.symbol, "limit": self._depth_limit}),
            weight=DEPTH_WEIGHTS[self._depth_limit],
            priority=Priority.MARKET_DATA,
            is_idempotent=True,
        )

    def read_snapshot(
        self, instrument: Instrument, response: HttpResponse, ts_recv: int, batch: EventBatch
    ) -> Fault | None:
        """See `MarketCodec.read_snapshot`."""
        handle = self._table.handle(VENUE, instrument.symbol)
        if response.status != _OK or handle is None:
            return Fault(f"{instrument.id}: no book: status {response.status}: {response.body[:160]!r}")
        try:
            depth = decoded(_DEPTH, response.body)
            batch.add_snapshot(handle, ts_recv, None, depth.last_update_id, depth.bids, depth.asks)
        except DataError as error:
            return Fault(f"{instrument.id}: no book: {error}")
        return None


def _fitting_depth(instruments: int) -> int:
    """The deepest snapshots of which all instruments can have one within a quarter of a minute's weight."""
    fitting = [
        limit
        for limit, weight in DEPTH_WEIGHTS.items()
        if limit <= _DEEPEST and weight * instruments <= _SNAPSHOTS_WEIGHT
    ]
    return max(fitting, default=min(DEPTH_WEIGHTS))


def _stream(subscription: Subscription) -> str:
    return f"{subscription.symbol.lower()}@{_STREAMS[subscription.channel]}"


def _parts(items: Sequence[str], length: int) -> list[Sequence[str]]:
    return [items[start : start + length] for start in range(0, len(items), length)]


def _notice(control: _Control, data: bytes) -> MarketNotice:
    """What a frame without market data says. Raises FrameError where nobody knows."""
    if _SHUTDOWN in {control.e, control.stream.removeprefix("!")}:
        return RenewalAdvised("the server is about to shut down")
    error = control.error
    if control.code is not None:
        error = ErrorBody(control.code, control.msg)
    if error is not None:
        return Answer(str(control.id), Refused("rejected", str(error.code), error.msg, is_transient=False))
    if control.id is not None and control.result:
        return Answer(str(control.id), Answered())
    raise FrameError(f"a frame that is neither market data nor a notice: {data[:160]!r}")
