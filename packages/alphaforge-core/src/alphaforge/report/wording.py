"""Figures as people read them: rounded. The JSON output is exact."""

from datetime import UTC, datetime
from decimal import Decimal

NOT_KNOWN = "n/a"
_SMALL_SHARE = 0.001

_UNITS_NS = (("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000))
_SHORT_UNITS_NS = (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000))


def money(amount: Decimal | None, *, signed: bool = False) -> str:
    """An amount with two decimals; one below 1 with as many as show four of its digits."""
    if amount is None:
        return NOT_KNOWN
    if not amount or abs(amount) >= 1:
        return f"{amount:{'+' if signed and amount else ''},.2f}"
    decimals = min(8, 3 - amount.adjusted())
    return f"{amount:{'+' if signed else ''},.{decimals}f}".rstrip("0").rstrip(".")


def price(amount: Decimal) -> str:
    """A price or a quantity with all its digits."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio(number: float | None) -> str:
    """A ratio with two decimals."""
    return NOT_KNOWN if number is None else f"{number:,.2f}"


def percent(share: float | None, *, signed: bool = False) -> str:
    """A share in percent: with two decimals, or more where it is small."""
    if share is None:
        return NOT_KNOWN
    decimals = 2 if not share or abs(share) >= _SMALL_SHARE else 4
    return f"{100 * share:{'+' if signed and share else ''},.{decimals}f} %"


def bps(number: float | None) -> str:
    """Basis points."""
    return NOT_KNOWN if number is None else f"{number:+,.2f} bps"


def duration(nanos: int | None) -> str:
    """A time span in its two largest units, or in one that is shorter than a minute."""
    if nanos is None:
        return NOT_KNOWN
    for place, (unit, length) in enumerate(_UNITS_NS):
        if nanos >= length:
            smaller, part = (*_UNITS_NS, _SHORT_UNITS_NS[0])[place + 1]
            rest = nanos % length // part
            return f"{nanos // length} {unit}" + (f" {rest} {smaller}" if rest else "")
    for unit, length in _SHORT_UNITS_NS:
        if nanos >= length:
            return f"{nanos / length:.3g} {unit}"
    return f"{nanos} ns"


def moment(ts: int | None, *, millis: bool = True) -> str:
    """A time in UTC."""
    if ts is None:
        return NOT_KNOWN
    seconds, rest = divmod(ts, 1_000_000_000)
    text = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
    return f"{text}.{rest // 1_000_000:03d}" if millis else text


def counted(number: int, thing: str) -> str:
    """`1 fill`, `2 fills`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
