"""When orders are denied before an event, and what is no list of events."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from alphaforge.model.instrument import Instrument
from alphaforge.model.risk_rule import Allow, ProposedOrder, Reject, RiskView
from alphaforge_event_guard.event_guard import EventGuard, EventGuardSettings

EVENTS = """
[[events]]
name = "later"
at = 2026-01-13T14:00:00+01:00

[[events]]
name = "first"
at = 2026-01-13T12:00:00Z
"""
NOON_S = 1_768_305_600
BTC = Instrument(venue="X", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.01", lot_size="0.00001")


@pytest.fixture
def guard(tmp_path: Path) -> Callable[[str], EventGuard]:
    """`guard(text)` is the rule with a file of events."""

    def make(text: str) -> EventGuard:
        (tmp_path / "events.toml").write_text(text, encoding="utf-8")
        return EventGuard(EventGuardSettings(events_file=tmp_path / "events.toml"))

    return make


def ask(guard: EventGuard, seconds: float, *, reduce_only: bool = False) -> Allow | Reject:
    order = ProposedOrder("s", BTC, "buy", Decimal(1), Decimal(1), reduce_only)
    now_ns = round((NOON_S + seconds) * 1_000_000_000)
    return guard.check(order, RiskView(now_ns=now_ns, position=Decimal(0), mark=None))


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (-600.001, Allow()),
        (-600, Reject("event_soon", "first is in 600 s")),
        (0, Reject("event_soon", "first is in 0 s")),
        (0.001, Allow()),
        (2999, Allow()),
        (3000, Reject("event_soon", "later is in 600 s")),
        (3601, Allow()),
    ],
)
def test_new_positions_wait_until_the_event_has_passed(guard, seconds, verdict) -> None:
    assert ask(guard(EVENTS), seconds) == verdict
    assert ask(guard(EVENTS), seconds, reduce_only=True) == Allow()


@pytest.mark.parametrize(
    "text", ["", "[[events]]\nname = 'x'\n", "[[events]]\nname = 'x'\nat = 2026-01-13T12:00:00\n", "events ="]
)
def test_what_is_no_list_of_events_is_refused(guard, text) -> None:
    with pytest.raises(ValueError, match=r"events|at|Invalid"):
        guard(text)
