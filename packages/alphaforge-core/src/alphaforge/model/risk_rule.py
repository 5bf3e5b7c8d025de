"""Risk rules in Python: a veto of a plugin, taken just before the kernel's own rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

from alphaforge.model.instrument import Instrument
from alphaforge.model.numbers import Side

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ProposedOrder:
    """An order, or the new version of one, that a strategy wants."""

    strategy: str
    instrument: Instrument
    side: Side
    quantity: Decimal
    price: Decimal | None
    """The limit price; None for a market order."""
    reduce_only: bool
    """It can only shrink the strategy's position, which the kernel makes sure of."""


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
    """The rule denies the order, and says why: in a short code for programs, and a text for people.

    Raises:
        ValueError: the code is not made of lower-case words, such as `event_soon`.
    """

    code: str
    text: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"code {self.code!r}: use lower-case words, such as event_soon")


Verdict: TypeAlias = Allow | Reject


@dataclass(frozen=True, slots=True)
class DeclaredLimits:
    """Limits of one scope, which run in Rust like those of the configuration; the most restrictive wins."""

    scope: Literal["account", "venue", "strategy", "instrument"]
    limits: Mapping[str, object]
    """The keys and texts of `[risk]`, such as `{"max_position": "0.05"}`."""
    name: str | None = None
    """Which venue, strategy or instrument, as the configuration names it; None for the account."""


class RiskRule(Protocol):
    """Judges every order before it goes to the kernel.

    Anything else than `Allow()` denies: a `Reject`, None, an exception, a coroutine, an answer that
    comes too late.
    """

    def check(self, order: ProposedOrder, view: RiskView) -> Verdict:
        """Judge one order, within the time budget that the engine sets."""
        ...
