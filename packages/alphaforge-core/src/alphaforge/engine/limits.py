"""The configured limits, in the form the runtime takes."""

from collections.abc import Iterator

from alphaforge_rs import LimitChange, Runtime, ScopeLimits

from alphaforge.config.limits import (
    AccountLimits,
    Money,
    QuantityLimits,
    StrategyLimits,
    ValueLimits,
    VenueLimits,
    WindowCount,
)
from alphaforge.config.sections import RiskSection


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
    )


def _scopes(risk: RiskSection) -> Iterator[ScopeLimits]:
    yield _account_limits("account", None, risk.account)
    for venue, venue_limits in risk.venue.items():
        yield _account_limits("venue", venue.upper(), venue_limits)
    for strategy, limits in risk.strategy.items():
        yield _quantity_limits("strategy", strategy, limits)
    for instrument, instrument_limits in risk.instrument.items():
        yield _quantity_limits("instrument", instrument, instrument_limits)


def _account_limits(scope: str, name: str | None, limits: AccountLimits | VenueLimits) -> ScopeLimits:
    return ScopeLimits(
        scope,
        name,
        max_order_value=_money(limits.max_order_value),
        max_duplicates=_window_count(limits.max_duplicates),
        max_messages=_message_rate(limits),
        max_gross_exposure=_money(limits.max_gross_exposure),
        max_net_exposure=_money(limits.max_net_exposure),
        max_open_orders=limits.max_open_orders,
        max_clock_drift_ns=_clock_drift(limits),
        drift_tolerance=limits.drift_tolerance if isinstance(limits, VenueLimits) else None,
    )


def _quantity_limits(scope: str, name: str, limits: QuantityLimits) -> ScopeLimits:
    exposures = limits if isinstance(limits, StrategyLimits) else StrategyLimits()
    return ScopeLimits(
        scope,
        name,
        max_order_quantity=limits.max_order_quantity,
        max_order_value=_money(limits.max_order_value),
        max_duplicates=_window_count(limits.max_duplicates),
        max_messages=_message_rate(limits),
        max_long=limits.max_position,
        max_short=limits.max_position if limits.max_short is None else limits.max_short,
        max_gross_exposure=_money(exposures.max_gross_exposure),
        max_net_exposure=_money(exposures.max_net_exposure),
        max_open_orders=limits.max_open_orders,
    )


def _clock_drift(limits: AccountLimits | VenueLimits) -> int | None:
    drift_ms = limits.max_clock_drift_ms
    return None if drift_ms is None else int(drift_ms * 1_000_000)


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000_000)


def _money(value: Money | None) -> tuple[str, str] | None:
    return None if value is None else (str(value.amount), value.currency)


def _message_rate(limits: ValueLimits) -> tuple[int, int, int] | None:
    rate = limits.max_messages
    return None if rate is None else (rate.count, rate.window_ns, rate.kept_for_cancels)


def _window_count(limit: WindowCount | None) -> tuple[int, int] | None:
    return None if limit is None else (limit.count, limit.window_ns)
