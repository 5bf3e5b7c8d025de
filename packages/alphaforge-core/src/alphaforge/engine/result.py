"""The result of a run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alphaforge.engine.compose import Composition
from alphaforge.engine.running_strategy import StrategyFault
from alphaforge.engine.shown_settings import shown_settings
from alphaforge.model.errors import describe
from alphaforge.model.plain_digits import plain_digits
from alphaforge.portfolio.profit import Profit, profit_by_currency
from alphaforge.report.as_json import command_times_json, report_json
from alphaforge.report.page import PageFacts, page_of
from alphaforge.report.recorder import RunRecorder
from alphaforge.report.run_report import RunReport


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run came to its end."""

    wall_s: float
    halted: str | None
    stopped: str | None
    warnings: Sequence[str]

    def told(self) -> Iterator[str]:
        """What is told of it."""
        if self.halted is not None:
            yield f"trading was halted: {self.halted}"
        if self.stopped is not None:
            yield f"stopped early: {self.stopped}"
        yield from self.warnings


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has done, and what is left."""

    events: int
    trades: int
    quotes: int
    book_updates: int
    gaps: int
    crossed: int
    orders: int
    orders_by_state: dict[str, int]
    denied: dict[str, int]
    """Orders that the gate denied, by the code of its rejection."""
    fills: int
    fees: dict[str, Decimal]
    pnl: dict[str, Profit]
    final_balances: dict[str, Decimal]
    equity: Decimal | None
    reporting_currency: str
    result_hash: str
    wall_s: float
    halted: str | None
    """Why all trading was halted, by a monitor or an operator; None where it was not."""
    stopped: str | None
    """Why the run was ended before its feed was; None where the feed came to its end."""
    sink_failures: Sequence[str]
    """What each sink that failed has raised, and how much it has not written."""
    warnings: Sequence[str]
    """What a user should know before believing the result; it tells all of the above too."""
    faults: Sequence[StrategyFault]
    report: RunReport
    strategies: Sequence[str]
    instruments: Sequence[str]
    mode: str
    """`paper` or `live`."""
    source: str
    """`recorded`, `simulated` or `live`."""
    settings: Sequence[tuple[str, str]]
    """What the node was told and what decided without being told, for people."""

    @property
    def events_per_s(self) -> float:
        """Market events a second of wall time."""
        return self.events / self.wall_s if self.wall_s > 0 else 0.0

    def page(self) -> str:
        """The report as an HTML page that needs nothing else."""
        return page_of(
            PageFacts(
                strategies=self.strategies,
                instruments=self.instruments,
                mode=self.mode,
                source=self.source,
                report=self.report,
                orders=self.orders,
                counts=list(self._counts()),
                settings=self.settings,
                warnings=self.warnings,
                faults=[str(fault) for fault in self.faults],
                result_hash=self.result_hash,
            )
        )

    def _counts(self) -> Iterator[tuple[str, str]]:
        """What was counted, for people."""
        yield "market events", f"{self.events:,}"
        yield "trades", f"{self.trades:,}"
        yield "quotes", f"{self.quotes:,}"
        yield "book updates", f"{self.book_updates:,}"
        yield "gaps in books", f"{self.gaps:,}"
        yield "books that crossed", f"{self.crossed:,}"
        for state, count in self.orders_by_state.items():
            yield f"orders {state.replace('_', ' ')}", f"{count:,}"
        for code, count in self.denied.items():
            yield f"denied: {code.replace('_', ' ')}", f"{count:,}"
        for name, total in self.final_balances.items():
            yield f"balance {name}", plain_digits(total)
        yield "run time", f"{self.wall_s:.2f} s, {self.events_per_s:,.0f} events a second"

    def to_json(self) -> dict[str, Any]:
        """The result as JSON holds it: counts are integers, money is text and exact."""
        return {
            "events": self.events,
            "trades": self.trades,
            "quotes": self.quotes,
            "book_updates": self.book_updates,
            "gaps": self.gaps,
            "crossed": self.crossed,
            "orders": self.orders,
            "orders_by_state": self.orders_by_state,
            "denied": self.denied,
            "fills": self.fills,
            "fees": {currency: plain_digits(fee) for currency, fee in self.fees.items()},
            "pnl": {currency: _profit_json(profit) for currency, profit in self.pnl.items()},
            "final_balances": {c: plain_digits(total) for c, total in self.final_balances.items()},
            "equity": None if self.equity is None else plain_digits(self.equity),
            "reporting_currency": self.reporting_currency,
            "result_hash": self.result_hash,
            "wall_s": round(self.wall_s, 6),
            "events_per_s": round(self.events_per_s, 1),
            "halted": self.halted,
            "stopped": self.stopped,
            "sink_failures": list(self.sink_failures),
            "warnings": list(self.warnings),
            "faults": [str(fault) for fault in self.faults],
            "report": report_json(self.report),
            "command_times": command_times_json(self.report),
        }


def _profit_json(profit: Profit) -> dict[str, str | None]:
    unrealised, net = profit.unrealised, profit.net
    return {
        "realised": plain_digits(profit.realised),
        "realised_fifo": plain_digits(profit.realised_fifo),
        "unrealised": None if unrealised is None else plain_digits(unrealised),
        "fees": plain_digits(profit.fees),
        "net": None if net is None else plain_digits(net),
    }


def result_of(parts: Composition, ending: Ending, recorder: RunRecorder) -> RunResult:
    """Sum up a run."""
    runtime = parts.runtime
    counters = runtime.counters()
    pnl = profit_by_currency(runtime.positions())
    orders = runtime.orders()
    failures = _sink_failures(parts)
    return RunResult(
        events=counters.events,
        trades=counters.trades,
        quotes=counters.quotes,
        book_updates=counters.book_updates,
        gaps=counters.gaps,
        crossed=counters.crossed,
        orders=counters.orders,
        orders_by_state=_counted(order.state for order in orders),
        denied=_counted(order.reject_code or "unknown" for order in orders if order.state == "denied"),
        fills=counters.fills,
        fees={currency: profit.fees for currency, profit in pnl.items()},
        pnl=pnl,
        final_balances=_balances(parts),
        equity=runtime.equity(parts.reporting_currency),
        reporting_currency=parts.reporting_currency,
        result_hash=runtime.result_hash(),
        wall_s=ending.wall_s,
        halted=ending.halted,
        stopped=ending.stopped,
        sink_failures=failures,
        warnings=_each_once([*parts.feed.notes, *ending.told(), *_warnings(parts), *failures]),
        faults=parts.faults.faults,
        report=recorder.report(runtime, parts.instruments, parts.reporting_currency),
        strategies=[strategy.name for strategy in parts.strategies],
        instruments=[instrument.id for instrument in parts.instruments],
        mode=parts.config.node.mode,
        source=parts.config.feed.source,
        settings=shown_settings(parts.config, parts.strategies),
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _each_once(texts: Iterable[str]) -> list[str]:
    """Two recordings of an instrument have the same to say of it."""
    return list(dict.fromkeys(texts))


def _balances(parts: Composition) -> dict[str, Decimal]:
    """Totals by currency; with several venues by `VENUE:CURRENCY`."""
    balances = parts.runtime.balances()
    single = len({balance.venue for balance in balances}) == 1
    return {
        balance.currency if single else f"{balance.venue}:{balance.currency}": balance.total
        for balance in balances
    }


def _warnings(parts: Composition) -> list[str]:
    """What a user should know before believing the result."""
    counters = parts.runtime.counters()
    warnings = []
    for instrument in parts.instruments:
        book = parts.runtime.book(instrument)
        if counters.book_updates and not book.is_synced:
            warnings.append(f"{instrument.id}: the book is stale at the end: {book.stale_reason}")
    if counters.late_trades:
        warnings.append(f"{counters.late_trades} trades came after their bars had closed")
    if counters.repeated_trades:
        warnings.append(f"{counters.repeated_trades} trades came again and were counted once")
    if counters.old_quotes:
        warnings.append(f"{counters.old_quotes} quotes were older than the one before and were not used")
    return [*warnings, *parts.rules.warnings()]


def _sink_failures(parts: Composition) -> list[str]:
    return [
        f"sink {sink.name} failed ({describe(sink.failure)}); {sink.dropped} records were not written"
        for sink in parts.sinks
        if sink.failure is not None
    ]
