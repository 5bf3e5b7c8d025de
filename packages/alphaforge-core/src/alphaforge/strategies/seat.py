"""A strategy's place in a node: what it sees there."""

from collections.abc import Sequence

from alphaforge_rs import Balance, Book, Instrument, Portfolio, Position, StrategyPort

from alphaforge.model.errors import StrategyError
from alphaforge.strategies.context import StrategyContext


class Seat:
    """What a strategy can see of its node, once the engine has bound it."""

    def __init__(self) -> None:
        self._context: StrategyContext | None = None

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

    def portfolio(self, currency: str | None = None) -> Portfolio:
        """What this strategy holds and has earned, valued in one currency: that of reports without one."""
        return self._port.portfolio(currency)

    def book(self, instrument: Instrument | None = None) -> Book:
        """A live view of the book."""
        return self._port.book(instrument or self.instrument)

    def mark(self, instrument: Instrument | None = None) -> tuple[float, float] | None:
        """The best bid and ask by quote, book or last trade, whichever is best; None without any."""
        return self._port.mark(instrument or self.instrument)

    # What the engine uses.

    def bind(self, context: StrategyContext) -> None:
        """Give the strategy its place in a node; the engine calls this once, before `load`."""
        self._context = context

    @property
    def _bound(self) -> StrategyContext:
        if self._context is None:
            raise StrategyError(f"{type(self).__name__} is not running yet: use on_start instead of __init__")
        return self._context

    @property
    def _port(self) -> StrategyPort:
        return self._bound.port
