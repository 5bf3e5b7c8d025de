"""What goes out on the streams, and when: at once, or at the pace of its stream.

Source of the paces: binance-spot-api-docs, web-socket-streams.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.klines import INTERVALS, open_of
from alphaforge_binance.emulator.market import AggregateTrade, Market, PublicTrade
from alphaforge_binance.emulator.numbers import ZERO, fixed
from alphaforge_binance.emulator.streams import Streams
from alphaforge_binance.emulator.tickers import (
    aggregate_event,
    average_price_event,
    best,
    book_ticker_event,
    kline_event,
    mini_ticker_event,
    ticker_event,
    trade_event,
)
from alphaforge_binance.emulator.user_data import UserData
from alphaforge_binance.emulator.user_events import account_position, execution_report
from alphaforge_binance.emulator.views import ToTime
from alphaforge_binance.emulator.watcher import Change

_FAST_NS, _SECOND_NS, _SLOW_KLINE_NS = 100_000_000, 1_000_000_000, 2_000_000_000
_PARTIAL_DEPTHS = (5, 10, 20)


class DepthFeed:
    """The changes of a book since they were last told."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._bids, self._asks = dict(market.shown("BUY")), dict(market.shown("SELL"))
        self._told = market.shown_update_id

    def next_event(self, now_ns: int) -> dict[str, Any] | None:
        """`depthUpdate` without its times; None where nothing has changed."""
        market = self._market
        if market.shown_update_id == self._told:
            return None
        bids, asks = dict(market.shown("BUY")), dict(market.shown("SELL"))
        # Who was told a book since then may know levels that have come and gone.
        since = [each.sides for each in market.snapshots if each.update_id > self._told]
        event = {
            "e": "depthUpdate",
            "E": now_ns,
            "s": market.symbol.name,
            "U": self._told + 1,
            "u": market.shown_update_id,
            "b": _changes(bids, [self._bids, *(sides["BUY"] for sides in since)]),
            "a": _changes(asks, [self._asks, *(sides["SELL"] for sides in since)]),
        }
        self._bids, self._asks, self._told = bids, asks, market.shown_update_id
        return event


