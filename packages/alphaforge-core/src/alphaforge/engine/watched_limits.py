"""The configured limits on losses, executions and rejections, in the form the runtime takes."""

from collections.abc import Iterator

from alphaforge_rs import LossResponse, WatchedLimits

from alphaforge.config.limits import LossLimits, Money, ValueLimits, WindowCount
from alphaforge.config.sections import RiskSection


def loss_response(risk: RiskSection) -> LossResponse:
    """What happens on the way to a limit of losses.

    Raises:
        LimitError: no such time zone.
    """
    return LossResponse(
        alert=risk.loss_alert,
        reduce=risk.loss_reduce,
        flatten=risk.on_loss_halt == "flatten",
        time_zone=risk.time_zone,
    )


def watched_limits(risk: RiskSection) -> Iterator[WatchedLimits]:
    """What is watched, scope by scope."""
    yield _watched("account", None, risk.account, risk.account)
    for venue, values in risk.venue.items():
        yield _watched("venue", venue.upper(), values, LossLimits())
    for strategy, limits in risk.strategy.items():
        yield _watched("strategy", strategy, limits, limits)
    for instrument, quantities in risk.instrument.items():
        yield _watched("instrument", instrument, quantities, LossLimits())


def _watched(scope: str, name: str | None, limits: ValueLimits, losses: LossLimits) -> WatchedLimits:
    return WatchedLimits(
        scope,
        name,
        max_daily_loss=_money(losses.max_daily_loss),
        max_drawdown=_money(losses.max_drawdown),
        max_drawdown_share=losses.max_drawdown_share,
        max_same_side_fills=_window(losses.max_same_side_fills),
        max_rejects=_window(limits.max_rejects),
        max_orders_per_trade=_window(limits.max_orders_per_trade),
    )


def _money(money: Money | None) -> tuple[str, str] | None:
    return None if money is None else (str(money.amount), money.currency)


def _window(window: WindowCount | None) -> tuple[int, int] | None:
    return None if window is None else (window.count, window.window_ns)
