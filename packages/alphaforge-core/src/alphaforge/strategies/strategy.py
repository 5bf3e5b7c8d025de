"""The base class of strategies."""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Generic, get_args

from alphaforge_rs import (
    Balance,
    Bar,
    Book,
    FeedStatus,
    Fill,
    Instrument,
    Order,
    Outcome,
    Position,
    Quote,
    StrategyPort,
    Trade,
)
from typing_extensions import TypeVar

from alphaforge.model.errors import StrategyError
from alphaforge.model.numbers import Number, Side, TimeInForce
from alphaforge.model.risk_rule import ProposedOrder, RiskView
from alphaforge.strategies.context import StrategyContext
from alphaforge.strategies.handle import OrderHandle
from alphaforge.strategies.params import StrategyParams

if TYPE_CHECKING:
    from alphaforge.strategies.bar_array import BarArray

P = TypeVar("P", bound=StrategyParams, default=StrategyParams)

_SHORTEST_TIMER_S = 0.001
_LONGEST_TIMER_S = 1e9


class Strategy(Generic[P]):
    """Trades. Subclass it and define the callbacks that you need; each is called only if defined.

    All callbacks run one at a time. What an order causes (its own updates, its fills) is delivered
    after the current callback has returned. A callback that raises halts the strategy, not the node.

    Prices and sizes are given as Decimal, str, int or float and brought onto the instrument's grid:
    never to a more aggressive price, never to a larger size.
    """

    params: P
    log: logging.Logger

    def __init__(self, params: P) -> None:
        self.params = params
        self.log = logging.getLogger(f"alphaforge.strategy.{type(self).__name__}")
        self._context: StrategyContext | None = None
        self._timers: dict[str, int] = {}
        self._bars: list[tuple[Instrument, str]] = []

    # Callbacks.

    def on_start(self) -> None:
        """Called once, before the first event. Subscribe to bars and set timers here."""

    def on_stop(self) -> None:
        """Called once, after the last event. Orders sent here still reach the venue."""

    def on_trade(self, trade: Trade) -> None:
        """A trade between others. Defining this subscribes to trades."""

    def on_quote(self, quote: Quote) -> None:
        """A new best bid or ask. Defining this subscribes to quotes."""

    def on_book(self, book: Book) -> None:
        """The synchronised book has changed; never called while it is stale. Defining this subscribes."""

    def on_bar(self, bar: Bar) -> None:
        """A bar of `subscribe_bars` has closed."""

    def on_feed_status(self, status: FeedStatus) -> None:
        """A book has become stale or synced, or a stream is back. Comes before any later price."""

    def on_order(self, order: Order) -> None:
        """An order of this strategy has changed; `order` is as it was then."""

    def on_fill(self, fill: Fill) -> None:
        """An order of this strategy has traded."""

    def on_timer(self, name: str) -> None:
        """A timer of `set_timer` has come due."""

    def save(self) -> Mapping[str, Any]:
        """What the strategy wants to find again at its next start, as JSON can hold it."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """Called before `on_start` with what `save` returned, where there is something."""

    # Orders.

    def buy(
        self,
        quantity: Number,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        time_in_force: TimeInForce = "gtc",
        post_only: bool = False,
    ) -> OrderHandle:
        """Buy; see `submit`."""
        return self.submit(
            "buy",
            quantity,
            price,
            instrument=instrument,
            time_in_force=time_in_force,
            post_only=post_only,
        )

    def sell(
        self,
        quantity: Number,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        time_in_force: TimeInForce = "gtc",
        post_only: bool = False,
    ) -> OrderHandle:
        """Sell; see `submit`."""
        return self.submit(
            "sell",
            quantity,
            price,
            instrument=instrument,
            time_in_force=time_in_force,
            post_only=post_only,
        )

    def submit(
        self,
        side: Side,
        quantity: Number,
        price: Number | None = None,
        *,
        instrument: Instrument | None = None,
        time_in_force: TimeInForce = "gtc",
        post_only: bool = False,
    ) -> OrderHandle:
        """Send an order: at `price` or better, or at the market without one.

        The gate judges it at once; the handle says what came of it. A market order trades at most
        `risk.market_slippage` beyond the far side of the book, and what cannot trade there expires.

        Raises:
            TypeError: quantity or price is no number and no text.
            StrategyError: the strategy has several instruments and none was given.
        """
        instrument = instrument or self.instrument
        verdict = self._judge(side, quantity, price, instrument)
        outcome = self._port.submit(
            instrument,
            side,
            quantity,
            price,
            time_in_force=time_in_force,
            post_only=post_only,
            verdict=verdict,
        )
        return OrderHandle(self, outcome)

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
        verdict = self._judge(current.side, new_quantity, new_price, current.instrument)
        return self._port.replace(current.id, new_price, new_quantity, verdict=verdict)

    def cancel_all(self, instrument: Instrument | None = None) -> Outcome:
        """Cancel all open orders of this strategy, or those in one instrument."""
        return self._port.cancel_all(instrument)

    def close(self, instrument: Instrument | None = None) -> OrderHandle | None:
        """Close the position with a market order; None where there is nothing to close."""
        instrument = instrument or self.instrument
        quantity = self.position(instrument).quantity_decimal
        if quantity == 0:
            return None
        side: Side = "sell" if quantity > 0 else "buy"
        return self.submit(side, abs(quantity), instrument=instrument)

    # Views.

    @property
    def name(self) -> str:
        """The strategy's name in reports and limits."""
        return self._port.name

    @property
    def is_halted(self) -> bool:
        """True where a callback raised, or an operator halted this strategy: nothing new passes."""
        return self._port.trading_state == "halted"

    @property
    def now(self) -> int:
        """Feed time, in ns since the epoch. In a backtest this is the time of the data."""
        return self._port.now

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What this strategy trades."""
        return self._bound.instruments

    @property
    def instrument(self) -> Instrument:
        """The one instrument this strategy trades.

        Raises:
            StrategyError: it trades several; say which one is meant.
        """
        instruments = self._bound.instruments
        if len(instruments) != 1:
            names = ", ".join(instrument.id for instrument in instruments)
            raise StrategyError(f"{type(self).__name__} trades {names}: say which with instrument=...")
        return instruments[0]

    def position(self, instrument: Instrument | None = None) -> Position:
        """This strategy's position."""
        return self._port.position(instrument or self.instrument)

    def balance(self, currency: str, *, venue: str | None = None) -> Balance | None:
        """What is held of a currency; None where the venue has not told."""
        return self._port.balance(venue or self.instruments[0].venue, currency)

    def book(self, instrument: Instrument | None = None) -> Book:
        """A live view of the book."""
        return self._port.book(instrument or self.instrument)

    def mark(self, instrument: Instrument | None = None) -> tuple[float, float] | None:
        """The best bid and ask by quote, book or last trade, whichever is best; None without any."""
        return self._port.mark(instrument or self.instrument)

    def bars(self, spec: str, count: int = 100, *, instrument: Instrument | None = None) -> "BarArray":
        """The last `count` closed bars of `subscribe_bars`, oldest first, as a structured array.

        `self.bars("1m")["close"]` is an array of closes; `BAR_DTYPE` has all columns.

        Raises:
            StrategyError: the strategy has not subscribed to these bars.
        """
        # numpy takes a while to import, and many strategies do without.
        from alphaforge.strategies.bar_array import bar_array  # noqa: PLC0415

        instrument = instrument or self.instrument
        packed = self._port.packed_bars(instrument, spec, count)
        if packed is None:
            raise StrategyError(
                f"bars {spec!r} of {instrument.id}: call subscribe_bars({spec!r}) in on_start first"
            )
        return bar_array(packed)

    def order(self, order: "OrderHandle | Order | int") -> Order | None:
        """An order as it is now."""
        if isinstance(order, OrderHandle) and order.id is None:
            return None
        return self._port.order(_order_id(order))

    def open_orders(self, instrument: Instrument | None = None) -> list[Order]:
        """The orders of this strategy that may still trade, oldest first."""
        return self._port.open_orders(instrument)

    # Subscriptions and timers.

    def subscribe_bars(self, spec: str, *, instrument: Instrument | None = None) -> None:
        """Ask for bars: `1s`, `5m`, `1h`, `1d`, `100t` (trades), or `1m@venue` (made by the venue).

        Without `instrument` the bars of all instruments of the strategy are meant.

        Raises:
            ValueError: `spec` names no bars.
        """
        for wanted in [instrument] if instrument else self.instruments:
            self._bars.append((wanted, self._port.subscribe_bars(wanted, spec)))

    def set_timer(self, name: str, *, interval_s: float) -> None:
        """Call `on_timer(name)` every `interval_s` seconds of feed time, first one interval from now.

        Raises:
            StrategyError: `interval_s` is no number, below a millisecond, or longer than a lifetime.
        """
        is_number = isinstance(interval_s, int | float)
        if not is_number or not _SHORTEST_TIMER_S <= interval_s <= _LONGEST_TIMER_S:
            bounds = f"a number of seconds from {_SHORTEST_TIMER_S:g} to {_LONGEST_TIMER_S:g}"
            raise StrategyError(f"timer {name!r}: interval_s = {interval_s!r}: must be {bounds}")
        timer = self._timers.setdefault(name, len(self._timers))
        self._port.set_timer(timer, round(interval_s * 1_000_000_000))

    def cancel_timer(self, name: str) -> None:
        """Stop a timer; one that is not set is no error."""
        if name in self._timers:
            self._port.cancel_timer(self._timers[name])

    # What the engine uses.

    @property
    def subscribed_bars(self) -> Sequence[tuple[Instrument, str]]:
        """The bars that were asked for, each as the engine writes it."""
        return self._bars

    @property
    def timer_names(self) -> Sequence[str]:
        """The timers that were ever set."""
        return list(self._timers)

    @classmethod
    def params_type(cls) -> type[StrategyParams]:
        """The class of the parameters, from `class MyStrategy(Strategy[MyParams])`."""
        for base in cls.__mro__:
            for generic in vars(base).get("__orig_bases__", ()):
                for argument in get_args(generic):
                    if isinstance(argument, type) and issubclass(argument, StrategyParams):
                        return argument
        return StrategyParams

    def bind(self, context: StrategyContext) -> None:
        """Give the strategy its place in a node; the engine calls this once, before `load`."""
        self._context = context

    def timer_name(self, timer: int) -> str:
        """The name under which a timer was set."""
        return next(name for name, number in self._timers.items() if number == timer)

    @property
    def _bound(self) -> StrategyContext:
        if self._context is None:
            raise StrategyError(f"{type(self).__name__} is not running yet: use on_start instead of __init__")
        return self._context

    @property
    def _port(self) -> StrategyPort:
        return self._bound.port

    def _judge(
        self, side: Side, quantity: Number, price: Number | None, instrument: Instrument
    ) -> tuple[str, str] | None:
        """The rejection of a plugin's risk rule, if there are rules and one rejects."""
        rules = self._bound.rules
        if not rules.rules:
            return None
        try:
            exact_quantity = Decimal(str(quantity))
            exact_price = None if price is None else Decimal(str(price))
        except InvalidOperation:
            # Not a number: the kernel denies it with the reason, whatever the rules would say.
            return None
        order = ProposedOrder(self.name, instrument, side, exact_quantity, exact_price)
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
