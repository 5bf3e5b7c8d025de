"""Frames of Binance's market streams → market events."""

from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import InstrumentTable
from alphaforge.model.numbers import Side
from alphaforge.sansio.frame_decoder import FrameError

from alphaforge_binance.fields import nanoseconds
from alphaforge_binance.messages import (
    VENUE,
    AggTrade,
    BookTicker,
    Depth,
    DepthUpdate,
    Kline,
    Parsed,
    Trade,
    parse,
)

_SECOND_NS = 1_000_000_000
_UNITS_NS = {
    "s": _SECOND_NS,
    "m": 60 * _SECOND_NS,
    "h": 3_600 * _SECOND_NS,
    "d": 86_400 * _SECOND_NS,
    "w": 7 * 86_400 * _SECOND_NS,
}


class MarketDecoder:
    """Decodes trade, aggTrade, bookTicker, depth, partial depth and kline, combined and raw.

    Depth snapshots of REST name no symbol: they belong to the only Binance symbol of the table.
    """

    def __init__(self, table: InstrumentTable, *, skip_aggregates: bool = False) -> None:
        symbols = [i.symbol for i in table.instruments if i.venue == VENUE]
        self._table = table
        self._handles: dict[str, int] = {}
        self._only_symbol = symbols[0] if len(symbols) == 1 else None
        self._skip_aggregates = skip_aggregates

    def decode(self, data: bytes, ts_recv: int, batch: EventBatch) -> None:
        """Append the events of one frame; see `FrameDecoder`."""
        parsed = parse(data)
        if parsed is not None:
            self.append(parsed, ts_recv, batch)

    def append(self, parsed: Parsed, ts_recv: int, batch: EventBatch) -> None:
        """Append the event of a recognised frame; nothing for symbols outside the table."""
        handle = self._handle(parsed)
        if handle is None:
            return
        message = parsed.message
        if isinstance(message, Trade):
            _append_trade(batch, handle, ts_recv, message, message.t)
        elif isinstance(message, BookTicker):
            ticker = message
            batch.add_quote(handle, ts_recv, None, ticker.u, ticker.b, ticker.B, ticker.a, ticker.A)
        elif isinstance(message, DepthUpdate):
            diff = message
            batch.add_diff(handle, ts_recv, nanoseconds(diff.E), diff.U, diff.u, diff.b, diff.a)
        elif isinstance(message, Depth):
            _append_depth(batch, handle, ts_recv, message, is_partial=parsed.is_partial)
        elif isinstance(message, AggTrade):
            if not self._skip_aggregates:
                _append_trade(batch, handle, ts_recv, message, message.a)
        elif isinstance(message, Kline):
            _append_kline(batch, handle, ts_recv, message)

    def _handle(self, parsed: Parsed) -> int | None:
        symbol = parsed.symbol
        if symbol is None:
            if not isinstance(parsed.message, Depth):
                return None
            if self._only_symbol is None:
                raise FrameError(
                    "a depth snapshot names no symbol, and there are several: record it as "
                    '{"stream": "<symbol>@depth", "data": ...}'
                )
            symbol = self._only_symbol
        handle = self._handles.get(symbol)
        if handle is None:
            handle = self._table.handle(VENUE, symbol)
            if handle is not None:  # what a peer makes up is not kept
                self._handles[symbol] = handle
        return handle


def interval_ns(interval: str) -> int | None:
    """The length of a kline interval such as `5m`; None for months, which have no fixed length."""
    unit_ns = _UNITS_NS.get(interval[-1:])
    if unit_ns is None or not interval[:-1].isdigit():
        return None
    return int(interval[:-1]) * unit_ns


def _append_trade(
    batch: EventBatch, handle: int, ts_recv: int, trade: Trade | AggTrade, trade_id: int
) -> None:
    aggressor: Side = "sell" if trade.m else "buy"
    ts_event = nanoseconds(trade.T)
    batch.add_trade(handle, ts_recv, ts_event, trade_id, trade.p, trade.q, aggressor)


def _append_depth(batch: EventBatch, handle: int, ts_recv: int, depth: Depth, *, is_partial: bool) -> None:
    batch.add_snapshot(
        handle, ts_recv, None, depth.last_update_id, depth.bids, depth.asks, partial=is_partial
    )


def _append_kline(batch: EventBatch, handle: int, ts_recv: int, kline: Kline) -> None:
    candle = kline.k
    length_ns = interval_ns(candle.i)
    if not candle.x or length_ns is None:
        return
    batch.add_venue_bar(
        handle,
        ts_recv,
        length_ns,
        nanoseconds(candle.t),
        candle.o,
        candle.h,
        candle.l,
        candle.c,
        candle.v,
        candle.n,
    )