class Publisher:
    """Tells streams and accounts what the exchange does."""

    def __init__(self, exchange: Exchange, streams: Streams, user_data: UserData) -> None:
        self._exchange = exchange
        self._streams = streams
        self._user_data = user_data
        self._best: dict[str, Any] = {}
        self._depth: dict[str, DepthFeed] = {}
        self._candle_opens: dict[str, int] = {}
        self._due = dict.fromkeys((_FAST_NS, _SECOND_NS, _SLOW_KLINE_NS), 0)
        self.recorded: set[str] = set()
        """The streams that a recording publishes."""
        self._lower = {name: name.lower() for name in exchange.markets}
        streams.on_first = self._begin
        self._has_empty_fills = False

    def empty_fills(self) -> Callable[[], None]:
        """Report trades without quantity and price; returns what ends that."""
        self._has_empty_fills = True

        def restore() -> None:
            self._has_empty_fills = False

        return restore

    def order_changed(self, account: Account, change: Change) -> None:
        """See `Watcher`."""
        exchange, fill = self._exchange, change.fill
        if fill is not None and self._has_empty_fills:
            fill = replace(fill, price=ZERO, quantity=ZERO)

        def build(time: ToTime) -> dict[str, Any]:
            return execution_report(
                change.order,
                change.execution,
                execution_id=exchange.executions,
                now_ns=exchange.now_ns,
                time=time,
                fill=fill,
                client_id=change.client_id,
                original_client_id=change.original_client_id,
            )

        self._user_data.send(account.number, f"executionReport/{change.execution}", build)

    def balances_changed(self, account: Account, assets: Iterable[str]) -> None:
        """See `Watcher`."""
        exchange = self._exchange
        holdings = [(asset, exchange.ledger.holding(account.number, asset)) for asset in assets]
        balances = [(asset, holding.free, holding.locked) for asset, holding in holdings]
        account.updated_ns = exchange.now_ns

        def build(time: ToTime) -> dict[str, Any]:
            return account_position(
                balances, updated_ns=account.updated_ns, now_ns=exchange.now_ns, time=time
            )

        self._user_data.send(account.number, "outboundAccountPosition", build)

    def traded(self, market: Market, trade: PublicTrade) -> None:
        """See `Watcher`."""
        now_ns = self._exchange.now_ns
        name = f"{self._lower[market.symbol.name]}@trade"
        self._streams.publish(name, lambda time: trade_event(market, trade, now_ns, time))

    def aggregated(self, market: Market, aggregate: AggregateTrade) -> None:
        """See `Watcher`."""
        now_ns = self._exchange.now_ns
        name = f"{self._lower[market.symbol.name]}@aggTrade"
        self._streams.publish(name, lambda time: aggregate_event(market, aggregate, now_ns, time))

    def book_changed(self, market: Market) -> None:
        """See `Watcher`."""
        name = f"{self._lower[market.symbol.name]}@bookTicker"
        if name in self._streams.clients and name not in self.recorded:
            now_best = best(market)
            if self._best.get(name) != now_best:
                self._best[name] = now_best
                self._streams.publish(name, lambda _time: book_ticker_event(market))

    def tick(self, now_ns: int) -> None:
        """Publish what is due."""
        for interval_ns, due_ns in self._due.items():
            if now_ns >= due_ns or due_ns - now_ns > interval_ns:
                self._due[interval_ns] = now_ns - now_ns % interval_ns + interval_ns
                for name in self._streams.clients.keys() - self.recorded:
                    self._publish_due(name, interval_ns, now_ns)

    def _begin(self, name: str) -> None:
        """A depth stream starts from the book as it is when somebody first listens."""
        market, channel = self._parts(name)
        if market is not None and channel in {"depth", "depth@100ms"}:
            self._depth[name] = DepthFeed(market)
        self._best.pop(name, None)

    def _publish_due(self, name: str, interval_ns: int, now_ns: int) -> None:
        market, channel = self._parts(name)
        if channel == "arr" and interval_ns == _SECOND_NS:
            self._publish_all(name, now_ns)
        if market is None:
            return
        if channel.startswith("depth"):
            self._publish_depth(market, name, channel, interval_ns, now_ns)
        elif channel.startswith("kline_"):
            interval = channel.removeprefix("kline_")
            pace = _SECOND_NS if interval == "1s" else _SLOW_KLINE_NS
            if interval in INTERVALS:
                self._publish_kline(market, name, interval, now_ns, is_due=interval_ns == pace)
        elif interval_ns == _SECOND_NS:
            events = {
                "ticker": ticker_event,
                "miniTicker": mini_ticker_event,
                "avgPrice": average_price_event,
            }
            event = events.get(channel)
            if event is not None:
                self._streams.publish(name, lambda time: event(market, now_ns, time))

    def _publish_depth(self, market: Market, name: str, channel: str, interval_ns: int, now_ns: int) -> None:
        is_fast = channel.endswith("@100ms")
        if interval_ns != (_FAST_NS if is_fast else _SECOND_NS):
            return
        plain = channel.removesuffix("@100ms")
        if plain == "depth":
            event = self._depth[name].next_event(now_ns)
            if event is not None:
                self._streams.publish(name, lambda time: {**event, "E": time(now_ns)})
        elif plain in {f"depth{count}" for count in _PARTIAL_DEPTHS}:
            count = int(plain.removeprefix("depth"))
            self._streams.publish(name, lambda _time: _partial_depth(market, count))

    def _publish_kline(self, market: Market, name: str, interval: str, now_ns: int, *, is_due: bool) -> None:
        candles = market.klines.candles(interval, until_ns=now_ns, from_ns=self._candle_opens.get(name))
        if not candles:
            return
        open_ns = self._candle_opens.setdefault(name, open_of(interval, now_ns))
        for candle in candles:
            is_closed = candle.open_ns < candles[-1].open_ns
            if candle.open_ns >= open_ns and (is_closed or is_due):
                told = kline_event(market, candle, interval, is_closed=is_closed)
                self._streams.publish(name, partial(told, now_ns))
        self._candle_opens[name] = candles[-1].open_ns

    def _publish_all(self, name: str, now_ns: int) -> None:
        if name == "!miniTicker@arr":
            markets = list(self._exchange.markets.values())
            self._streams.publish(
                name, lambda time: [mini_ticker_event(market, now_ns, time) for market in markets]
            )

    def _parts(self, name: str) -> tuple[Market | None, str]:
        symbol, _, channel = name.partition("@")
        return self._exchange.markets.get(symbol.upper()), channel


def _changes(now: dict[Decimal, Decimal], told: Sequence[dict[Decimal, Decimal]]) -> list[list[str]]:
    """The levels that differ from any that was told, with zero for those that are gone."""
    differ = [price for before in told for price in before if now.get(price) != before[price]]
    new = [price for price in now if price not in told[0]]
    return [[fixed(price), fixed(now.get(price, ZERO))] for price in dict.fromkeys([*differ, *new])]


def _partial_depth(market: Market, count: int) -> dict[str, Any]:
    return {
        "lastUpdateId": market.shown_update_id,
        "bids": [[fixed(price), fixed(quantity)] for price, quantity in market.shown("BUY", count)],
        "asks": [[fixed(price), fixed(quantity)] for price, quantity in market.shown("SELL", count)],
    }
