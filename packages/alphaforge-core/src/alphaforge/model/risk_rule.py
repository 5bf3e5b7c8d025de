"""Risk rules in Python: a veto of a plugin, taken just before the kernel's own rules."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeAlias

from alphaforge.model.instrument import Instrument
from alphaforge.model.numbers import Side


@dataclass(frozen=True, slots=True)
class ProposedOrder:
    """An order, or the new version of one, that a strategy wants."""

    strategy: str
    instrument: Instrument
    side: Side
    quantity: Decimal
    price: Decimal | None
    """The limit price; None for a market order."""


@dataclass(frozen=True, slots=True)
class RiskView:
    """What a risk rule may know when it judges an order."""

    now_ns: int
    """Feed time, ns since the epoch."""
    position: Decimal
    """The strategy's position in the order's instrument, long above zero."""
    mark: tuple[float, float] | None
    """The best bid and ask of the order's instrument; None without any price."""


@dataclass(frozen=True, slots=True)
class Allow:
    """The rule has nothing against the order."""


@dataclass(frozen=True, slots=True)
class Reject:
    """The rule denies the order, and says why."""

    reason: str


Verdict: TypeAlias = Allow | Reject


class RiskRule(Protocol):
    """Judges every order before it goes to the kernel.

    Anything else than `Allow()` denies: a `Reject`, None, an exception, a coroutine, an answer that
    comes too late.
    """

    def check(self, order: ProposedOrder, view: RiskView) -> Verdict:
        """Judge one order, within the time budget that the engine sets."""
        ...
