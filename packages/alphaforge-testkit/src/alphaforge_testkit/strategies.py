"""A strategy in a test: real events in, real orders out, on the runtime and the paper venue of a backtest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from alphaforge.config.sections import RiskSection
from alphaforge.engine.limits import set_limits
from alphaforge.engine.running_strategy import join
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import SetupError
from alphaforge.model.events import EventBatch
from alphaforge.model.fill_model import FeeTiers, FillModel, Latency
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.model.numbers import Number, Side
from alphaforge.model.orders import Balance, Fill, Order, Position
from alphaforge.strategies.loading import create_strategy, load_strategy_class
from alphaforge.strategies.risk_rules import RuleChain
from alphaforge.strategies.strategy import Strategy
from alphaforge.venues.paper import add_paper_venues, fund_paper_venues
from alphaforge_rs import Runtime

Levels = Sequence[tuple[Number, Number]]

BTCUSDT = Instrument(
    venue="SIM",
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick_size="0.5",
    lot_size="0.00001",
    min_quantity="0.00001",
    min_notional="5",
)
"""What a harness trades where no instrument is given: that of the simulated market."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND_NS = 1_000_000_000
_LONGEST_S = 1e9
_RULE_BUDGET_NS = 1_000_000_000


class StrategyHarness:
    """Runs one strategy over a market that the test writes, event by event.

        harness = StrategyHarness(MyStrategy, params={"size": "0.1"})
        harness.quote("100", "101")
        assert harness.orders == []

    Each call happens at the harness's time, which only `advance` moves, and returns when the strategy
    has been told of everything that it caused. What a callback raises is raised by that call. By default
    messages take no time and trading costs nothing, so that a test can be exact.
    """

    def __init__(
        self,
        strategy: type[Strategy[Any]] | str | Path,
        *,
        instruments: Sequence[Instrument] = (BTCUSDT,),
        params: Mapping[str, Any] | None = None,
        cash: Mapping[str, Number] | None = None,
        risk: Mapping[str, Any] | None = None,
        latency_ms: float = 0,
        maker_fee: Number = 0,
        taker_fee: Number = 0,
        start: datetime = _START,
    ) -> None:
        """Start a strategy: a class, or `path.py[:Class]`.

        `cash` is start money by currency, 10000 of every quote currency by default; `risk` is the `[risk]`
        section of a configuration; `start` is the time of the first event, with its time zone.

        Raises:
            AlphaForgeError: something cannot be used. What `on_start` raises is raised as it is.
        """
        self._errors: list[BaseException] = []
        self._fills: list[Fill] = []
        self._count = 0
        self._has_begun = False
        self._is_stopped = False
        self._now_ns = (start - _EPOCH) // timedelta(microseconds=1) * 1_000
        self._instruments = list(instruments)
        self._table = InstrumentTable(self._instruments)
        self._runtime = Runtime("test", 1, self._table, self._on_fault)
        money = {currency: Decimal(str(amount)) for currency, amount in (cash or {}).items()}
        delay_ns = round(latency_ms * 1_000_000)
        venues = add_paper_venues(
            self._runtime,
            self._instruments,
            FillModel(),
            latency=Latency.constant(delay_ns, delay_ns),
            fees=FeeTiers(Decimal(str(maker_fee)), Decimal(str(taker_fee))),
            native_triggers=True,
        )
        self._runtime.add_instruments()
        fund_paper_venues(self._runtime, venues, self._instruments, money)
        self.strategy: Any = _make(strategy, params or {})
        """The strategy, to look at."""
        name = type(self.strategy).__name__
        join(self._runtime, name, self.strategy, self._instruments, RuleChain([], _RULE_BUDGET_NS))
        set_limits(self._runtime, RiskSection.model_validate(risk or {}))
        self.strategy.on_start()
        self._runtime.start()
        self._run(EventBatch(self._table))

    # What happens.

    def trade(
        self,
        price: Number,
        quantity: Number = 1,
        *,
        aggressor: Side | None = None,
        instrument: Instrument | None = None,
    ) -> None:
        """Others trade; `aggressor` is the taker's side."""
        self._count += 1
        batch, now = EventBatch(self._table), self._now_ns
        handle = self._handle(instrument)
        batch.add_trade(handle, now, now, self._count, _text(price), _text(quantity), aggressor)
        self._run(batch)

    def quote(
        self,
        bid: Number,
        ask: Number,
        *,
        bid_quantity: Number = 10,
        ask_quantity: Number = 10,
        instrument: Instrument | None = None,
    ) -> None:
        """The market shows a new best bid and ask."""
        self._count += 1
        batch, now = EventBatch(self._table), self._now_ns
        levels = (_text(bid), _text(bid_quantity), _text(ask), _text(ask_quantity))
        batch.add_quote(self._handle(instrument), now, now, self._count, *levels)
        self._run(batch)

    def book(self, bids: Levels, asks: Levels, *, instrument: Instrument | None = None) -> None:
        """The market shows a whole new book: levels are (price, quantity), the best first."""
        self._count += 1
        batch, now = EventBatch(self._table), self._now_ns
        sides = ([(_text(price), _text(size)) for price, size in levels] for levels in (bids, asks))
        batch.add_snapshot(self._handle(instrument), now, now, self._count, *sides)
        self._run(batch)

    def disconnect(self, *, instrument: Instrument | None = None) -> None:
        """The stream is lost: books are stale until the next `book`."""
        self._connected(instrument, connected=False)

    def reconnect(self, *, instrument: Instrument | None = None) -> None:
        """The stream is back."""
        self._connected(instrument, connected=True)

    def advance(self, seconds: float) -> None:
        """Let time pass: timers come due, and messages arrive.

        Raises:
            SetupError: nothing has happened yet (time begins with the first event), or time would not pass.
        """
        if not 0 <= seconds < _LONGEST_S:
            raise SetupError(f"advance: seconds = {seconds!r}: must be from 0 to {_LONGEST_S:g}")
        if not self._has_begun:
            raise SetupError("advance: time begins with the first event: give a quote, trade or book first")
        self._now_ns += round(seconds * _SECOND_NS)
        self._run(EventBatch(self._table))

    def stop(self) -> None:
        """Call `on_stop` and deliver what is in flight, as at the end of a run; once."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.strategy.on_stop()
        self._settle(self._runtime.drain)

    # What has come of it.

    @property
    def instrument(self) -> Instrument:
        """The first instrument."""
        return self._instruments[0]

    @property
    def now_ns(self) -> int:
        """The time of the next event, in ns since the epoch."""
        return self._now_ns

    @property
    def orders(self) -> list[Order]:
        """All orders of the strategy as they are now, oldest first."""
        return self._runtime.orders()

    @property
    def open_orders(self) -> list[Order]:
        """Those that may still trade."""
        return [order for order in self.orders if order.is_live]

    @property
    def fills(self) -> list[Fill]:
        """All fills, oldest first."""
        return list(self._fills)

    def position(self, instrument: Instrument | None = None) -> Position:
        """The strategy's position."""
        position: Position = self.strategy.position(instrument or self.instrument)
        return position

    def balance(self, currency: str) -> Balance:
        """What is held of a currency, at the first venue that has it.

        Raises:
            SetupError: no venue has it.
        """
        for balance in self._runtime.balances():
            if balance.currency == currency:
                return balance
        raise SetupError(f"balance: no venue of this harness has {currency!r}")

    def _connected(self, instrument: Instrument | None, *, connected: bool) -> None:
        batch = EventBatch(self._table)
        batch.add_feed_notice(self._handle(instrument), self._now_ns, connected)
        self._run(batch)

    def _handle(self, instrument: Instrument | None) -> int:
        if instrument is None:
            return 0
        for handle, known in enumerate(self._instruments):
            if known.id == instrument.id:
                return handle
        raise SetupError(f"{instrument.id}: the harness was made without it: name it in instruments=[...]")

    def _run(self, batch: EventBatch) -> None:
        self._has_begun = self._has_begun or len(batch) > 0
        self._settle(lambda: self._runtime.run(batch, self._now_ns))

    def _settle(self, work: Callable[[], None]) -> None:
        """Do something, keep the fills that came of it, and raise what a callback raised meanwhile."""
        work()
        self._fills += [record for record in self._runtime.take_records() if isinstance(record, Fill)]
        if self._errors:
            first, self._errors = self._errors[0], []
            raise first

    def _on_fault(self, strategy: str, callback: str, error: BaseException) -> None:
        error.add_note(f"raised by {callback} of {strategy}")
        self._errors.append(error)


def _make(strategy: type[Strategy[Any]] | str | Path, params: Mapping[str, Any]) -> Strategy[Any]:
    if not isinstance(strategy, type):
        strategy = load_strategy_class(str(strategy), Registry.installed())
    given = strategy.params_type().model_validate(dict(params))
    return create_strategy(strategy, given, strategy.__name__)


def _text(number: Number) -> str:
    """A number in plain digits, as events hold it."""
    return f"{Decimal(str(number)):f}"
