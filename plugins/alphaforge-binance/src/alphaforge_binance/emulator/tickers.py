"""The statistics of a market, as answers and streams show them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from alphaforge_binance.emulator.klines import Candle, close_of
from alphaforge_binance.emulator.market import AggregateTrade, Market, PublicTrade
from alphaforge_binance.emulator.numbers import ZERO, fixed
from alphaforge_binance.emulator.views import ToTime

_DAY_NS = 86_400 * 1_000_000_000
_NO_LEVEL = (ZERO, ZERO)


def day_ticker(market: Market, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`ticker/24hr`."""
    day, (bid, bid_quantity), (ask, ask_quantity) = market.day, *best(market)
    last = market.last_price or ZERO
    change = last - day.open
    return {
        "symbol": market.symbol.name,
        "priceChange": fixed(change),
        "priceChangePercent": _percent(change, day.open),
        "weightedAvgPrice": fixed(day.quote_volume / day.volume if day.volume else ZERO),
        "prevClosePrice": fixed(day.open),
        "lastPrice": fixed(last),
        "lastQty": fixed(day.last_quantity),
        "bidPrice": fixed(bid),
        "bidQty": fixed(bid_quantity),
        "askPrice": fixed(ask),
        "askQty": fixed(ask_quantity),
        "openPrice": fixed(day.open),
        "highPrice": fixed(day.high),
        "lowPrice": fixed(day.low),
        "volume": fixed(day.volume),
        "quoteVolume": fixed(day.quote_volume),
        "openTime": time(now_ns - _DAY_NS),
        "closeTime": time(now_ns),
        "firstId": day.first_id,
        "lastId": day.last_id,
        "count": day.count,
    }


def mini_ticker(market: Market, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`ticker/24hr` with `type=MINI`."""
    full = day_ticker(market, now_ns, time)
    names = (
        "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime",
        "closeTime", "firstId", "lastId", "count",
    )  # fmt: skip
    return {name: full[name] for name in names}


def book_ticker(market: Market) -> dict[str, Any]:
    """`ticker/bookTicker`."""
    (bid, bid_quantity), (ask, ask_quantity) = best(market)
    return {
        "symbol": market.symbol.name,
        "bidPrice": fixed(bid),
        "bidQty": fixed(bid_quantity),
        "askPrice": fixed(ask),
        "askQty": fixed(ask_quantity),
    }


def kline_row(candle: Candle, interval: str, time: ToTime) -> list[Any]:
    """A row of `klines`."""
    return [
        time(candle.open_ns),
        fixed(candle.open),
        fixed(candle.high),
        fixed(candle.low),
        fixed(candle.close),
        fixed(candle.volume),
        time(close_of(interval, candle.open_ns) - 1),
        fixed(candle.quote_volume),
        candle.count,
        fixed(candle.taker_volume),
        fixed(candle.taker_quote_volume),
        "0",
    ]


def trade_event(market: Market, trade: PublicTrade, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`<symbol>@trade`."""
    return {
        "e": "trade",
        "E": time(now_ns),
        "s": market.symbol.name,
        "t": trade.trade_id,
        "p": fixed(trade.price),
        "q": fixed(trade.quantity),
        "T": time(trade.time_ns),
        "m": trade.buyer_is_maker,
        "M": True,
    }


def aggregate_event(market: Market, trade: AggregateTrade, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`<symbol>@aggTrade`."""
    return {
        "e": "aggTrade",
        "E": time(now_ns),
        "s": market.symbol.name,
        "a": trade.aggregate_id,
        "p": fixed(trade.price),
        "q": fixed(trade.quantity),
        "f": trade.first_id,
        "l": trade.last_id,
        "T": time(trade.time_ns),
        "m": trade.buyer_is_maker,
        "M": True,
    }


def book_ticker_event(market: Market) -> dict[str, Any]:
    """`<symbol>@bookTicker`."""
    (bid, bid_quantity), (ask, ask_quantity) = best(market)
    return {
        "u": market.shown_update_id,
        "s": market.symbol.name,
        "b": fixed(bid),
        "B": fixed(bid_quantity),
        "a": fixed(ask),
        "A": fixed(ask_quantity),
    }


def kline_event(
    market: Market, candle: Candle, interval: str, *, is_closed: bool
) -> Callable[[int, ToTime], dict[str, Any]]:
    """`<symbol>@kline_<interval>`, still to be given its time and unit."""

    def build(now_ns: int, time: ToTime) -> dict[str, Any]:
        return {
            "e": "kline",
            "E": time(now_ns),
            "s": market.symbol.name,
            "k": {
                "t": time(candle.open_ns),
                "T": time(close_of(interval, candle.open_ns) - 1),
                "s": market.symbol.name,
                "i": interval,
                "f": candle.first_id,
                "L": candle.last_id,
                "o": fixed(candle.open),
                "c": fixed(candle.close),
                "h": fixed(candle.high),
                "l": fixed(candle.low),
                "v": fixed(candle.volume),
                "n": candle.count,
                "x": is_closed,
                "q": fixed(candle.quote_volume),
                "V": fixed(candle.taker_volume),
                "Q": fixed(candle.taker_quote_volume),
                "B": "0",
            },
        }

    return build


def ticker_event(market: Market, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`<symbol>@ticker`."""
    day = day_ticker(market, now_ns, time)
    names = {
        "s": "symbol", "p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice",
        "x": "prevClosePrice", "c": "lastPrice", "Q": "lastQty", "b": "bidPrice", "B": "bidQty",
        "a": "askPrice", "A": "askQty", "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume",
        "q": "quoteVolume", "O": "openTime", "C": "closeTime", "F": "firstId", "L": "lastId", "n": "count",
    }  # fmt: skip
    return {"e": "24hrTicker", "E": time(now_ns), **{short: day[name] for short, name in names.items()}}


def mini_ticker_event(market: Market, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`<symbol>@miniTicker`."""
    day = day_ticker(market, now_ns, time)
    names = {
        "s": "symbol", "c": "lastPrice", "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume",
        "q": "quoteVolume",
    }  # fmt: skip
    return {"e": "24hrMiniTicker", "E": time(now_ns), **{short: day[name] for short, name in names.items()}}


def average_price_event(market: Market, now_ns: int, time: ToTime) -> dict[str, Any]:
    """`<symbol>@avgPrice`."""
    last = market.trades[-1].time_ns if market.trades else now_ns
    return {
        "e": "avgPrice",
        "E": time(now_ns),
        "s": market.symbol.name,
        "i": "5m",
        "w": fixed(market.average_price(now_ns) or ZERO),
        "T": time(last),
    }


def best(market: Market) -> tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]:
    """Best bid and best ask; zeros where a side is empty."""
    bids, asks = market.shown("BUY", 1), market.shown("SELL", 1)
    return bids[0] if bids else _NO_LEVEL, asks[0] if asks else _NO_LEVEL


def _percent(change: Decimal, start: Decimal) -> str:
    return f"{change / start * 100 if start else ZERO:.3f}"
