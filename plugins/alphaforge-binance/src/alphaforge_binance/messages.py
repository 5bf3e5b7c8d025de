"""The messages of Binance Spot that carry market data, and how a frame is recognised as one.

Source: binance-spot-api-docs, web-socket-streams.md and rest-api.md. Numbers that matter are JSON
strings; times are ms, or µs where the connection asked for them.
"""

from typing import Generic, TypeAlias, TypeVar

import msgspec

from alphaforge_binance.fields import UNREADABLE, Id, not_a_frame

VENUE = "BINANCE"

Levels: TypeAlias = list[tuple[str, str]]


class Trade(msgspec.Struct):
    """`<symbol>@trade`."""

    s: str
    t: Id
    p: str
    q: str
    T: Id
    m: bool
    """The buyer is the maker: the seller was the aggressor."""


class AggTrade(msgspec.Struct):
    """`<symbol>@aggTrade`: the trades of one taker order at one price."""

    s: str
    a: Id
    p: str
    q: str
    T: Id
    m: bool


class BookTicker(msgspec.Struct):
    """`<symbol>@bookTicker`: the best bid and ask. It has no time."""

    u: Id
    s: str
    b: str
    B: str
    a: str
    A: str


class DepthUpdate(msgspec.Struct):
    """`<symbol>@depth[@100ms]`: changed levels."""

    E: Id
    s: str
    U: Id
    u: Id
    b: Levels
    a: Levels


class Depth(msgspec.Struct, rename="camel"):
    """`GET /api/v3/depth`, and `<symbol>@depth5/10/20`. It names no symbol and has no time."""

    last_update_id: Id
    bids: Levels
    asks: Levels


class Candle(msgspec.Struct):
    """The candle of a kline message."""

    t: Id
    i: str
    o: str
    c: str
    h: str
    l: str  # noqa: E741 - the venue's name
    v: str
    n: Id
    x: bool
    """The candle is closed."""


class Kline(msgspec.Struct):
    """`<symbol>@kline_<interval>`."""

    s: str
    k: Candle


class ExchangeInfo(msgspec.Struct):
    """`GET /api/v3/exchangeInfo`, of which the symbols are read elsewhere."""

    symbols: msgspec.Raw


Message: TypeAlias = Trade | AggTrade | BookTicker | DepthUpdate | Depth | Kline | ExchangeInfo


class Parsed(msgspec.Struct, frozen=True):
    """A frame that carries market data."""

    message: Message
    symbol: str | None
    """Whose data it is; None where neither the message nor its stream tells."""
    is_partial: bool = False
    """For `Depth`: the top levels of a stream, not a whole book."""


class _Envelope(msgspec.Struct, rename={"last_update_id": "lastUpdateId"}):
    """What tells frames apart, of all shapes at once."""

    stream: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    e: str | None = None
    A: msgspec.Raw = msgspec.Raw()
    last_update_id: int | None = None
    symbols: msgspec.Raw = msgspec.Raw()


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS: dict[str, "msgspec.json.Decoder[Trade | AggTrade | DepthUpdate | Kline]"] = {
    "trade": msgspec.json.Decoder(Trade),
    "aggTrade": msgspec.json.Decoder(AggTrade),
    "depthUpdate": msgspec.json.Decoder(DepthUpdate),
    "kline": msgspec.json.Decoder(Kline),
}
T = TypeVar("T")


class _Combined(msgspec.Struct, Generic[T]):
    """A frame of a combined stream, of a kind that its name tells."""

    data: T


_COMBINED: dict[bytes, "msgspec.json.Decoder[_Combined[Trade | AggTrade | BookTicker | DepthUpdate]]"] = {
    b"trade": msgspec.json.Decoder(_Combined[Trade]),
    b"aggTrade": msgspec.json.Decoder(_Combined[AggTrade]),
    b"bookTicker": msgspec.json.Decoder(_Combined[BookTicker]),
    b"depth": msgspec.json.Decoder(_Combined[DepthUpdate]),
    b"depth@100ms": msgspec.json.Decoder(_Combined[DepthUpdate]),
}
_COMBINED_OPENING = b'{"stream":"'
_BOOK_TICKER = msgspec.json.Decoder(BookTicker)
_DEPTH = msgspec.json.Decoder(Depth)
_EXCHANGE_INFO = msgspec.json.Decoder(ExchangeInfo)


def parse(frame: bytes) -> Parsed | None:
    """Recognise a frame, combined (`{"stream": ..., "data": ...}`) or raw.

    Returns None for frames without market data: acknowledgements, other events.

    Raises:
        FrameError: the frame is no JSON, or a known message whose fields are not as documented.
    """
    parsed = _parse_combined(frame)
    if parsed is not None:
        return parsed
    try:
        envelope = _ENVELOPE.decode(frame)
        if envelope.stream is None:
            return _parse_body(envelope, frame)
        body: bytes = bytes(envelope.data)
        parsed = _parse_body(_ENVELOPE.decode(body), body)
    except UNREADABLE as error:
        raise not_a_frame(frame, error) from error
    if parsed is not None and isinstance(parsed.message, Depth):
        symbol, _, kind = envelope.stream.partition("@")
        # `@depth5`, `@depth10` and `@depth20` are the top levels; a recorder puts whole books under `@depth`.
        is_partial = kind.removeprefix("depth")[:1].isdigit()
        return Parsed(parsed.message, symbol.upper(), is_partial)
    return parsed


def _parse_combined(frame: bytes) -> Parsed | None:
    """The busy streams in one decoding, where Binance's own spelling of the name tells the kind.

    None for all others, whose content has to tell.
    """
    if not frame.startswith(_COMBINED_OPENING):
        return None
    name = frame[len(_COMBINED_OPENING) : frame.find(b'"', len(_COMBINED_OPENING))]
    decoder = _COMBINED.get(name.partition(b"@")[2])
    if decoder is None:
        return None
    try:
        message = decoder.decode(frame).data
    except UNREADABLE:
        return None
    return Parsed(message, message.s)


def _parse_body(envelope: _Envelope, body: bytes) -> Parsed | None:
    if envelope.e is not None:
        decoder = _EVENTS.get(envelope.e)
        if decoder is None:
            return None
        message = decoder.decode(body)
        return Parsed(message, message.s)
    if envelope.last_update_id is not None:
        return Parsed(_DEPTH.decode(body), None)
    if envelope.A:
        ticker = _BOOK_TICKER.decode(body)
        return Parsed(ticker, ticker.s)
    if envelope.symbols:
        return Parsed(_EXCHANGE_INFO.decode(body), None)
    return None
