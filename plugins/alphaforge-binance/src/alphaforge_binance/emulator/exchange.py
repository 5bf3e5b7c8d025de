"""The exchange itself: accounts, markets, and what an order does between them.

It knows nothing of requests and connections. Who watches it is told through `Watcher`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from alphaforge_rs import ExchangeEvent, MatchingEngine
from alphaforge_testkit.emulator.ledger import Ledger

from alphaforge_binance.emulator.account import FEE_ACCOUNT, MARKET_ACCOUNT, Account
from alphaforge_binance.emulator.errors import ApiError, filter_failure, rejected, unknown_order
from alphaforge_binance.emulator.filters import check_filters
from alphaforge_binance.emulator.locks import (
    INSUFFICIENT,
    immediate_cost,
    needed_lock,
    own_quantities,
    relock,
    worst_cost,
)
from alphaforge_binance.emulator.market import AggregateTrade, Market, PublicTrade, quantity_for
from alphaforge_binance.emulator.numbers import ZERO, eight_decimals
from alphaforge_binance.emulator.order import MARKET_TYPES, STOP_TYPES, Fill, Order, Side
from alphaforge_binance.emulator.symbols import Symbol
from alphaforge_binance.emulator.triggers import fires, would_fire_at_once

_ENGINE_SIDE = {"BUY": "buy", "SELL": "sell"}
_SELF_TRADE = {
    "NONE": "allow",
    "EXPIRE_TAKER": "expire_taker",
    "EXPIRE_MAKER": "expire_maker",
    "EXPIRE_BOTH": "expire_both",
}
_EXPIRY = {
    "immediate-or-cancel": "UNFILLED_IOC_QUANTITY_EXPIRED",
    "fill-or-kill": "UNFILLED_FOK_ORDER_EXPIRED",
    "market order": "INSUFFICIENT_LIQUIDITY",
}
_BNB_DISCOUNT = Decimal("0.75")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an order, for its account's user data."""

    order: Order
    execution: str
    fill: Fill | None = None
    client_id: str | None = None
    original_client_id: str = ""


class Watcher(Protocol):
    """Who is told what happens."""

    def order_changed(self, account: Account, change: Change) -> None:
        """An order of an account."""

    def balances_changed(self, account: Account, assets: Iterable[str]) -> None:
        """Assets of an account, once for all that happened together."""

    def traded(self, market: Market, trade: PublicTrade) -> None:
        """A trade of a market."""

    def aggregated(self, market: Market, aggregate: AggregateTrade) -> None:
        """The trades of one taker at one price."""

    def book_changed(self, market: Market) -> None:
        """The book of a market has a new update id."""


