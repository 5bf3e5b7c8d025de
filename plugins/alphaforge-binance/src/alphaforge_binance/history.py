"""Recordings of Binance Spot from what its REST API answers: books, and trades and candles of the past.

Source: binance-spot-api-docs, rest-api.md, market data endpoints.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
from alphaforge.model.errors import DataError
from alphaforge.model.instrument import Instrument
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpRequest, HttpResponse
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.recording_codec import HistoryPage, HistoryQuery

from alphaforge_binance.fields import Id, decoded, nanoseconds
from alphaforge_binance.messages import Depth

INTERVALS = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
)  # fmt: skip
_KLINES = "klines:"
_KINDS = f"trades, aggTrades, {', '.join(_KLINES + interval for interval in INTERVALS)}"

_ROWS = 1_000
_MS_NS = 1_000_000
_OK = 200
_WEIGHTS = {"klines": 2, "aggTrades": 4, "historicalTrades": 25}
_DEADLINE_S = 180.0
"""A page may have to wait for the next minute of the weight limit, and once more after a 429."""


class _PastTrade(msgspec.Struct, rename={"is_buyer_maker": "isBuyerMaker"}):
    """A row of `historicalTrades`."""

    id: Id
    price: str
    qty: str
    time: Id
    is_buyer_maker: bool


class _PastAggTrade(msgspec.Struct):
    """A row of `aggTrades`."""

    a: Id
    p: str
    q: str
    f: Id
    T: Id
    m: bool


# Open time, open, high, low, close, volume, close time, quote volume, trades; three more follow.
_PastKline = tuple[Id, str, str, str, str, str, Id, str, Id, Any, Any, Any]

_TRADES = msgspec.json.Decoder(list[_PastTrade])
_AGG_TRADES = msgspec.json.Decoder(list[_PastAggTrade])
_KLINE_ROWS = msgspec.json.Decoder(list[_PastKline])
_DEPTH = msgspec.json.Decoder(Depth)


class _Frame(msgspec.Struct):
    """What a frame of ours must say so that fetching goes on behind it."""

    data: dict[str, Any]


_FRAME = msgspec.json.Decoder(_Frame)


class BinanceRecordingCodec:
    """See `RecordingCodec`. Frames are those of the combined streams, with the same names and fields."""

    def snapshot(self, instrument: Instrument, response: HttpResponse) -> bytes:
        """See `RecordingCodec.snapshot`."""
        if response.status != _OK:
            raise FrameError(f"no book: status {response.status}: {response.body[:160]!r}")
        decoded(_DEPTH, response.body)
        return _framed(instrument.symbol, "depth", msgspec.Raw(_one_line(response.body)))

    def begin(self, query: HistoryQuery) -> HttpRequest:
        """See `RecordingCodec.begin`."""
        if query.what.startswith(_KLINES) and query.what.removeprefix(_KLINES) in INTERVALS:
            return _klines_from(query, _milliseconds(query.since_ns))
        if query.what == "aggTrades":
            return _request("aggTrades", query, startTime=_milliseconds(query.since_ns), limit=_ROWS)
        if query.what == "trades":
            # Trades are asked for by id; the first aggregate from a time on knows the id of its first one.
            return _request("aggTrades", query, startTime=_milliseconds(query.since_ns), limit=1)
        raise DataError(f"what = {query.what!r}: Binance has {_KINDS}")

    def go_on(self, query: HistoryQuery, last: bytes) -> HttpRequest:
        """See `RecordingCodec.go_on`."""
        data = decoded(_FRAME, last).data
        try:
            if query.what == "trades":
                return _request("historicalTrades", query, fromId=int(data["t"]) + 1, limit=_ROWS)
            if query.what == "aggTrades":
                return _request("aggTrades", query, fromId=int(data["a"]) + 1, limit=_ROWS)
            return _klines_from(query, int(data["k"]["t"]) + 1)
        except (KeyError, TypeError, ValueError) as error:
            raise FrameError(f"no frame of {query.what}: {last[:160]!r}") from error

    def read(self, query: HistoryQuery, request: HttpRequest, response: HttpResponse) -> HistoryPage:
        """See `RecordingCodec.read`."""
        if response.status != _OK:
            body = response.body[:160].decode(errors="replace")
            raise FrameError(f"{request.path} answered {response.status}: {body}")
        if query.what == "trades" and request.path.endswith("/aggTrades"):
            found = decoded(_AGG_TRADES, response.body)
            first = _request("historicalTrades", query, fromId=found[0].f, limit=_ROWS) if found else None
            return HistoryPage([], first)
        rows = _READERS[query.what.partition(":")[0]](query, response.body)
        lines = [line for line in rows if query.since_ns <= line[0]]
        within = [line for line in lines if _is_before(query, line[0])]
        is_last = len(lines) < _row_limit(request) or len(within) < len(lines)
        return HistoryPage(within, None if is_last or not within else self.go_on(query, within[-1][1]))


def _is_before(query: HistoryQuery, time_ns: int) -> bool:
    # A candle is known when it has closed: the last of a day at the first moment of the next.
    return time_ns <= query.until_ns if query.what.startswith(_KLINES) else time_ns < query.until_ns


def _row_limit(request: HttpRequest) -> int:
    return int(parse_qs(request.query)["limit"][0])


def _klines_from(query: HistoryQuery, start_ms: int) -> HttpRequest:
    end_ms = _milliseconds(query.until_ns) - 1
    interval = query.what.removeprefix(_KLINES)
    return _request("klines", query, interval=interval, startTime=start_ms, endTime=end_ms, limit=_ROWS)


def _request(kind: str, query: HistoryQuery, **params: str | int) -> HttpRequest:
    return HttpRequest(
        method="GET",
        path=f"/api/v3/{kind}",
        query=urlencode({"symbol": query.symbol, **params}),
        weight=_WEIGHTS[kind],
        priority=Priority.MARKET_DATA,
        deadline_s=_DEADLINE_S,
    )


def _read_trades(query: HistoryQuery, body: bytes) -> Iterator[tuple[int, bytes]]:
    for row in decoded(_TRADES, body):
        data = {
            "e": "trade", "E": row.time, "s": query.symbol, "t": row.id, "p": row.price, "q": row.qty,
            "T": row.time, "m": row.is_buyer_maker,
        }  # fmt: skip
        yield nanoseconds(row.time), _framed(query.symbol, "trade", data)


def _read_agg_trades(query: HistoryQuery, body: bytes) -> Iterator[tuple[int, bytes]]:
    for row in decoded(_AGG_TRADES, body):
        data = {"e": "aggTrade", "E": row.T, "s": query.symbol, **msgspec.structs.asdict(row)}
        yield nanoseconds(row.T), _framed(query.symbol, "aggTrade", data)


def _read_klines(query: HistoryQuery, body: bytes) -> Iterator[tuple[int, bytes]]:
    """The candles that have closed; the one that is being made is known later."""
    interval = query.what.removeprefix(_KLINES)
    for opened, first, high, low, close, volume, closes, _, count, *_ in decoded(_KLINE_ROWS, body):
        closed_ns = nanoseconds(closes) + _MS_NS
        candle = {
            "t": opened, "T": closes, "s": query.symbol, "i": interval, "o": first, "c": close, "h": high,
            "l": low, "v": volume, "n": count, "x": True,
        }  # fmt: skip
        data = {"e": "kline", "E": closes + 1, "s": query.symbol, "k": candle}
        yield closed_ns, _framed(query.symbol, f"kline_{interval}", data)


_READERS: dict[str, Callable[[HistoryQuery, bytes], Iterator[tuple[int, bytes]]]] = {
    "trades": _read_trades,
    "aggTrades": _read_agg_trades,
    "klines": _read_klines,
}


def _framed(symbol: str, stream: str, data: object) -> bytes:
    return msgspec.json.encode({"stream": f"{symbol.lower()}@{stream}", "data": data})


def _one_line(body: bytes) -> bytes:
    # A line end in JSON can only be blank space.
    return body.replace(b"\n", b" ").replace(b"\r", b" ")


def _milliseconds(time_ns: int) -> int:
    return time_ns // _MS_NS
