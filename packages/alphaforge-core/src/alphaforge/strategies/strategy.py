"""The base class of strategies."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, get_args

from alphaforge_rs import Bar, Book, FeedStatus, Fill, Instrument, Order, Quote, Trade
from typing_extensions import TypeVar

from alphaforge.model.numbers import Number, Side
from alphaforge.strategies.bar_subscription import BarSubscription
from alphaforge.strategies.order_entry import OrderEntry
from alphaforge.strategies.params import StrategyParams
from alphaforge.strategies.timers import Timers
from alphaforge.strategies.twap import Price, Twap, checked_slices

if TYPE_CHECKING:
    from alphaforge.strategies.bar_array import BarArray

P = TypeVar("P", bound=StrategyParams, default=StrategyParams)


class Strategy(OrderEntry, Generic[P]):
    """Trades. Subclass it and define the callbacks that you need; each is called only if defined.

    All callbacks run one at a time. What an order causes (its own updates, its fills) is delivered
    after the current callback has returned. A callback that raises halts the strategy, not the node.

    Prices and sizes are given as Decimal, str, int or float and brought onto the instrument's grid:
    never to a more aggressive price, never to a larger size.
    """

    params: P
    log: logging.Logger

    def __init__(self, params: P) -> None:
        super().__init__()
        self.params = params
        self.log = logging.getLogger(f"alphaforge.strategy.{type(self).__name__}")
        self._timers = Timers()
        self._bars: list[BarSubscription] = []

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

    def on_history_bar(self, bar: Bar) -> None:
        """A bar from before the run, of `subscribe_bars(..., history=n)`; all come before the first event."""

    def on_feed_status(self, status: FeedStatus) -> None:
        """A book has become stale or synced, or a stream is back. Comes before any later price."""

    def on_order(self, order: Order) -> None:
        """An order of this strategy has changed; `order` is as it was then."""

    def on_fill(self, fill: Fill) -> None:
        """An order of this strategy has traded."""

    def on_timer(self, name: str) -> None:
        """A timer of `set_timer` or `set_daily` has come due."""

    def save(self) -> Mapping[str, Any]:
        """What the strategy wants to find again at its next start, as JSON can hold it."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """Called before `on_start` with what `save` returned, where there is something."""

    # Bars.

    def bars(self, spec: str, count: int = 100, *, instrument: Instrument | None = None) -> "BarArray":
        """The last `count` closed bars of `subscribe_bars`, oldest first, as a structured array.

        `self.bars("1m")["close"]` is an array of closes; `BAR_DTYPE` has all columns.

        Raises:
            StrategyError: the strategy has not subscribed to these bars.
        """
        # numpy takes a while to import, and many strategies do without.
        from alphaforge.strategies.bar_array import bar_array  # noqa: PLC0415

        return bar_array(self._port, instrument or self.instrument, spec, count)

    # Subscriptions and timers.

    def subscribe_bars(self, spec: str, *, instrument: Instrument | None = None, history: int = 0) -> None:
        """Ask for bars such as `5m` (docs/bars.md has all), and the last `history` from before the run.

        Without `instrument` the bars of all instruments of the strategy are meant.

        Raises:
            ValueError: `spec` names no bars, or `history` is not from 0 to 100000.
            SetupError: `history` is asked for after `on_start`.
        """
        for wanted in [instrument] if instrument else self.instruments:
            name = self._port.subscribe_bars(wanted, spec, history)
            self._bars.append(BarSubscription(wanted, name, history))

    def set_timer(self, name: str, *, interval_s: float) -> None:
        """Call `on_timer(name)` every `interval_s` seconds of feed time, first one interval from now.

        Raises:
            StrategyError: `interval_s` is no number, below a millisecond, or longer than a lifetime.
        """
        self._timers.set_interval(self._port, name, interval_s)

    def set_daily(self, name: str, *, at: str, tz: str = "UTC") -> None:
        """Call `on_timer(name)` every day at `at` (`15:30`, `15:30:05`), by the clocks of time zone `tz`.

        A day whose clocks skip the time has it as much later; one that has it twice, the first time.

        Raises:
            StrategyError: `at` is no time of day, or `tz` no time zone that this machine knows.
        """
        self._timers.set_daily(self._port, name, at, tz)

    def cancel_timer(self, name: str) -> None:
        """Stop a timer; one that is not set is no error."""
        self._timers.cancel(self._port, name)

    # Execution.

    def twap(
        self,
        side: Side,
        quantity: Number,
        *,
        duration_s: float,
        slices: int,
        price: Price = None,
        instrument: Instrument | None = None,
    ) -> Twap:
        """Trade a quantity in equal slices over a time, never more; the handle tells how far it is.

        Children are market orders; with `price` limit orders at it, and where that is a function, at what
        it returns for each child (None: none is sent now).

        Raises:
            StrategyError: `slices` or `duration_s` is not above zero, or a slice is shorter than 4 ms.
            ValueError: the quantity, rounded down to the lot, is not above zero.
        """
        interval_s = checked_slices(slices, duration_s)
        twap = Twap(self, self.parent(side, quantity, instrument=instrument), slices=slices, price=price)
        twap.begin(self._timers.call_every(self._port, "twap", interval_s, twap.pulse))
        return twap

    def end_timer(self, timer: int) -> None:
        """Stop a timer that calls something else than `on_timer`; what `twap` set uses this."""
        self._timers.end_calls(self._port, timer)

    # What the engine uses.

    @property
    def subscribed_bars(self) -> Sequence[BarSubscription]:
        """The bars that were asked for, each as the engine writes it."""
        return self._bars

    @property
    def timer_names(self) -> Sequence[str]:
        """The timers that were ever set."""
        return self._timers.names

    @classmethod
    def params_type(cls) -> type[StrategyParams]:
        """The class of the parameters, from `class MyStrategy(Strategy[MyParams])`."""
        for base in cls.__mro__:
            for generic in vars(base).get("__orig_bases__", ()):
                for argument in get_args(generic):
                    if isinstance(argument, type) and issubclass(argument, StrategyParams):
                        return argument
        return StrategyParams

    def timer_due(self, timer: int) -> str | None:
        """The name of a timer that the runtime calls; None where there is nothing to tell."""
        return self._timers.due(self._port, timer)