class Exchange:
    """Accounts, markets and the ledger."""

    def __init__(self, symbols: Iterable[Symbol], accounts: Sequence[Account]) -> None:
        self.ledger = Ledger()
        self.accounts = {account.number: account for account in accounts}
        self.markets = {
            symbol.name: Market(symbol, MatchingEngine(symbol.instrument())) for symbol in symbols
        }
        self.watcher: Watcher | None = None
        self.now_ns = 0
        """The venue's time; whoever calls sets it first."""
        self.executions = 0
        self.hidden_for_ns = 0
        """How long queries do not find a new order."""
        self.on_working: Callable[[Order], None] = _nothing
        """An order of a list begins to work, or has traded."""
        self.on_closed: Callable[[Order], None] = _nothing
        """An order of a list has ended."""
        self._touched: dict[int, set[str]] = {}

    def market(self, symbol: str | None) -> Market:
        """The market of a symbol.

        Raises:
            ApiError: there is none.
        """
        market = self.markets.get(symbol or "")
        if market is None:
            raise ApiError(-1121, "Invalid symbol.")
        return market

    def place(self, order: Order) -> None:
        """Take a new order of a client; its `order_id` and times are set here.

        Raises:
            ApiError: it is refused.
        """
        self.check(order)
        self.prepare(order)
        self.admit(order)
        self.start(order)
        self.settle()

    def check(self, order: Order) -> None:
        """Hold an order against the symbol's filters.

        Raises:
            ApiError: it must not be placed.
        """
        market = self.market(order.symbol)
        check_filters(order, market, self.accounts[order.account], self.now_ns)

    def prepare(self, order: Order) -> None:
        """Hold an order against the market and its owner's money.

        Raises:
            ApiError: the engine refuses it.
        """
        market, account = self.market(order.symbol), self.accounts[order.account]
        if market.symbol.status != "TRADING":
            raise rejected("Market is closed.")
        if account.has_open_client_id(order.symbol, order.client_id):
            account.duplicates_refused += 1
            raise rejected("Duplicate order sent.")
        if order.type in STOP_TYPES and would_fire_at_once(order, market.last_price):
            raise rejected("Order would trigger immediately.")
        if order.type == "LIMIT_MAKER" and market.would_take(order.side, order.price):
            raise rejected("Order would immediately match and take.")
        needed = self._reckon(market, account, order)
        if self.ledger.holding(order.account, self._asset_of(order)).free < needed:
            raise rejected(INSUFFICIENT)

    def admit(self, order: Order) -> None:
        """Give an order its id and its times, and keep it."""
        market = self.market(order.symbol)
        order.order_id = market.next_order_id()
        order.created_ns = order.updated_ns = self.now_ns
        order.visible_ns = self.now_ns + self.hidden_for_ns
        self.accounts[order.account].add(order)
        market.live[order.order_id] = order

    def cancel(self, order: Order, cancel_id: str) -> None:
        """Cancel an open order of a client.

        Raises:
            ApiError: it is not open any more.
        """
        if not order.is_open:
            raise unknown_order()
        self.take_out(order)
        order.status = "CANCELED"
        self.end(order, "CANCELED", client_id=cancel_id, original_client_id=order.client_id)
        self.settle()

    def amend(self, order: Order, quantity: Decimal, new_client_id: str) -> None:
        """Make an order smaller in its place.

        Raises:
            ApiError: it is not smaller, or was amended too often.
        """
        market, account = self.market(order.symbol), self.accounts[order.account]
        if order.amends >= market.symbol.max_amends:
            raise filter_failure("MAX_NUM_ORDER_AMENDS")
        if not order.executed < quantity < order.quantity:
            raise ApiError(-2038, "The amended quantity must be below the order's and above what is filled.")
        if order.order_id in market.waiting:
            order.quantity = quantity
        else:
            market.engine.replace(order.order_id, order.account, order.price, quantity)
            self._book_changed(market)
        original = order.client_id
        order.quantity, order.amends, order.updated_ns = quantity, order.amends + 1, self.now_ns
        order.client_id = new_client_id
        account.by_client_id[order.symbol, new_client_id] = order
        self.relock(order)
        self._tell(Change(order, "REPLACED", original_client_id=original))
        self.settle()

    def trade_as_market(
        self,
        market: Market,
        side: Side,
        quantity: Decimal,
        price: Decimal | None,
        *,
        immediate: bool = False,
    ) -> int:
        """An order of all others, which have no accounts here; returns its id."""
        order_id = market.next_order_id()
        events = market.engine.submit(
            order_id,
            MARKET_ACCOUNT,
            _ENGINE_SIDE[side],  # type: ignore[arg-type]
            quantity,
            price,
            time_in_force="ioc" if immediate else "gtc",
        )
        self._apply(market, events)
        self.settle()
        return order_id

    def cancel_as_market(self, market: Market, order_id: int) -> None:
        """Cancel an order of all others, if it still rests."""
        events = market.engine.cancel(order_id, MARKET_ACCOUNT)
        if events and events[0].kind == "cancelled":
            self._book_changed(market)

    def deposit(self, account: Account, asset: str, amount: Decimal) -> None:
        """Bring an asset in, or out where the amount is negative."""
        self.ledger.deposit(account.number, asset, amount)
        account.updated_ns = self.now_ns
        self._touch(account.number, asset)
        self.settle()

    def end(
        self,
        order: Order,
        execution: str,
        *,
        client_id: str | None = None,
        original_client_id: str = "",
    ) -> None:
        """Close an order whose final status is set."""
        market = self.market(order.symbol)
        order.updated_ns = self.now_ns
        market.live.pop(order.order_id, None)
        market.waiting.pop(order.order_id, None)
        self.accounts[order.account].open_orders.pop((order.symbol, order.order_id), None)
        self.relock(order)
        self._tell(Change(order, execution, client_id=client_id, original_client_id=original_client_id))
        self.on_closed(order)

    def settle(self) -> None:
        """Tell accounts of all balances that have changed since the last time."""
        touched, self._touched = self._touched, {}
        if self.watcher is not None:
            for number, assets in touched.items():
                if number in self.accounts:
                    self.watcher.balances_changed(self.accounts[number], sorted(assets))

    def start(self, order: Order) -> None:
        """Let an order that was admitted work, or wait for its stop."""
        market = self.market(order.symbol)
        self.relock(order)
        if order.type in STOP_TYPES:
            market.waiting[order.order_id] = order
            self._tell(Change(order, "NEW"))
        else:
            self._apply(market, self._submit(market, order))

    def take_out(self, order: Order) -> None:
        """Take an open order out of the engine, or from those that wait."""
        market = self.market(order.symbol)
        if market.waiting.pop(order.order_id, None) is None:
            market.engine.cancel(order.order_id, order.account)
            self._book_changed(market)

    def relock(self, order: Order) -> None:
        """Bring the lock of an order to what it needs now."""
        relock(self.ledger, self.market(order.symbol).symbol, order)
        self._touch(order.account, self._asset_of(order))

    def _reckon(self, market: Market, account: Account, order: Order) -> Decimal:
        """What an order costs: a market order trades at once, so that it needs the money and no lock."""
        if order.type != "MARKET":
            if order.type in MARKET_TYPES:
                order.limit_of_cost = worst_cost(market, order)
            return needed_lock(order)
        own = own_quantities(account, order) if order.self_trade == "EXPIRE_MAKER" else {}
        if order.quote_quantity:
            reach = market.reach(order.side, own)
            order.quantity = quantity_for(reach, order.quote_quantity, market.symbol.step_size)
            if not order.quantity:
                raise filter_failure("LOT_SIZE")
        return immediate_cost(market, order, own)

    def _submit(self, market: Market, order: Order) -> list[ExchangeEvent]:
        is_market = order.type in MARKET_TYPES
        bound = order.limit_of_cost if is_market and order.side == "BUY" and order.limit_of_cost else None
        tif = order.time_in_force.lower()
        return market.engine.submit(
            order.order_id,
            order.account,
            _ENGINE_SIDE[order.side],  # type: ignore[arg-type]
            order.remaining,
            None if is_market else order.price,
            time_in_force=tif if tif in {"gtc", "ioc", "fok"} and not is_market else "gtc",  # type: ignore[arg-type]
            post_only=order.type == "LIMIT_MAKER",
            worst_price=bound,
            self_trade=_SELF_TRADE[order.self_trade],  # type: ignore[arg-type]
            display=order.iceberg or None,
        )

    def _apply(self, market: Market, events: Sequence[ExchangeEvent]) -> None:
        """Follow what the engine tells: orders, balances, trades, and stops that fire by them."""
        taker: ExchangeEvent | None = None
        trades: list[PublicTrade] = []
        has_book_changed = False
        for event in events:
            order = market.live.get(event.order_id)
            match event.kind:
                case "accepted" if order is not None:
                    order.working_ns = order.updated_ns = self.now_ns
                    self._tell(Change(order, "NEW"))
                case "rested":
                    has_book_changed = True
                case "filled" if taker is None:
                    taker = event
                case "filled" if taker is not None:
                    trades.append(self._trade(market, taker, event))
                    taker, has_book_changed = None, True
                case "cancelled" | "expired":
                    has_book_changed = has_book_changed or event.kind == "cancelled"
                    if order is not None:
                        self._expire(order, event)
        if has_book_changed:
            self._book_changed(market)
        self._publish(market, trades)
        if market.waiting:
            for trade in trades:
                self.fire_stops(market, trade.price)

    def fire_stops(self, market: Market, price: Decimal) -> None:
        """Let the orders work whose stop a trade at this price has reached."""
        for order in list(market.waiting.values()):
            if order.order_id in market.waiting and fires(order, price, self.now_ns):
                del market.waiting[order.order_id]
                self.on_working(order)
                self._apply(market, self._submit(market, order))

    def _trade(self, market: Market, taker: ExchangeEvent, maker: ExchangeEvent) -> PublicTrade:
        price, quantity = maker.price or ZERO, maker.quantity or ZERO
        market.trade_id += 1
        trade = PublicTrade(market.trade_id, price, quantity, self.now_ns, buyer_is_maker=maker.side == "buy")
        buyer, seller = (maker, taker) if trade.buyer_is_maker else (taker, maker)
        self.ledger.move(seller.account, buyer.account, market.symbol.base, quantity)
        self.ledger.move(buyer.account, seller.account, market.symbol.quote, price * quantity)
        for event in (taker, maker):
            order = market.live.get(event.order_id)
            if order is not None:
                self._fill(market, order, trade, is_maker=event is maker)
        return trade

    def _fill(self, market: Market, order: Order, trade: PublicTrade, *, is_maker: bool) -> None:
        account, symbol = self.accounts[order.account], market.symbol
        asset, commission = self._commission(account, market, order, trade, is_maker=is_maker)
        self.ledger.move(account.number, FEE_ACCOUNT, asset, commission)
        fill = Fill(
            trade.trade_id,
            order.order_id,
            order.symbol,
            trade.price,
            trade.quantity,
            commission,
            asset,
            self.now_ns,
            is_buyer=order.side == "BUY",
            is_maker=is_maker,
        )
        order.fills.append(fill)
        account.fills.append(fill)
        order.executed += trade.quantity
        order.executed_quote += trade.price * trade.quantity
        order.updated_ns = account.updated_ns = self.now_ns
        for touched in (symbol.base, symbol.quote, asset):
            self._touch(account.number, touched)
        if order.remaining > 0:
            order.status = "PARTIALLY_FILLED"
            self.relock(order)
            self._tell(Change(order, "TRADE", fill))
            self.on_working(order)
        else:
            order.status = "FILLED"
            self._close_filled(market, order, fill)

    def _close_filled(self, market: Market, order: Order, fill: Fill) -> None:
        market.live.pop(order.order_id, None)
        self.accounts[order.account].open_orders.pop((order.symbol, order.order_id), None)
        self.relock(order)
        self._tell(Change(order, "TRADE", fill))
        self.on_working(order)
        self.on_closed(order)

    def _commission(
        self, account: Account, market: Market, order: Order, trade: PublicTrade, *, is_maker: bool
    ) -> tuple[str, Decimal]:
        """The fee of a trade and its asset: what was received, or BNB where the account pays in that."""
        rate = account.maker_rate if is_maker else account.taker_rate
        symbol = market.symbol
        if order.side == "BUY":
            asset, received = symbol.base, trade.quantity
        else:
            asset, received = symbol.quote, trade.price * trade.quantity
        bnb = self.markets.get(f"BNB{symbol.quote}")
        if account.pays_in_bnb and bnb is not None and bnb.last_price:
            value = trade.price * trade.quantity * rate * _BNB_DISCOUNT
            commission = eight_decimals(value / bnb.last_price)
            if self.ledger.holding(account.number, "BNB").free >= commission:
                return "BNB", commission
        return asset, eight_decimals(received * rate)

    def _expire(self, order: Order, event: ExchangeEvent) -> None:
        reason = event.reason or ""
        if "self-trade" in reason:
            order.status, execution = "EXPIRED_IN_MATCH", "TRADE_PREVENTION"
            order.prevented, order.prevented_match_id = event.leaves or ZERO, self.executions
        else:
            order.status = execution = "EXPIRED"
            order.expiry_reason = next(
                (name for text, name in _EXPIRY.items() if reason.startswith(text)), None
            )
        self.end(order, execution)

    def _publish(self, market: Market, trades: Sequence[PublicTrade]) -> None:
        aggregates: dict[int, AggregateTrade] = {}
        for number, trade in enumerate(trades):
            aggregate = market.record(trade, continues=number > 0)
            aggregates[aggregate.aggregate_id] = aggregate
            if self.watcher is not None:
                self.watcher.traded(market, trade)
        if self.watcher is not None:
            for aggregate in aggregates.values():
                self.watcher.aggregated(market, aggregate)

    def _book_changed(self, market: Market) -> None:
        market.update_id += 1
        if self.watcher is not None:
            self.watcher.book_changed(market)

    def _tell(self, change: Change) -> None:
        self.executions += 1
        if self.watcher is not None:
            self.watcher.order_changed(self.accounts[change.order.account], change)

    def _asset_of(self, order: Order) -> str:
        symbol = self.market(order.symbol).symbol
        return symbol.quote if order.side == "BUY" else symbol.base

    def _touch(self, account: int, asset: str) -> None:
        self._touched.setdefault(account, set()).add(asset)


def _nothing(_order: Order) -> None:
    """No list watches."""
