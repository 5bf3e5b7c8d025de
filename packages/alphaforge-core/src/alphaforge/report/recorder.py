"""Collects what the report needs, from the records that sinks get."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from decimal import Decimal

from alphaforge_rs import EquityPoint, Fill, Instrument, Order, Position, Runtime

from alphaforge.model.orders import Record
from alphaforge.portfolio.drawdown import DrawdownMeter
from alphaforge.portfolio.exact import EXACT, ZERO
from alphaforge.portfolio.execution import Execution, execution_of
from alphaforge.portfolio.exposure import TimeWeightedAverage
from alphaforge.portfolio.profit import net_of
from alphaforge.portfolio.returns import EquitySamples, returns_of
from alphaforge.portfolio.round_trips import RoundTrip, RoundTripMatcher, TripCount
from alphaforge.portfolio.slippage import Slippage
from alphaforge.report.hops import HopTimes
from alphaforge.report.lines import LineRecorder
from alphaforge.report.run_report import LIQUIDITIES, PositionFigures, RunReport, SlippageFigures

MOST_ROUND_TRIPS = 1_000
"""How many of the last round trips are listed; all are counted."""

_Key = tuple[str, str]


class RunRecorder:
    """Takes the records of a run in their order, and sums them up.

    What it keeps does not grow with the length of a run: lines are thinned, of fills every n-th is kept
    for drawing and the last round trips for listing, and all figures are summed as the records come.
    It grows with what is open: lots that were not closed, and live orders.
    """

    def __init__(self) -> None:
        self._lines = LineRecorder()
        self._drawdown = DrawdownMeter()
        self._samples = EquitySamples()
        self._gross = TimeWeightedAverage()
        self._net = TimeWeightedAverage()
        self._hops = HopTimes()
        self._matcher = RoundTripMatcher()
        self._fills: Counter[_Key] = Counter()
        self._turnover: dict[_Key, Decimal] = defaultdict(Decimal)
        self._currency_turnover: dict[str, Decimal] = defaultdict(Decimal)
        self._trips: dict[_Key, TripCount] = defaultdict(TripCount)
        self._currency_trips: dict[str, TripCount] = defaultdict(TripCount)
        self._last_trips: deque[RoundTrip] = deque(maxlen=MOST_ROUND_TRIPS)
        self._slippage: dict[str, SlippageFigures] = {}
        self._first: EquityPoint | None = None
        self._last: EquityPoint | None = None

    def add(self, records: Iterable[Record]) -> None:
        """Take records, in the order in which things happened."""
        for record in records:
            if isinstance(record, Order):
                self._hops.add(record)
            elif isinstance(record, Fill):
                self._add_fill(execution_of(record))
            elif isinstance(record, EquityPoint):
                self._add_equity(record)

    def report(self, runtime: Runtime, instruments: Sequence[Instrument], currency: str) -> RunReport:
        """The report of what was taken; positions and prices are those of the runtime now."""
        first, last = self._first, self._last
        return RunReport(
            currency=currency,
            began_at=None if first is None else first.ts,
            ended_at=None if last is None else last.ts,
            equity_start=None if first is None else first.equity,
            equity_end=None if last is None else last.equity,
            drawdown=self._drawdown.drawdown,
            gross_exposure=self._gross.held,
            net_exposure=self._net.held,
            returns=returns_of(self._samples),
            positions=[self._position_figures(position) for position in runtime.positions()],
            turnover=dict(sorted(self._currency_turnover.items())),
            trips=dict(sorted(self._currency_trips.items())),
            last_round_trips=list(self._last_trips),
            slippage=dict(sorted(self._slippage.items())),
            hops=self._hops.durations,
            command_times=runtime.command_times(),
            lines=self._lines.lines({each.id: runtime.middles(each) for each in instruments}),
        )

    def _add_equity(self, point: EquityPoint) -> None:
        ts, equity, gross, net = point.ts, point.equity, point.gross_exposure, point.net_exposure
        self._gross.add(ts, gross)
        self._net.add(ts, net)
        if gross is not None and net is not None:
            self._lines.add_exposure(ts, gross, net)
        if equity is None:
            return
        self._first = self._first or point
        self._last = point
        self._samples.add(ts, equity)
        self._lines.add_equity(ts, equity, self._drawdown.add(ts, equity))

    def _add_fill(self, fill: Execution) -> None:
        key, notional = (fill.strategy, fill.instrument), fill.notional
        self._fills[key] += 1
        self._turnover[key] = EXACT.add(self._turnover[key], notional)
        self._currency_turnover[fill.currency] = EXACT.add(self._currency_turnover[fill.currency], notional)
        self._lines.add_fill(fill)
        self._add_slippage(fill)
        for trip in self._matcher.add(fill):
            self._trips[key].add(trip)
            self._currency_trips[fill.currency].add(trip)
            self._last_trips.append(trip)

    def _add_slippage(self, fill: Execution) -> None:
        figures = self._slippage.get(fill.currency)
        if figures is None:
            at_fill = {name: Slippage() for name in LIQUIDITIES}
            figures = SlippageFigures(at_fill, {name: Slippage() for name in LIQUIDITIES})
            self._slippage[fill.currency] = figures
        for name in ("all", fill.liquidity):
            figures.at_fill[name].add(fill.signed_quantity, fill.price, fill.mid)
            figures.at_arrival[name].add(fill.signed_quantity, fill.price, fill.arrival_mid)

    def _position_figures(self, position: Position) -> PositionFigures:
        key = (position.strategy, position.instrument.id)
        currency = position.instrument.quote
        unrealised = position.unrealised
        return PositionFigures(
            strategy=position.strategy,
            instrument=position.instrument.id,
            currency=currency,
            quantity=position.quantity_decimal,
            realised=position.realised,
            realised_fifo=position.realised_fifo,
            unrealised=unrealised,
            fees=position.fees,
            net=net_of(position.realised, unrealised, position.fees.get(currency, ZERO)),
            fills=self._fills[key],
            turnover=self._turnover[key],
            trips=self._trips[key],
        )
