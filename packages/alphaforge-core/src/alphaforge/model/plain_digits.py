"""How amounts are written wherever they are exact: in results and in records."""

from decimal import Decimal


def plain_digits(amount: Decimal) -> str:
    """All digits, without exponent and without trailing zeros: `0.00000001`, `-74.6`, `100`."""
    if not amount:
        return "0"
    digits = f"{amount:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
