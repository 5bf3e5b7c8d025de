"""What an adapter is: codecs between a venue's words and ours, which never await, sleep or read a clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from alphaforge_rs import EventBatch, Instrument, InstrumentTable

from alphaforge.sansio.http_message import HttpRequest, HttpResponse
from alphaforge.sansio.rate_limit import RateWindow
from alphaforge.sansio.recording_codec import RecordingCodec
from alphaforge.sansio.venue_actions import Action, OrderAction
from alphaforge.sansio.venue_events import Answer, Fault, RenewalAdvised, Result, TradingEvent
from alphaforge.sansio.websocket_plan import WebSocketPlan

Channel: TypeAlias = Literal["trades", "quotes", "book"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A stream of one instrument."""

    symbol: str
    channel: Channel


MarketNotice: TypeAlias = Answer | RenewalAdvised | Fault


class MarketCodec(Protocol):
    """Market data of one venue."""

    def plans(self, subscriptions: Sequence[Subscription]) -> Sequence[WebSocketPlan]:
        """The connections that carry these streams, within the venue's limits."""
        ...

    def carries(self, plan: WebSocketPlan, instrument: Instrument) -> bool:
        """Whether a connection carries streams of an instrument."""
        ...

    def opening(self, plan: WebSocketPlan) -> Sequence[bytes]:
        """What to send on a new connection, at the plan's rate; `receive` gives an Answer for each."""
        ...

    def receive(self, data: bytes, ts_recv: int, batch: EventBatch) -> Sequence[MarketNotice]:
        """Append the events of one frame, received at `ts_recv` (ns), to `batch`.

        Returns what else the frame says: acknowledgements of subscriptions, notices, faults. What cannot
        be read is a Fault; nothing a peer sends raises.
        """
        ...

    def snapshot(self, instrument: Instrument) -> HttpRequest:
        """A request for the whole book."""
        ...

    def read_snapshot(
        self, instrument: Instrument, response: HttpResponse, ts_recv: int, batch: EventBatch
    ) -> Fault | None:
        """Append the book to `batch`."""
        ...


class TradingCodec(Protocol):
    """Orders and account of one venue."""

    def plan(self) -> WebSocketPlan | None:
        """The connection that carries reports, and orders where the venue takes them so."""
        ...

    def opening(self, now_ns: int) -> Sequence[bytes]:
        """What to send on a new connection; `receive` gives SessionReady when all is done."""
        ...

    def receive(self, data: bytes, now_ns: int) -> Sequence[TradingEvent]:
        """What one frame says, at venue time. What cannot be read is a Fault; nothing a peer sends raises."""
        ...

    def message(self, action: OrderAction, request_id: str, now_ns: int) -> bytes | None:
        """The action as a message on the connection, answered under `request_id`; None where it has none."""
        ...

    def request(self, action: Action, now_ns: int) -> HttpRequest:
        """The action as a request, signed for the venue time `now_ns`."""
        ...

    def read(self, action: Action, response: HttpResponse) -> Result:
        """What the venue answered to `request`. What cannot be read is Doubtful."""
        ...


class PublicCodec(Protocol):
    """What a venue tells everybody over HTTP."""

    def instruments(self, symbols: Sequence[str]) -> HttpRequest:
        """A request for these instruments, whose answer `VenueSpec.parse_instruments` reads."""
        ...

    def time(self) -> HttpRequest:
        """A request for the venue's clock."""
        ...

    def read_time(self, response: HttpResponse) -> int:
        """The venue's clock, ns. Raises FrameError where it cannot be read."""
        ...

    def usage(self, response: HttpResponse) -> int | None:
        """The weight used in the running window, as the response's headers tell; None where they do not."""
        ...


@dataclass(frozen=True, slots=True)
class TradingTraits:
    """What a venue can do with orders, and how long doubt lasts there."""

    native_triggers: bool
    """Stops and take-profits wait at the venue."""
    native_trailing: bool
    """Stops that trail the market by a distance in price wait at the venue."""
    native_expiry: bool
    prevents_self_trades: bool
    """It was told, for every order, to keep orders of the account from trading with each other."""
    replaces_in_one_step: bool
    """A replace of an order that has not traded; others are a cancel and a new order everywhere."""
    highest_fee: str
    """The highest fee rate that an order can meet."""
    answer_within_s: float
    """A request that has no answer after this is doubtful."""
    certain_after_s: float
    """An order that a query does not find so long after it was sent will never be found: the venue
    refuses what arrives later (Binance: the receive window)."""


@dataclass(frozen=True, slots=True)
class VenueAdapter:
    """An adapter, set up for one section of a node's configuration."""

    rest_url: str
    http_limits: Sequence[RateWindow]
    """The venue's limits of what a node may ask over HTTP."""
    connect_limits: Sequence[RateWindow]
    """The venue's limits of how often connections may be opened."""
    public: PublicCodec
    market: Callable[[InstrumentTable], MarketCodec]
    trading: Callable[[InstrumentTable], TradingCodec] | None
    """None without keys: market data only."""
    traits: TradingTraits
    recording: RecordingCodec | None = None
    """None where there is no history to fetch, and its books cannot be recorded."""
