"""Fetching history, day by day."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig
from alphaforge.drivers.clock import Clock
from alphaforge.engine.live_venue import LiveVenue, open_venues
from alphaforge.engine.recording import instrument_list, recording_codec
from alphaforge.feeds.history_fetch import FetchedDay, fetch_day
from alphaforge.feeds.history_store import StoredDay, days_of, series_folder
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import DataError
from alphaforge.sansio.recording_codec import HistoryQuery

_SAY_EVERY_S = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fetched, and where it goes."""

    venue: str
    symbol: str
    what: str
    first: date
    last: date
    folder: Path


async def fetch(
    wanted: Wanted, config: NodeConfig, raw: RawConfig, registry: Registry, say: Say | None
) -> list[dict[str, object]]:
    """Fetch what is missing; gives a row for every day, as tables and JSON have them.

    Raises:
        AlphaForgeError: the venue has no such history, or cannot be reached.
    """
    clock = Clock()
    only = replace(config, venues={wanted.venue: config.venues[wanted.venue]})
    async with open_venues(only, raw, registry, clock) as (venue,):
        header = await instrument_list(venue)
        rows = []
        series = series_folder(wanted.folder, wanted.venue, wanted.symbol, wanted.what)
        for day in days_of(series, wanted.first, wanted.last):
            fetched = await _fetch(day, wanted, venue, header, clock, say)
            rows.append(_row(day, fetched))
        return rows


async def _fetch(
    day: StoredDay, wanted: Wanted, venue: LiveVenue, header: bytes, clock: Clock, say: Say | None
) -> FetchedDay | None:
    """Fetch a day; None where there is nothing to do."""
    now_ns = clock.now_ns()
    if day.is_there():
        return None
    if day.since_ns >= now_ns:
        raise DataError(f"--to: {day.day.isoformat()} has not begun yet")
    query = HistoryQuery(wanted.symbol, wanted.what, day.since_ns, min(day.until_ns, now_ns))
    fetched = await fetch_day(
        day,
        query,
        codec=recording_codec(venue),
        http=venue.http,
        header=header,
        now_ns=now_ns,
        progress=_Progress(day, clock, say),
    )
    if fetched.was_cut and say is not None:
        say(f"{day.day.isoformat()}: a write had been cut off; what it lost was fetched again")
    return fetched


class _Progress:
    """Says now and then how far a day has come."""

    def __init__(self, day: StoredDay, clock: Clock, say: Say | None) -> None:
        self._day = day
        self._monotonic_s = clock.monotonic_s
        self._say = say
        self._said_s = clock.monotonic_s()

    def __call__(self, reached_ns: int, lines: int) -> None:
        if self._say is None or self._monotonic_s() - self._said_s < _SAY_EVERY_S:
            return
        self._said_s = self._monotonic_s()
        share = (reached_ns - self._day.since_ns) / (self._day.until_ns - self._day.since_ns)
        self._say(f"{self._day.day.isoformat()}: {lines:,} lines, {share:.0%} of the day")


def _row(day: StoredDay, fetched: FetchedDay | None) -> dict[str, object]:
    is_whole = fetched is None or fetched.is_whole
    return {
        "day": day.day.isoformat(),
        "fetched": 0 if fetched is None else fetched.lines,
        "state": "whole" if is_whole else "not over yet",
        "file": str(day.path if is_whole else day.part),
    }
