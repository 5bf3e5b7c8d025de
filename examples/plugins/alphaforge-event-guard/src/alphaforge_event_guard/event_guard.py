"""No new positions shortly before an event that everybody knows of."""

import tomllib
from bisect import bisect_left
from datetime import datetime

from alphaforge.model.risk_rule import Allow, ProposedOrder, Reject, RiskView, Verdict
from alphaforge.model.settings import ConfigPath, Settings
from pydantic import AwareDatetime, Field

_NS_PER_S = 1_000_000_000


class EventGuardSettings(Settings):
    """`[risk.rules.event-guard]`."""

    events_file: ConfigPath = Field(description="a TOML file of `[[events]]`, each with `name` and `at`")
    minutes_before: float = Field(
        10.0, gt=0, allow_inf_nan=False, description="how long before an event no position is opened"
    )


class Event(Settings):
    """A moment at which prices may jump."""

    name: str
    at: AwareDatetime


class Events(Settings):
    """The file."""

    events: tuple[Event, ...]


class EventGuard:
    """Denies what could grow a position in the minutes before an event."""

    def __init__(self, settings: EventGuardSettings) -> None:
        """Read the events.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no list of events.
        """
        text = settings.events_file.read_text(encoding="utf-8")
        listed = Events.model_validate(tomllib.loads(text)).events
        events = sorted((_nanoseconds(event.at), event.name) for event in listed)
        self._times = [at_ns for at_ns, _ in events]
        self._names = [name for _, name in events]
        self._before_ns = round(settings.minutes_before * 60 * _NS_PER_S)

    def check(self, order: ProposedOrder, view: RiskView) -> Verdict:
        """Deny an order while an event is near, unless it can only shrink the position."""
        if order.reduce_only:
            return Allow()
        upcoming = bisect_left(self._times, view.now_ns)
        if upcoming == len(self._times):
            return Allow()
        left_ns = self._times[upcoming] - view.now_ns
        if left_ns > self._before_ns:
            return Allow()
        return Reject("event_soon", f"{self._names[upcoming]} is in {left_ns / _NS_PER_S:.0f} s")


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp()) * _NS_PER_S
