"""How a strategy gives orders."""

from decimal import Decimal, InvalidOperation
from typing import TypedDict

from alphaforge_rs import Instrument, Order, Outcome
from typing_extensions import Unpack

from alphaforge.model.errors import StrategyError
from alphaforge.model.numbers import Number, Side, TimeInForce
from alphaforge.model.risk_rule import ProposedOrder, RiskView
from alphaforge.strategies.handle import OrderGroup, OrderHandle
from alphaforge.strategies.parent_order import ParentOrder
from alphaforge.strategies.seat import Seat


class OrderOptions(TypedDict, total=False):
    """What an order can ask for besides side, quantity and price."""

    time_in_force: TimeInForce
    """`gtc` by default."""
    post_only: bool
    """The venue refuses it where it would trade on arrival."""
    stop: Number
    """It waits until the market trades at this price or worse."""
    take_profit: Number
    """It waits until the market trades at this price or better."""
    trailing: Number
    """A stop that follows the market at this distance."""
    expires_at: int
    """Till when it is good, in ns since the epoch."""
    display: Number
    """How much of it the book shows at a time."""
    quote_quantity: Number
    """How much of the quote currency a market order trades, in place of a quantity."""
    reduce_only: bool
    """It may make the strategy's position smaller, and nothing else."""
    allow_stale: bool
    """It may trade on a market that is not known to be as it is shown; so may its replacements."""
    parent: int
    """The id of the parent order that it is a part of; `ParentOrder.submit` sets it."""


