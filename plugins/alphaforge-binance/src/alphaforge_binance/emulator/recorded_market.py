"""A recording as the market: its frames go out as they are, and its liquidity can be traded with.

The book that `GET depth` shows is that of the recording alone, so that it always fits the frames. Beside it
the engine holds a mirror of its levels, as orders of the market's account, and the orders of clients. A
client's order trades with the mirror at once, or, resting, when the recording trades through it or at its
price, behind what stood there before. What a client takes comes back with the level's next change: the
recording does not know of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
from alphaforge.model.errors import DataError
from alphaforge.model.recording_file import RecordingReader
from alphaforge.sansio.frame_decoder import FrameError

from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.market import PublicTrade, RecordedBook
from alphaforge_binance.emulator.order import Side
from alphaforge_binance.emulator.streams import Streams
from alphaforge_binance.emulator.symbols import Symbol, recorded_symbol
from alphaforge_binance.messages import Depth, DepthUpdate, Levels, Message, Trade, parse
from alphaforge_binance.recording import BinanceRecording

_FRAMES_AT_ONCE = 256
_MOST_AT_ONCE = 1_000
"""So many frames go out at most before connections have their turn."""


class _Wrapped(msgspec.Struct):
    """A frame of combined streams."""

    stream: str
    data: msgspec.Raw


class Recording:
    """A recording that a market is made of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        instruments = BinanceRecording(path).instruments
        if len(instruments) != 1:
            names = ", ".join(instrument.symbol for instrument in instruments)
            raise DataError(f"{path}: an emulator's recording must hold one symbol; this one holds {names}")
        self._instrument = instruments[0]
        self.streams: set[str] = set()
        """The names of the streams that it holds."""
        self.first_price: Decimal | None = None
        self.has_snapshot = False
        for _, message, frame in self.frames():
            self.has_snapshot = self.has_snapshot or isinstance(message, Depth)
            if isinstance(message, Trade) and self.first_price is None:
                self.first_price = Decimal(message.p)
            if frame is not None:
                self.streams.add(frame.stream)
        if self.first_price is None:
            raise DataError(f"{path}: an emulator's recording must hold trades")

    @property
    def symbol(self) -> Symbol:
        """What it is a recording of."""
        return recorded_symbol(self._instrument, self.first_price or Decimal(0))

    def frames(self) -> Iterator[tuple[int, Message, _Wrapped | None]]:
        """Receive time, message and frame, one after the other; a snapshot has no stream."""
        reader = RecordingReader(self.path)
        while frames := reader.next_frames(_FRAMES_AT_ONCE):
            for frame in frames:
                try:
                    parsed = parse(frame.data)
                except FrameError as error:
                    if not frame.is_whole:
                        return
                    raise DataError(f"{self.path}:{frame.line}: {error}") from error
                if parsed is not None:
                    wrapped = b'"stream"' in frame.data[:20]
                    shown = msgspec.json.decode(frame.data, type=_Wrapped) if wrapped else None
                    yield frame.ts_recv, parsed.message, shown


class RecordedMarket:
    """Replays a recording into a market and onto its streams, from when somebody first listens."""

    def __init__(self, exchange: Exchange, streams: Streams, recording: Recording, *, speed: float) -> None:
        self.is_over = False
        self._exchange = exchange
        self._market = exchange.market(recording.symbol.name)
        self._streams = streams
        self._names = recording.streams
        self._speed = speed
        self._frames = recording.frames()
        self._next: tuple[int, Message, _Wrapped | None] | None = None
        self._began: tuple[int, int] | None = None
        self._mirror: dict[tuple[Side, Decimal], list[tuple[int, Decimal]]] = defaultdict(list)
        self._book = self._market.recorded = RecordedBook()
        if recording.has_snapshot:
            self._skip_to_snapshot()

    def run_until(self, now_ns: int) -> None:
        """Replay all that is due."""
        if self._began is None:
            if not any(name in self._streams.clients for name in self._names):
                return
            self._advance()
            if self._next is None:
                return
            self._began = (now_ns, self._next[0])
        began_ns, first_ns = self._began
        for _ in range(_MOST_AT_ONCE):
            if self._next is None:
                return
            ts_recv, message, frame = self._next
            if (ts_recv - first_ns) / self._speed > now_ns - began_ns:
                return
            self._take(message)
            if frame is not None:
                self._streams.publish_raw(frame.stream, bytes(frame.data))
            self._advance()

    def _advance(self) -> None:
        self._next = next(self._frames, None)
        self.is_over = self._next is None

    def _skip_to_snapshot(self) -> None:
        """Begin with the first snapshot, and with what was received before it and changes it."""
        before: list[Message] = []
        for _, message, _ in self._frames:
            if isinstance(message, Depth):
                self._take(message)
                break
            before.append(message)
        for message in before:
            if isinstance(message, DepthUpdate):
                self._take(message)

    def _take(self, message: Message) -> None:
        if isinstance(message, Depth) and not self._book.last_update_id:
            self._book.last_update_id = message.last_update_id
            self._change(message.bids, message.asks)
        elif isinstance(message, DepthUpdate) and message.u > self._book.last_update_id:
            self._book.last_update_id = message.u
            self._change(message.b, message.a)
        elif isinstance(message, Trade):
            self._trade(message)

    def _change(self, bids: Levels, asks: Levels) -> None:
        """Set levels; what shrinks goes first, so that the mirror does not cross itself."""
        changes: list[tuple[Side, Decimal, Decimal]] = [
            (side, Decimal(price), Decimal(quantity))
            for side, levels in _sides(bids, asks)
            for price, quantity in levels
        ]
        for side, price, quantity in changes:
            self._book.set(side, price, quantity)
            self._shrink(side, price, quantity)
        for side, price, quantity in changes:
            self._grow(side, price, quantity)

    def _left(self, order: tuple[int, Decimal]) -> Decimal:
        """What is left of a mirror order."""
        return self._market.market_leaves.get(order[0], order[1])

    def _shrink(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Take from the newest mirror orders of a level until it shows no more than the recording."""
        orders = self._mirror.get((side, price), [])
        excess = sum(map(self._left, orders)) - quantity
        while orders and excess > 0:
            order = order_id, size = orders.pop()
            left = self._left(order)
            if left > excess:
                self._exchange.shrink_as_market(self._market, order_id, price, size - excess)
                orders.append((order_id, size - excess))
                if order_id in self._market.market_leaves:
                    self._market.market_leaves[order_id] = left - excess
            else:
                self._market.market_leaves.pop(order_id, None)
                self._exchange.cancel_as_market(self._market, order_id)
            excess -= left
        if not orders:
            self._mirror.pop((side, price), None)

    def _grow(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Add what a level lacks, behind all that is there."""
        missing = quantity - sum(map(self._left, self._mirror.get((side, price), [])))
        if missing > 0:
            order_id = self._exchange.trade_as_market(self._market, side, missing, price)
            self._mirror[side, price].append((order_id, missing))

    def _trade(self, trade: Trade) -> None:
        """A recorded trade: it is history, and takes from the orders at its price and better."""
        exchange, market = self._exchange, self._market
        price, quantity = Decimal(trade.p), Decimal(trade.q)
        market.record(PublicTrade(trade.t, price, quantity, exchange.now_ns, trade.m), continues=False)
        side: Side = "SELL" if trade.m else "BUY"
        if market.live:
            exchange.trade_as_market(market, side, quantity, price, immediate=True)
        exchange.fire_stops(market, price)
        exchange.settle()


def _sides(bids: Levels, asks: Levels) -> Sequence[tuple[Side, Levels]]:
    return (("BUY", bids), ("SELL", asks))
