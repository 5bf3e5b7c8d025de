"""How long orders were on their way: from what they say of themselves, in feed time."""

from dataclasses import dataclass

from alphaforge_rs import Durations, Order

SUBMIT = "submit to accepted"
REPLACE = "replace to replaced"
CANCEL = "cancel to cancelled"
RESTING = "accepted to first fill"

HOPS = {
    SUBMIT: "from the order's leaving until the venue's acceptance was known: out, at the venue, and back",
    REPLACE: "from asking for new terms until the venue's answer was known",
    CANCEL: "from asking for the cancel until the venue's answer was known",
    RESTING: "from the known acceptance until the first fill was known: how long orders waited for a trade",
}
"""The hops, and what each is."""

_ACCEPTED = frozenset({"open", "partially_filled", "filled"})
_ASKED = {"pending_replace": REPLACE, "pending_cancel": CANCEL}


@dataclass(slots=True)
class _Life:
    """What is known of a live order."""

    sent_at: int | None = None
    accepted_at: int | None = None
    has_traded: bool = False
    asked: str | None = None
    asked_at: int = 0


class HopTimes:
    """Measures the hops of orders, from their records. What it keeps grows with live orders only."""

    def __init__(self) -> None:
        self.durations = {hop: Durations() for hop in HOPS}
        self._live: dict[int, _Life] = {}

    def add(self, order: Order) -> None:
        """Take an order as it was when it changed."""
        life = self._live.setdefault(order.id, _Life())
        state, ts = order.state, order.ts
        if state == "sent":
            life.sent_at = ts
        elif state in _ACCEPTED and life.sent_at is not None and life.accepted_at is None:
            life.accepted_at = ts
            self.durations[SUBMIT].add(ts - life.sent_at)
        if not life.has_traded and life.accepted_at is not None and order.filled > 0:
            life.has_traded = True
            self.durations[RESTING].add(ts - life.accepted_at)
        self._follow_request(life, state, ts)
        if not order.is_live:
            del self._live[order.id]

    def _follow_request(self, life: _Life, state: str, ts: int) -> None:
        """A replace or a cancel was asked for, or answered."""
        asked = _ASKED.get(state)
        if life.asked is not None and asked != life.asked:
            answered = state in ({"cancelled"} if life.asked == CANCEL else {"open", "partially_filled"})
            if answered:
                self.durations[life.asked].add(ts - life.asked_at)
            life.asked = None
        if asked is not None and life.asked is None:
            life.asked, life.asked_at = asked, ts