class OrderEntry(Seat):
    """The calls by which a strategy orders, changes and cancels."""

    def buy(
        self,
        quantity: Number | None = None,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        **options: Unpack[OrderOptions],
    ) -> OrderHandle:
        """Buy; see `submit`."""
        return self.submit("buy", quantity, price, instrument=instrument, **options)

    def sell(
        self,
        quantity: Number | None = None,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        **options: Unpack[OrderOptions],
    ) -> OrderHandle:
        """Sell; see `submit`."""
        return self.submit("sell", quantity, price, instrument=instrument, **options)

    def submit(
        self,
        side: Side,
        quantity: Number | None = None,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        **options: Unpack[OrderOptions],
    ) -> OrderHandle:
        """Send an order: at `price` or better, or at the market without one; see `OrderOptions`.

        The gate judges it at once; the handle says what came of it. A market order trades at most
        `risk.market_slippage` beyond the far side of the book, and what cannot trade there expires.

        Raises:
            TypeError: a number is no number and no text, or there is no such option.
            ValueError: options contradict each other.
            StrategyError: the strategy has several instruments and none was given.
        """
        instrument = instrument or self.instrument
        size = self._in_base(quantity, options.get("quote_quantity"), instrument)
        reduce_only = options.get("reduce_only", False)
        verdict = self._judge(side, size, price, instrument, reduce_only=reduce_only)
        outcome = self._port.submit(instrument, side, quantity, price, verdict=verdict, **options)
        return OrderHandle(self, outcome)

    def parent(self, side: Side, quantity: Number, *, instrument: Instrument | None = None) -> ParentOrder:
        """A quantity to trade by several orders, which the gate keeps from coming to more.

        Raises:
            ValueError: the quantity, rounded down to the lot, is not above zero.
        """
        instrument = instrument or self.instrument
        made = self._port.parent(instrument, side, quantity)
        return ParentOrder(self, made, instrument, side)

    def bracket(
        self,
        side: Side,
        quantity: Number,
        price: Number | None = None,
        *,
        take_profit: Number,
        stop_loss: Number | None = None,
        stop_limit: Number | None = None,
        trailing: Number | None = None,
        instrument: Instrument | None = None,
        time_in_force: TimeInForce = "gtc",
        post_only: bool = False,
        allow_stale: bool = False,
    ) -> OrderGroup:
        """Open a position with the orders that close it: a limit at `take_profit`, and a stop.

        The stop is at `stop_loss`, or follows the market at the distance `trailing`; with
        `stop_limit` it trades at that price or better. It guards from the entry's first fill on; the
        limit goes out when the entry has ended. At most one of them trades what is left to close.
        All three pass the gate, or all are denied.

        Raises:
            ValueError: neither `stop_loss` nor `trailing` is given.
        """
        instrument = instrument or self.instrument
        outcomes = self._port.submit_group(
            instrument,
            side,
            quantity,
            entry=True,
            entry_price=price,
            post_only=post_only,
            time_in_force=time_in_force,
            limit=take_profit,
            stop=stop_loss,
            stop_limit=stop_limit,
            trailing=trailing,
            allow_stale=allow_stale,
            verdict=self._judge(side, quantity, price, instrument),
        )
        return self._group(outcomes)

    def oco(
        self,
        side: Side,
        quantity: Number,
        price: Number,
        *,
        stop: Number | None = None,
        stop_limit: Number | None = None,
        trailing: Number | None = None,
        instrument: Instrument | None = None,
        allow_stale: bool = False,
    ) -> OrderGroup:
        """Send a limit order at `price` and a stop, of which one cancels the other.

        The stop is at `stop`, or follows the market at the distance `trailing`; with `stop_limit` it
        trades at that price or better. It is held in the node, and goes out once the limit is cancelled.

        Raises:
            ValueError: neither `stop` nor `trailing` is given.
        """
        instrument = instrument or self.instrument
        outcomes = self._port.submit_group(
            instrument,
            side,
            quantity,
            entry=False,
            limit=price,
            stop=stop,
            stop_limit=stop_limit,
            trailing=trailing,
            allow_stale=allow_stale,
            verdict=self._judge(side, quantity, price, instrument),
        )
        return self._group(outcomes)

    def cancel(self, order: "OrderHandle | Order | int") -> Outcome:
        """Cancel an order. Cancels always pass the gate; an order that has ended refuses.

        Raises:
            StrategyError: it is a handle whose `id` is None: not even an order was made.
        """
        return self._port.cancel(_order_id(order))

    def replace(
        self,
        order: "OrderHandle | Order | int",
        *,
        price: Number | None = None,
        quantity: Number | None = None,
    ) -> Outcome:
        """Change the price or the whole quantity (what is filled included) of a limit order.

        Until the venue answers both versions may trade, and both count against limits and cash.

        Raises:
            StrategyError: there is no such order, or it has no price to change.
        """
        current = self._port.order(_order_id(order))
        if current is None:
            raise StrategyError(f"replace: there is no order {_order_id(order)}")
        if current.price_decimal is None:
            raise StrategyError(f"replace: {current!r} is a market order")
        new_price = current.price_decimal if price is None else price
        new_quantity = current.quantity_decimal if quantity is None else quantity
        verdict = self._judge(
            current.side, new_quantity, new_price, current.instrument, reduce_only=current.reduce_only
        )
        return self._port.replace(current.id, new_price, new_quantity, verdict=verdict)

    def cancel_all(self, instrument: Instrument | None = None) -> Outcome:
        """Cancel all open orders of this strategy, or those in one instrument."""
        return self._port.cancel_all(instrument)

    def close(self, instrument: Instrument | None = None, *, allow_stale: bool = False) -> OrderHandle | None:
        """Close the position with a market order; None where there is nothing to close."""
        instrument = instrument or self.instrument
        quantity = self.position(instrument).quantity_decimal
        if quantity == 0:
            return None
        side: Side = "sell" if quantity > 0 else "buy"
        return self.submit(side, abs(quantity), instrument=instrument, allow_stale=allow_stale)

    def order(self, order: "OrderHandle | Order | int") -> Order | None:
        """An order as it is now."""
        if isinstance(order, OrderHandle) and order.id is None:
            return None
        return self._port.order(_order_id(order))

    def open_orders(self, instrument: Instrument | None = None) -> list[Order]:
        """The orders of this strategy that may still trade, oldest first."""
        return self._port.open_orders(instrument)

    def _group(self, outcomes: list[Outcome]) -> OrderGroup:
        """Handles of a group; where it was refused as a whole, one outcome stands for all."""
        handles = [OrderHandle(self, outcome) for outcome in outcomes]
        *entry, limit, stop = handles if len(handles) > 1 else handles * 3
        return OrderGroup(entry[0] if entry else None, limit, stop)

    def _in_base(
        self, quantity: Number | None, quote_quantity: Number | None, instrument: Instrument
    ) -> Number | None:
        """What rules judge: a quantity in the quote currency counts by the best bid."""
        mark = self.mark(instrument)
        if quantity is not None or quote_quantity is None or mark is None:
            return quantity
        try:
            return Decimal(str(quote_quantity)) / Decimal(str(mark[0]))
        except (InvalidOperation, ZeroDivisionError):
            return None

    def _judge(
        self,
        side: Side,
        quantity: Number | None,
        price: Number | None,
        instrument: Instrument,
        *,
        reduce_only: bool = False,
    ) -> tuple[str, str] | None:
        """The rejection of a plugin's risk rule, if there are rules and one rejects."""
        rules = self._bound.rules
        if not rules.rules or quantity is None:
            return None
        try:
            exact_quantity = Decimal(str(quantity))
            exact_price = None if price is None else Decimal(str(price))
        except InvalidOperation:
            # Not a number: the kernel denies it with the reason, whatever the rules would say.
            return None
        order = ProposedOrder(self.name, instrument, side, exact_quantity, exact_price, reduce_only)
        view = RiskView(
            now_ns=self.now,
            position=self.position(instrument).quantity_decimal,
            mark=self.mark(instrument),
        )
        return rules.judge(order, view)


def _order_id(order: OrderHandle | Order | int) -> int:
    if isinstance(order, int):
        return order
    if not isinstance(order, OrderHandle | Order):
        raise StrategyError(f"{order!r} is no order")
    if order.id is None:
        raise StrategyError(f"{order!r} was never made")
    return order.id
