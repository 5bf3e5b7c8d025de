"""Candles of one symbol, made from its trades."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from alphaforge_binance.emulator.numbers import ZERO

_SECOND_NS = 1_000_000_000
_MINUTE_NS = 60 * _SECOND_NS
_KEPT_SECONDS = 3_600
_WEEK_OFFSET_NS = 4 * 86_400 * _SECOND_NS
"""The epoch was a Thursday, and weeks begin on Monday."""

INTERVALS = {
    "1s": 1, "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1_800, "1h": 3_600, "2h": 7_200,
    "4h": 14_400, "6h": 21_600, "8h": 28_800, "12h": 43_200, "1d": 86_400, "3d": 259_200,
    "1w": 604_800, "1M": 0,
}  # fmt: skip
"""Seconds by name; months have none."""


@dataclass(slots=True)
class Candle:
    """A candle."""

    open_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = ZERO
    quote_volume: Decimal = ZERO
    taker_volume: Decimal = ZERO
    taker_quote_volume: Decimal = ZERO
    count: int = 0
    first_id: int = -1
    last_id: int = -1

    def merge(self, later: "Candle") -> None:
        """Add a candle that follows."""
        self.high, self.low = max(self.high, later.high), min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.quote_volume += later.quote_volume
        self.taker_volume += later.taker_volume
        self.taker_quote_volume += later.taker_quote_volume
        self.count += later.count
        if later.count:
            self.first_id = later.first_id if self.first_id < 0 else self.first_id
            self.last_id = later.last_id

    def copy(self, open_ns: int) -> "Candle":
        """The same values in a candle of its own."""
        return Candle(
            open_ns,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.quote_volume,
            self.taker_volume,
            self.taker_quote_volume,
            self.count,
            self.first_id,
            self.last_id,
        )


class Klines:
    """The candles of seconds, for an hour, and of minutes; longer ones are made of these."""

    def __init__(self) -> None:
        self._seconds: dict[int, Candle] = {}
        self._minutes: dict[int, Candle] = {}

    def add(
        self, time_ns: int, price: Decimal, quantity: Decimal, *, buyer_is_taker: bool, trade_id: int
    ) -> None:
        """Count a trade."""
        value = price * quantity
        taken, taken_value = (quantity, value) if buyer_is_taker else (ZERO, ZERO)
        trade = Candle(
            0, price, price, price, price, quantity, value, taken, taken_value, 1, trade_id, trade_id
        )
        for candles, length in ((self._seconds, _SECOND_NS), (self._minutes, _MINUTE_NS)):
            open_ns = time_ns - time_ns % length
            known = candles.get(open_ns)
            if known is None:
                candles[open_ns] = trade.copy(open_ns)
            else:
                known.merge(trade)
        if len(self._seconds) > _KEPT_SECONDS:
            del self._seconds[next(iter(self._seconds))]

    def candles(self, interval: str, *, until_ns: int, from_ns: int | None = None) -> list[Candle]:
        """The candles from the first trade on; those without trades repeat the last close."""
        source = self._seconds if interval == "1s" else self._minutes
        return list(_filled(_merged(source.values(), interval), interval, until_ns, from_ns))

    def current(self, interval: str, now_ns: int) -> Candle | None:
        """The candle that is being made."""
        return next(iter(self.candles(interval, until_ns=now_ns)[-1:]), None)


def open_of(interval: str, time_ns: int) -> int:
    """When the candle of a moment begins."""
    if interval == "1M":
        moment = datetime.fromtimestamp(time_ns // _SECOND_NS, UTC)
        first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return int(first.timestamp()) * _SECOND_NS
    length = INTERVALS[interval] * _SECOND_NS
    offset = _WEEK_OFFSET_NS if interval == "1w" else 0
    return time_ns - (time_ns - offset) % length


def close_of(interval: str, open_ns: int) -> int:
    """When the next candle begins."""
    if interval == "1M":
        return open_of(interval, open_ns + 32 * 86_400 * _SECOND_NS)
    return open_ns + INTERVALS[interval] * _SECOND_NS


def _merged(source: Iterable[Candle], interval: str) -> Iterator[Candle]:
    current: Candle | None = None
    for candle in source:
        open_ns = open_of(interval, candle.open_ns)
        if current is not None and current.open_ns == open_ns:
            current.merge(candle)
            continue
        if current is not None:
            yield current
        current = candle.copy(open_ns)
    if current is not None:
        yield current


def _filled(candles: Iterable[Candle], interval: str, until_ns: int, from_ns: int | None) -> Iterator[Candle]:
    """The candles with those between that had no trades."""
    last: Candle | None = None
    for candle in candles:
        if last is not None:
            yield from _empty(last, interval, candle.open_ns, from_ns)
        if candle.open_ns <= until_ns and (from_ns is None or candle.open_ns >= from_ns):
            yield candle
        last = candle
    if last is not None:
        yield from _empty(last, interval, until_ns + 1, from_ns)


def _empty(last: Candle, interval: str, before_ns: int, from_ns: int | None) -> Iterator[Candle]:
    open_ns = close_of(interval, last.open_ns)
    while open_ns < before_ns:
        if from_ns is None or open_ns >= from_ns:
            close = last.close
            yield Candle(open_ns, close, close, close, close)
        open_ns = close_of(interval, open_ns)
