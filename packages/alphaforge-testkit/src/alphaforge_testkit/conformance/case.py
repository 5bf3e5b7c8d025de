"""What a conformance test is, and what a venue says that it can do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import pytest

Capability: TypeAlias = Literal[
    "book",
    "quotes",
    "trades",
    "limit",
    "market",
    "quote_quantity",
    "ioc",
    "fok",
    "gtd",
    "post_only",
    "stop_market",
    "stop_limit",
    "take_profit_market",
    "take_profit_limit",
    "trailing_stop",
    "iceberg",
    "reduce_only",
    "oco",
    "bracket",
    "replace",
    "account",
    "fee_in_third_asset",
    "order_queries",
    "rate_limits",
    "reconnects",
    "clock_offset",
    "reconciliation",
]
"""What a venue is asked whether it can. The kernel's order types work everywhere: what a venue lacks is held
in the node, and counts as supported where it works so."""
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
"""All of them."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a venue's author says of a capability."""

    answer: Literal["supported", "unsupported", "not_yet"]
    reason: str = ""


SUPPORTED = Declared("supported")
"""It works; a test that fails is a fault."""


def unsupported(reason: str) -> Declared:
    """The venue has no such thing. Its tests run all the same: one that passes is reported."""
    return Declared("unsupported", reason)


def not_yet(reason: str) -> Declared:
    """The venue has it, and the adapter does not yet. Its tests run: one that passes is reported."""
    return Declared("not_yet", reason)


@dataclass(frozen=True, slots=True)
class Case:
    """A test of a suite."""

    id: str
    """Stable: it is never given to another test."""
    title: str
    """What is so where it passes."""
    needs: Capability


_Test = TypeVar("_Test", bound=Callable[..., Any])


def conformance(case_id: str, title: str, *, needs: Capability) -> Callable[[_Test], _Test]:
    """Mark a test of a suite with its stable id, what it shows, and the capability that it is about."""
    case = Case(case_id, title, needs)

    def mark(test: _Test) -> _Test:
        marked: _Test = pytest.mark.conformance(case)(test)
        return marked

    return mark
