"""How Binance writes numbers and times."""

from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)
_SMALLEST = Decimal("1e-8")


def fixed(value: Decimal) -> str:
    """A number with the eight decimals that all of them have."""
    return f"{value:.8f}"


def eight_decimals(value: Decimal) -> Decimal:
    """Cut to what an account can hold."""
    return value.quantize(_SMALLEST, ROUND_DOWN)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether a number lies on a grid; a step of zero is no grid."""
    return step == 0 or value % step == 0
