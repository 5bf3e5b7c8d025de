"""The operations that need no key.

Source: binance-spot-api-docs, rest-api.md, general and market data endpoints.
"""

from typing import Any

import msgspec

from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.errors import ApiError, mandatory
from alphaforge_binance.emulator.klines import INTERVALS
from alphaforge_binance.emulator.market import Market
from alphaforge_binance.emulator.numbers import ZERO, fixed
from alphaforge_binance.emulator.params import Params
from alphaforge_binance.emulator.queries import rows
from alphaforge_binance.emulator.tickers import book_ticker, day_ticker, kline_row, mini_ticker

_DEEPEST = 5_000


def ping(_call: Call) -> Any:
    """`GET ping`."""
    return {}


def server_time(call: Call) -> Any:
    """`GET time`."""
    return {"serverTime": call.time(call.now_ns)}


def exchange_info(call: Call) -> Any:
    """`GET exchangeInfo`, of a symbol, of some, or of all."""
    call.params.raw("permissions")
    call.params.flag("showPermissionSets")
    status = call.params.raw("symbolStatus")
    markets = _markets(call)
    shown = [market.symbol.info() for market in markets or call.exchange.markets.values()]
    return {
        "timezone": "UTC",
        "serverTime": call.time(call.now_ns),
        "rateLimits": call.venue.limits.rules(),
        "exchangeFilters": [],
        "symbols": [info for info in shown if status in {None, info["status"]}],
    }


def depth(call: Call) -> Any:
    """`GET depth`."""
    market, limit = call.market(), rows(call, 100, _DEEPEST)
    snapshot = market.take_snapshot(limit)
    bids, asks = snapshot.sides["BUY"].items(), snapshot.sides["SELL"].items()
    return {
        "lastUpdateId": snapshot.update_id,
        "bids": [[fixed(price), fixed(quantity)] for price, quantity in bids],
        "asks": [[fixed(price), fixed(quantity)] for price, quantity in asks],
    }


def depth_weight(params: Params) -> int:
    """The weight of a depth of this limit."""
    limit = params.integer("limit") or 100
    return next(weight for most, weight in ((100, 5), (500, 25), (1000, 50), (10**19, 250)) if limit <= most)


def trades(call: Call) -> Any:
    """`GET trades`."""
    market, count = call.market(), rows(call)
    return [_trade(call, trade) for trade in list(market.trades)[-count:]]


def historical_trades(call: Call) -> Any:
    """`GET historicalTrades`: from an id on, or the latest."""
    market, count, from_id = call.market(), rows(call), call.params.integer("fromId")
    if from_id is None:
        return [_trade(call, trade) for trade in list(market.trades)[-count:]]
    found = [trade for trade in market.trades if trade.trade_id >= from_id]
    return [_trade(call, trade) for trade in found[:count]]


def aggregate_trades(call: Call) -> Any:
    """`GET aggTrades`: from an id on, within a time, or the latest."""
    market, count = call.market(), rows(call)
    from_id, start, end = call.params.integer("fromId"), call.nanos("startTime"), call.nanos("endTime")
    found = [
        trade
        for trade in market.aggregates
        if (from_id is None or trade.aggregate_id >= from_id)
        and (start is None or call.time(trade.time_ns) >= call.time(start))
        and (end is None or call.time(trade.time_ns) <= call.time(end))
    ]
    chosen = found[-count:] if from_id is None and start is None else found[:count]
    return [
        {
            "a": trade.aggregate_id,
            "p": fixed(trade.price),
            "q": fixed(trade.quantity),
            "f": trade.first_id,
            "l": trade.last_id,
            "T": call.time(trade.time_ns),
            "m": trade.buyer_is_maker,
            "M": True,
        }
        for trade in chosen
    ]


def klines(call: Call) -> Any:
    """`GET klines`; those before the emulator's first trade do not exist."""
    market, count = call.market(), rows(call)
    interval = call.params.required("interval")
    if call.params.raw("timeZone") not in {None, "0"}:
        raise ApiError(-1130, "Data sent for parameter 'timeZone' is not valid.")
    if interval not in INTERVALS:
        raise ApiError(-1120, "Invalid interval.")
    start, end = call.nanos("startTime"), call.nanos("endTime")
    until = call.now_ns if end is None else min(end, call.now_ns)
    candles = market.klines.candles(interval, until_ns=until, from_ns=start)
    chosen = candles[-count:] if start is None else candles[:count]
    return [kline_row(candle, interval, call.time) for candle in chosen]


def average_price(call: Call) -> Any:
    """`GET avgPrice`."""
    market = call.market()
    last = market.trades[-1].time_ns if market.trades else call.now_ns
    price = fixed(market.average_price(call.now_ns) or ZERO)
    return {"mins": 5, "price": price, "closeTime": call.time(last)}


def ticker_24h(call: Call) -> Any:
    """`GET ticker/24hr` and its relatives."""
    kind = call.params.choice("type", ("FULL", "MINI"), ApiError(-1139, "Invalid ticker type."))
    call.params.raw("symbolStatus")
    shown = mini_ticker if kind == "MINI" else day_ticker
    return _each(call, [shown(market, call.now_ns, call.time) for market in _asked_or_all(call)])


def price_ticker(call: Call) -> Any:
    """`GET ticker/price`."""
    call.params.raw("symbolStatus")
    prices = [
        {"symbol": market.symbol.name, "price": fixed(market.last_price or ZERO)}
        for market in _asked_or_all(call)
    ]
    return _each(call, prices)


def best_prices(call: Call) -> Any:
    """`GET ticker/bookTicker`."""
    call.params.raw("symbolStatus")
    return _each(call, [book_ticker(market) for market in _asked_or_all(call)])


def one_or_all_weight(one: int, all_of_them: int) -> Any:
    """The weight of a request that costs more without a symbol."""

    def weight(params: Params) -> int:
        return one if "symbol" in params else all_of_them

    return weight


def _markets(call: Call) -> list[Market]:
    """The markets that `symbol` or `symbols` name; none where neither was sent."""
    symbol, several = call.params.symbol(), call.params.raw("symbols")
    if symbol is not None:
        return [call.exchange.market(symbol)]
    if several is None:
        return []
    try:
        names = msgspec.json.decode(several, type=list[str])
    except msgspec.DecodeError as error:
        raise ApiError(-1135, "JSON sent for parameter 'symbols' is not valid") from error
    if not names:
        raise mandatory("symbols")
    return [call.exchange.market(name) for name in names]


def _asked_or_all(call: Call) -> list[Market]:
    return _markets(call) or list(call.exchange.markets.values())


def _each(call: Call, shown: list[Any]) -> Any:
    """One object where one symbol was asked for, else a list."""
    return shown[0] if "symbol" in call.params else shown


def _trade(call: Call, trade: Any) -> dict[str, Any]:
    return {
        "id": trade.trade_id,
        "price": fixed(trade.price),
        "qty": fixed(trade.quantity),
        "quoteQty": fixed(trade.price * trade.quantity),
        "time": call.time(trade.time_ns),
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }
