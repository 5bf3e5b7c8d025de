"""How a run ends for whoever started it: its notices, its result, its exit code."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.output import print_json, print_table, say
from alphaforge.engine.result import RunResult
from alphaforge.model.errors import DataError
from alphaforge.report import wording
from alphaforge.report.run_report import RunReport


def report(result: RunResult, *, as_json: bool) -> None:
    """Print what a run has done; where something was halted or lost, the command ends with its code."""
    for warning in result.warnings:
        say(f"warning: {warning}")
    if as_json:
        print_json(result.to_json())
    else:
        _print_summary(result)
    if result.faults:
        raise typer.Exit(exit_codes.STRATEGY_HALTED)
    if result.halted is not None or result.sink_failures:
        raise typer.Exit(exit_codes.INCOMPLETE)


def write_page(path: Path, result: RunResult, option: str) -> None:
    """Write the report as a page.

    Raises:
        DataError: the file, which `option` has named, cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(result.page(), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{option}: {path}: {error.strerror or error}") from error


def _print_summary(result: RunResult) -> None:
    states = ", ".join(f"{count} {state}" for state, count in result.orders_by_state.items())
    denied = ", ".join(f"{count} {code}" for code, count in result.denied.items())
    rows: list[tuple[str, object]] = [
        ("market events", _count(result.events)),
        ("trades", _count(result.trades)),
        ("quotes", _count(result.quotes)),
        ("book updates", _count(result.book_updates)),
        ("book", f"{_counted(result.gaps, 'gap')}, {_counted(result.crossed, 'time')} crossed"),
        ("orders", f"{_count(result.orders)} ({states})" if states else "0"),
        *([("denied", denied)] if denied else []),
        ("fills", _count(result.fills)),
    ]
    for currency, profit in result.pnl.items():
        rows += [
            (f"realised {currency}", _money(profit.realised)),
            (f"unrealised {currency}", _money(profit.unrealised)),
            (f"fees {currency}", _money(profit.fees)),
            (f"net {currency}", _money(profit.net)),
        ]
    rows += _performance(result.report)
    rows += [(f"balance {name}", _money(total)) for name, total in result.final_balances.items()]
    rows += [
        (f"equity {result.reporting_currency}", _money(result.equity)),
        ("result hash", result.result_hash),
        ("time", f"{result.wall_s:.2f} s, {_count(round(result.events_per_s))} events/s"),
    ]
    print_table(("", ""), rows)


def _performance(report: RunReport) -> Iterator[tuple[str, object]]:
    """The figures of the report that say most; the others are in the JSON output and on the page."""
    worst, returns, currency = report.drawdown, report.returns, report.currency
    change = wording.percent(report.change_ratio, signed=True)
    yield f"net profit {currency}", f"{wording.money(report.change, signed=True)} ({change})"
    fall = wording.percent(worst.most_ratio)
    under_water = f"longest under water {wording.duration(worst.longest_ns)}"
    yield f"drawdown {currency}", f"at most {wording.money(worst.most)} ({fall}), {under_water}"
    why_not = f" ({returns.why_not})" if returns.why_not else ""
    sharpe, sortino = wording.ratio(returns.sharpe.annualised), wording.ratio(returns.sortino.annualised)
    yield "Sharpe, Sortino", f"{sharpe}, {sortino}{why_not}"
    trips = wording.counted(report.round_trips, "round trip")
    yield "hit rate", f"{wording.percent(report.hit_rate)} of {trips}"
    gross = report.gross_exposure
    yield (
        f"exposure {currency}",
        f"at most {wording.money(gross.most)}, on average {wording.money(gross.average)}",
    )
    for quote, amount in report.turnover.items():
        yield f"turnover {quote}", wording.money(amount)
    for quote, figures in report.slippage.items():
        at_fill, at_arrival = figures.at_fill["all"].bps, figures.at_arrival["all"].bps
        text = f"{wording.bps(at_fill)} at the fill, {wording.bps(at_arrival)} from the order"
        yield f"slippage {quote}", text


def _count(number: int) -> str:
    return f"{number:,}"


def _counted(number: int, thing: str) -> str:
    return f"{_count(number)} {thing}" if number == 1 else f"{_count(number)} {thing}s"


def _money(amount: Decimal | None) -> str:
    """An amount, rounded for reading; the JSON output is exact."""
    if amount is None:
        return "unknown (no price)"
    return f"{amount:,.8f}".rstrip("0").rstrip(".")
