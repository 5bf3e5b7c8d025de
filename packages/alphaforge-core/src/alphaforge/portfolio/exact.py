"""Exact arithmetic with money."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

ZERO = Decimal(0)

EXACT = Context(prec=80)
"""Python's own context keeps 28 digits; an amount has up to 39."""

_QUOTIENT_STEP = Decimal("1e-12")


def quotient(dividend: Decimal, divisor: Decimal | int) -> Decimal:
    """A quotient of amounts, rounded half-even at 12 decimals (docs/adr/0001)."""
    exact = EXACT.divide(dividend, Decimal(divisor))
    return exact.quantize(_QUOTIENT_STEP, rounding=ROUND_HALF_EVEN, context=EXACT)
