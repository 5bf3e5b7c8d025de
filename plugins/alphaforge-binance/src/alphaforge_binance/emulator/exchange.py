"""The exchange itself: accounts, markets, and what an order does between them.

It knows nothing of requests and connections. Who watches it is told through `Watcher`.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from alphaforge_rs import ExchangeEvent, MatchingEngine
from alphaforge_testkit.emulator.ledger import Ledger

from alphaforge_binance.emulator.account import FEE_ACCOUNT, MARKET_ACCOUNT, Account
from alphaforge_binance.emulator.engine_orders import ENGINE_SIDE, expiry_reason, submit
from alphaforge_binance.emulator.errors import ApiError, filter_failure, rejected, unknown_order
from alphaforge_binance.emulator.fees import commission_of
from alphaforge_binance.emulator.filters import check_filters, check_quantity
from alphaforge_binance.emulator.locks import (
    INSUFFICIENT,
    immediate_cost,
    needed_lock,
    own_quantities,
    relock,
    worst_cost,
)
from alphaforge_binance.emulator.market import AggregateTrade, Market, PublicTrade, quantity_for
from alphaforge_binance.emulator.numbers import ZERO
from alphaforge_binance.emulator.order import MARKET_TYPES, STOP_TYPES, Fill, Order, Side
from alphaforge_binance.emulator.symbols import Symbol
from alphaforge_binance.emulator.triggers import fires, would_fire_at_once
from alphaforge_binance.emulator.watcher import Change, Watcher


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
        check_quantity(market.symbol, quantity, is_market=order.type in MARKET_TYPES)
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
            ENGINE_SIDE[side],
            quantity,
            price,
            time_in_force="ioc" if immediate else "gtc",
        )
        self._apply(market, events)
        self.settle()
        return order_id

    def shrink_as_market(self, market: Market, order_id: int, price: Decimal, quantity: Decimal) -> None:
        """Make an order of all others smaller in its place."""
        market.engine.replace(order_id, MARKET_ACCOUNT, price, quantity)

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
        fill: Fill | None = None,
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
        self._tell(Change(order, execution, fill, client_id, original_client_id))
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
            self._apply(market, submit(market.engine, order))

    def take_out(self, order: Order) -> None:
        """Take an open order out of the engine, or from those that wait."""
        market = self.market(order.symbol)
        if market.waiting.pop(order.order_id, None) is None:
            market.engine.cancel(order.order_id, order.account)
            self._book_changed(market)

    def relock(self, order: Order) -> None:
        """Bring the lock of an order to what it needs now."""
        symbol = self.market(order.symbol).symbol
        relock(self.ledger, symbol, order)
        if order.lock_shared_by is not None:
            relock(self.ledger, symbol, order.lock_shared_by)
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

    def _apply(self, market: Market, events: Sequence[ExchangeEvent]) -> None:
        """Follow what the engine tells: orders, balances, trades, and stops that fire by them."""
        taker: ExchangeEvent | None = None
        trades: list[PublicTrade] = []
        for event in events:
            if event.kind != "filled":
                self._follow(market, event)
            elif taker is None:
                taker = event
            else:
                trades.append(self._trade(market, taker, event))
                taker = None
        if trades or any(event.kind in {"rested", "cancelled"} for event in events):
            self._book_changed(market)
        self._publish(market, trades)
        if market.waiting:
            for trade in trades:
                self.fire_stops(market, trade.price)

    def _follow(self, market: Market, event: ExchangeEvent) -> None:
        """What happened to a client's order beside trades."""
        order = market.live.get(event.order_id)
        if order is None:
            return
        if event.kind == "accepted":
            order.working_ns = order.updated_ns = self.now_ns
            self._tell(Change(order, "NEW"))
        elif event.kind in {"cancelled", "expired"}:
            self._expire(order, event)

    def fire_stops(self, market: Market, price: Decimal) -> None:
        """Let the orders work whose stop a trade at this price has reached."""
        for order in list(market.waiting.values()):
            if order.order_id in market.waiting and fires(order, price, self.now_ns):
                del market.waiting[order.order_id]
                self.on_working(order)
                self._apply(market, submit(market.engine, order))

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
            elif market.recorded is not None:
                market.market_leaves[event.order_id] = event.leaves or ZERO
        return trade

    def _fill(self, market: Market, order: Order, trade: PublicTrade, *, is_maker: bool) -> None:
        account, symbol = self.accounts[order.account], market.symbol
        bnb = self.markets.get(f"BNB{symbol.quote}")
        asset, commission = commission_of(
            account,
            symbol,
            order,
            trade,
            is_maker=is_maker,
            bnb_price=bnb.last_price if bnb is not None else None,
            bnb_free=self.ledger.holding(account.number, "BNB").free,
        )
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
            self.end(order, "TRADE", fill=fill)

    def _expire(self, order: Order, event: ExchangeEvent) -> None:
        reason = event.reason or ""
        if "self-trade" in reason:
            order.status, execution = "EXPIRED_IN_MATCH", "TRADE_PREVENTION"
            order.prevented, order.prevented_match_id = event.leaves or ZERO, self.executions
        else:
            order.status = execution = "EXPIRED"
            order.expiry_reason = expiry_reason(reason)
        self.end(order, execution)

    def _publish(self, market: Market, trades: Sequence[PublicTrade]) -> None:
        if market.recorded is not None:
            # The recording tells everybody what was traded.
            return
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
