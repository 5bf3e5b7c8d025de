"""The report as JSON holds it: money is text and exact, ratios are numbers, times are ns (docs/report.md)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphaforge_rs import Durations

from alphaforge.model.plain_digits import plain_digits
from alphaforge.portfolio.exposure import Held
from alphaforge.portfolio.returns import Ratio, Returns
from alphaforge.portfolio.round_trips import RoundTrip, TripCount
from alphaforge.portfolio.slippage import Slippage
from alphaforge.report.run_report import PositionFigures, RunReport

PERCENTILES = (50, 90, 99, 100)


def report_json(report: RunReport) -> dict[str, Any]:
    """All figures of a report, and its last round trips; what is drawn is not in it."""
    return {
        "currency": report.currency,
        "began_at": report.began_at,
        "ended_at": report.ended_at,
        "equity": {
            "start": _money(report.equity_start),
            "end": _money(report.equity_end),
            "change": _money(report.change),
            "change_ratio": report.change_ratio,
        },
        "drawdown": {
            "most": _money(report.drawdown.most),
            "most_ratio": report.drawdown.most_ratio,
            "longest_ns": report.drawdown.longest_ns,
        },
        "exposure": {"gross": _held(report.gross_exposure), "net": _held(report.net_exposure)},
        "returns": _returns(report.returns),
        "turnover": {currency: plain_digits(sum_) for currency, sum_ in report.turnover.items()},
        "hit_rate": report.hit_rate,
        "trips": {currency: _trips(trips) for currency, trips in report.trips.items()},
        "positions": [_position(figures) for figures in report.positions],
        "slippage": {
            currency: {"at_fill": _slippages(each.at_fill), "at_arrival": _slippages(each.at_arrival)}
            for currency, each in report.slippage.items()
        },
        "hops": {hop: _durations(durations) for hop, durations in report.hops.items()},
        "round_trips": [_round_trip(trip) for trip in report.last_round_trips],
    }


def command_times_json(report: RunReport) -> dict[str, int | None]:
    """How long commands took, by the wall clock: no part of the report, which is always the same."""
    return _durations(report.command_times)


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else plain_digits(amount)


def _held(held: Held) -> dict[str, str | None]:
    return {"least": _money(held.least), "most": _money(held.most), "average": _money(held.average)}


def _returns(returns: Returns) -> dict[str, Any]:
    return {
        "interval_ns": returns.interval_ns,
        "count": returns.count,
        "mean": returns.mean,
        "deviation": returns.deviation,
        "sharpe": _ratio(returns.sharpe),
        "sortino": _ratio(returns.sortino),
        "why_not": returns.why_not,
    }


def _ratio(ratio: Ratio) -> dict[str, float | None]:
    return {"per_interval": ratio.per_interval, "annualised": ratio.annualised}


def _trips(trips: TripCount) -> dict[str, Any]:
    return {
        "count": trips.count,
        "winners": trips.winners,
        "losers": trips.losers,
        "hit_rate": trips.hit_rate,
        "won": plain_digits(trips.won),
        "lost": plain_digits(trips.lost),
        "average_win": _money(trips.average_win),
        "average_loss": _money(trips.average_loss),
        "profit_factor": trips.profit_factor,
    }


def _position(figures: PositionFigures) -> dict[str, Any]:
    return {
        "strategy": figures.strategy,
        "instrument": figures.instrument,
        "currency": figures.currency,
        "quantity": plain_digits(figures.quantity),
        "realised": plain_digits(figures.realised),
        "realised_fifo": plain_digits(figures.realised_fifo),
        "unrealised": _money(figures.unrealised),
        "fees": {currency: plain_digits(fee) for currency, fee in figures.fees.items()},
        "net": _money(figures.net),
        "fills": figures.fills,
        "turnover": plain_digits(figures.turnover),
        "trips": _trips(figures.trips),
    }


def _slippages(slippages: Mapping[str, Slippage]) -> dict[str, dict[str, Any]]:
    return {
        name: {"count": each.count, "cost": plain_digits(each.cost), "bps": each.bps}
        for name, each in slippages.items()
    }


def _durations(durations: Durations) -> dict[str, int | None]:
    return {"count": durations.count} | {
        f"p{percent}_ns": durations.percentile(percent) for percent in PERCENTILES
    }


def _round_trip(trip: RoundTrip) -> dict[str, Any]:
    return {
        "strategy": trip.strategy,
        "instrument": trip.instrument,
        "currency": trip.currency,
        "direction": trip.direction,
        "quantity": plain_digits(trip.quantity),
        "opened_at": trip.opened_at,
        "closed_at": trip.closed_at,
        "open_price": plain_digits(trip.open_price),
        "close_price": plain_digits(trip.close_price),
        "profit": plain_digits(trip.profit),
        "fees": plain_digits(trip.fees),
        "net": plain_digits(trip.net),
    }
