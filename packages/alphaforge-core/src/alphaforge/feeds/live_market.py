"""Market data of one venue over its sockets: frames in, events on, books kept in sync."""

from collections.abc import Callable, Sequence

from alphaforge_rs import EventBatch, Instrument, InstrumentTable

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket import WebSocketConnection
from alphaforge.feeds.lag import LagWatch
from alphaforge.sansio.clock_offset import ClockOffset
from alphaforge.sansio.close_reason import CloseKind, CloseReason
from alphaforge.sansio.venue_codec import Channel, MarketCodec, Subscription
from alphaforge.sansio.venue_events import Answer, Fault, Refused, RenewalAdvised
from alphaforge.sansio.websocket_plan import WebSocketPlan

OnEvents = Callable[[EventBatch], None]
"""Takes market events to the runtime, at once."""


class MarketStream:
    """The handler of one market-data connection."""

    def __init__(
        self,
        plan: WebSocketPlan,
        instruments: Sequence[Instrument],
        codec: MarketCodec,
        *,
        table: InstrumentTable,
        on_events: OnEvents,
        tell: Callable[[str], None],
        note_lag: Callable[[Instrument, bool], None],
        clock: Clock,
        offset: ClockOffset,
    ) -> None:
        """`note_lag` tells the strategies of an instrument that what comes is old, or new again."""
        self.plan = plan
        self.instruments = instruments
        self.lag = LagWatch()
        self._codec = codec
        self._table = table
        self._on_events = on_events
        self._tell = tell
        self._note_lag = note_lag
        self._clock = clock
        self._offset = offset
        self._carrying: WebSocketConnection | None = None
        """The connection that took over last."""
        self._unanswered: dict[WebSocketConnection, int] = {}

    @property
    def is_connected(self) -> bool:
        """Whether frames can be expected."""
        return self._carrying is not None

    def last_alive_ns(self, quiet_since_ns: int) -> int | None:
        """When anything has come last; None without a connection. One that is quiet since then is asked."""
        if self._carrying is None:
            return None
        if self._carrying.last_received_ns < quiet_since_ns:
            self._carrying.probe()
        return self._carrying.last_received_ns

    def on_open(self, connection: WebSocketConnection) -> None:
        """Subscribe."""
        messages = self._codec.opening(self.plan)
        self._unanswered[connection] = len(messages)
        for message in messages:
            connection.send_text(message)
        if not messages:
            self._take_over(connection)

    def on_messages(self, connection: WebSocketConnection, messages: list[bytes], ts_recv_ns: int) -> None:
        """The hot path: all frames of a read become one batch, which goes on at once."""
        batch = EventBatch(self._table)
        for message in messages:
            for notice in self._codec.receive(message, ts_recv_ns, batch):
                self._take_notice(connection, notice)
        if len(batch):
            oldest_ns = batch.oldest_event_ts
            if oldest_ns is not None:
                self._measure_lag(oldest_ns)
            self._on_events(batch.conflated() if self.lag.is_lagging else batch)

    def _measure_lag(self, oldest_ns: int) -> None:
        if not self.lag.measure(oldest_ns, self._clock.now_ns() + self._offset.offset_ns):
            return
        is_lagging = self.lag.is_lagging
        for instrument in self.instruments:
            self._note_lag(instrument, is_lagging)
        state = "behind the venue" if is_lagging else "behind the venue, and in time again"
        self._tell(f"{self.plan.name}: {self.lag.lag_s:.1f} s {state}")

    def on_not_sent(self, connection: WebSocketConnection, data: bytes) -> None:
        """A subscription could not leave: this connection is of no use."""
        connection.close("a subscription could not be sent")

    def on_close(self, connection: WebSocketConnection, reason: CloseReason) -> None:
        """The books of a connection that ends without a successor are stale from here on."""
        self._unanswered.pop(connection, None)
        if connection is not self._carrying:
            return
        self._carrying = None
        if reason.kind is not CloseKind.CLOSED_BY_US:
            self._tell(f"{self.plan.name}: {reason}")
        self._note(connected=False)

    def _take_notice(self, connection: WebSocketConnection, notice: Answer | RenewalAdvised | Fault) -> None:
        match notice:
            case Answer(result=Refused(code=code, text=text)):
                self._tell(f"{self.plan.name}: a subscription was refused: {code}: {text}")
                connection.close("a subscription was refused")
            case Answer():
                left = self._unanswered.get(connection, 0) - 1
                self._unanswered[connection] = left
                if left == 0:
                    self._take_over(connection)
            case RenewalAdvised(reason):
                connection.renew(reason)
            case Fault(text):
                self._tell(f"{self.plan.name}: {text}")

    def _take_over(self, connection: WebSocketConnection) -> None:
        is_first = self._carrying is None
        self._carrying = connection
        connection.ready()
        if is_first:
            self._note(connected=True)

    def _note(self, *, connected: bool) -> None:
        batch = EventBatch(self._table)
        for instrument in self.instruments:
            handle = self._table.handle(instrument.venue, instrument.symbol)
            if handle is not None:
                batch.add_feed_notice(handle, self._clock.now_ns(), connected)
        self._on_events(batch)


def subscriptions_of(instruments: Sequence[Instrument], channels: Sequence[Channel]) -> list[Subscription]:
    """All channels of all instruments."""
    return [Subscription(each.symbol, channel) for each in instruments for channel in channels]
