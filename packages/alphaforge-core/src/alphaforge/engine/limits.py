"""The configured limits, in the form the runtime takes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

from alphaforge_rs import LimitChange, Runtime, ScopeLimits

from alphaforge.config.limits import (
    LARGEST_COLLAR_BPS,
    AccountLimits,
    ExposureLimits,
    Money,
    QuantityLimits,
    StrategyLimits,
    ValueLimits,
    VenueLimits,
    WindowCount,
)
from alphaforge.config.sections import RiskSection
from alphaforge.engine.watched_limits import loss_response, watched_limits


class _Values(TypedDict):
    """What every scope can limit."""

    collar_share: Decimal | None
    collar_ticks: int | None
    max_market_age_ns: int | None
    max_order_value: tuple[str, str] | None
    max_duplicates: tuple[int, int] | None
    max_messages: tuple[int, int, int] | None
    max_open_orders: int | None


class _Quantities(TypedDict):
    """What an instrument and a strategy can limit too."""

    max_order_quantity: Decimal | None
    max_long: Decimal | None
    max_short: Decimal | None


class _Exposures(TypedDict):
    """What everything but an instrument can limit."""

    max_gross_exposure: tuple[str, str] | None
    max_net_exposure: tuple[str, str] | None


def set_limits(runtime: Runtime, risk: RiskSection, change: LimitChange | None = None) -> None:
    """Set all limits; `change` tells which one a person has changed while the node runs.

    Raises:
        LimitError: a scope names nothing of this node, or a limit cannot be used there.
    """
    runtime.set_limits(
        list(_scopes(risk)),
        buying_power_buffer=risk.buying_power_buffer,
        market_slippage=risk.market_slippage,
        max_rate_age_ns=_nanoseconds(risk.max_rate_age_s),
        self_match=risk.self_match,
        change=change,
        watched=list(watched_limits(risk)),
        loss_response=loss_response(risk),
    )


def _scopes(risk: RiskSection) -> Iterator[ScopeLimits]:
    yield _account_limits("account", None, risk.account)
    for venue, venue_limits in risk.venue.items():
        yield _account_limits("venue", venue.upper(), venue_limits)
    for strategy, own in risk.strategy.items():
        yield _strategy_limits(strategy, own)
    for instrument, limits in risk.instrument.items():
        yield ScopeLimits("instrument", instrument, **_values(limits), **_quantities(limits))


def _account_limits(scope: str, name: str | None, limits: AccountLimits | VenueLimits) -> ScopeLimits:
    return ScopeLimits(
        scope,
        name,
        max_clock_drift_ns=_clock_drift(limits),
        drift_tolerance=limits.drift_tolerance if isinstance(limits, VenueLimits) else None,
        **_values(limits),
        **_exposures(limits),
    )


def _strategy_limits(name: str, limits: StrategyLimits) -> ScopeLimits:
    venues = limits.venues
    return ScopeLimits(
        "strategy",
        name,
        sides=limits.sides,
        order_types=limits.order_types,
        venues=None if venues is None else [venue.upper() for venue in venues],
        instruments=limits.instruments,
        **_values(limits),
        **_quantities(limits),
        **_exposures(limits),
    )


def _clock_drift(limits: AccountLimits | VenueLimits) -> int | None:
    drift_ms = limits.max_clock_drift_ms
    return None if drift_ms is None else int(drift_ms * 1_000_000)


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000_000)


def _money(value: Money | None) -> tuple[str, str] | None:
    return None if value is None else (str(value.amount), value.currency)


def _values(limits: ValueLimits) -> _Values:
    bps, rate = limits.collar_bps, limits.max_messages
    return {
        "collar_share": None if bps is None else bps / LARGEST_COLLAR_BPS,
        "collar_ticks": limits.collar_ticks,
        "max_market_age_ns": _nanoseconds(limits.max_market_age_s),
        "max_order_value": _money(limits.max_order_value),
        "max_duplicates": _window_count(limits.max_duplicates),
        "max_messages": None if rate is None else (rate.count, rate.window_ns, rate.kept_for_cancels),
        "max_open_orders": limits.max_open_orders,
    }


def _exposures(limits: ExposureLimits) -> _Exposures:
    return {
        "max_gross_exposure": _money(limits.max_gross_exposure),
        "max_net_exposure": _money(limits.max_net_exposure),
    }


def _quantities(limits: QuantityLimits) -> _Quantities:
    return {
        "max_order_quantity": limits.max_order_quantity,
        "max_long": limits.max_position,
        "max_short": limits.max_position if limits.max_short is None else limits.max_short,
    }


def _window_count(limit: WindowCount | None) -> tuple[int, int] | None:
    return None if limit is None else (limit.count, limit.window_ns)
