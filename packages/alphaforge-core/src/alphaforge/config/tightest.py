"""Several sources may limit the same thing: the most restrictive wins."""

from collections.abc import Mapping
from typing import Any, TypeVar

from alphaforge.config.limits import MessageRate, Money, QuantityLimits, ValueLimits

L = TypeVar("L", bound=ValueLimits)


def tightest_limits(one: L, other: L) -> L:
    """The limits of one scope that hold where both do.

    Raises:
        ValueError: two limits cannot be compared; the text names the key.
    """
    mine, theirs = _explicit(one), _explicit(other)
    values = {}
    for key in mine:
        try:
            values[key] = _tightest(mine[key], theirs[key])
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from error
    return type(one).model_validate(values)


def _explicit(limits: ValueLimits) -> dict[str, Any]:
    """All limits by key; that on shorts stands by itself, where else it is that on the position."""
    values = {key: getattr(limits, key) for key in type(limits).model_fields}
    if isinstance(limits, QuantityLimits) and limits.max_short is None:
        values["max_short"] = limits.max_position
    return values


def _tightest(one: Any, other: Any) -> Any:
    if _is_unset(one) or _is_unset(other):
        return other if _is_unset(one) else one
    if isinstance(one, Mapping):
        keys = [*one, *(key for key in other if key not in one)]
        return {key: _tightest(one.get(key), other.get(key)) for key in keys}
    if isinstance(one, list | tuple):
        both = [each for each in one if each in other]
        _refuse_unlike(one, other, "they leave nothing", is_alike=bool(both))
        return both
    if isinstance(one, Money):
        _refuse_unlike(one, other, "use one currency", is_alike=one.currency == other.currency)
        return min(one, other, key=lambda money: money.amount)
    return _lower_rate(one, other) if hasattr(one, "window_ns") else min(one, other)


def _lower_rate(one: Any, other: Any) -> Any:
    """The lower of two counts in windows of one length."""
    _refuse_unlike(one, other, "use windows of one length", is_alike=one.window_ns == other.window_ns)
    if not isinstance(one, MessageRate):
        return min(one, other, key=lambda rate: rate.count)
    count = min(one.count, other.count)
    for_orders = min(rate.count - rate.kept_for_cancels for rate in (one, other))
    return MessageRate(count, one.window_ns, count - for_orders)


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | list | tuple) and not value)


def _refuse_unlike(one: object, other: object, remedy: str, *, is_alike: bool) -> None:
    if not is_alike:
        raise ValueError(f"{one} and {other} are both set and cannot be compared: {remedy}")
