"""Orders in doubt: the venue is asked until it says what became of them.

A timeout, a 5xx or a lost connection leaves an order unknown. Nothing is assumed and nothing sent again:
only the venue's word ends the doubt. "Does not exist" counts once the venue would refuse the order if it
still arrived, and has been said three times (fact sheets: a young order may be invisible to queries).
"""

import logging
import random

import anyio

from alphaforge.sansio.venue_actions import ListFills
from alphaforge.sansio.venue_events import Answered, Refused, Result
from alphaforge.venues.order_tracker import OrderTracker
from alphaforge.venues.tracked_order import OrderVersion, TrackedOrder
from alphaforge.venues.venue_link import Execute, VenueLink

log = logging.getLogger("alphaforge.venues")

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
_MISSES = 3
_TELL_AFTER_S = 2.0


class Doubt:
    """Asks what became of one order, until nothing about it is open."""

    def __init__(
        self, link: VenueLink, tracker: OrderTracker, tracked: TrackedOrder, execute: Execute
    ) -> None:
        self._link = link
        self._tracker = tracker
        self._tracked = tracked
        self._execute = execute
        self._answered: set[int] = set()
        """The versions that the venue has spoken of since the doubt began."""

    async def resolve(self, *, after_s: float) -> None:
        """Ask until all is known; the first time after so long, since the answer may be on its way."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._tell_if_it_takes_long)
            await anyio.sleep(after_s)
            await self._ask_until_known()
            tasks.cancel_scope.cancel()

    async def _ask_until_known(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            for version in list(self._open_versions()):
                await self._ask(version)
            if not list(self._open_versions()):
                return
            # A spread, so that many orders in doubt do not ask at the same time.
            await anyio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _tell_if_it_takes_long(self) -> None:
        await anyio.sleep(_TELL_AFTER_S)
        self._tell("its state is still unknown; the venue is being asked again")

    def _open_versions(self) -> list[OrderVersion]:
        return [
            version
            for version in self._tracked.versions
            if (not version.has_ended and version.number not in self._answered) or version.lacks_trades
        ]

    async def _ask(self, version: OrderVersion) -> None:
        if version.lacks_trades and version.venue_order_id is not None:
            await self._ask_for_trades(version, version.venue_order_id)
            return
        asked_s = self._link.clock.monotonic_s()
        result = await self._link.ask(self._tracked.query(version))
        self._execute(lambda: self._take(version, result, asked_s))

    async def _ask_for_trades(self, version: OrderVersion, venue_order_id: str) -> None:
        result = await self._link.ask(ListFills(self._tracked.instrument, venue_order_id))
        match result:
            case Answered(fills=fills):
                self._execute(lambda: self._tracker.count_list(self._tracked, version, fills))
            case _:
                log.warning("%s: its trades cannot be read: %s", self._wire_name(version), result)

    def _take(self, version: OrderVersion, result: Result, asked_s: float) -> None:
        match result:
            case Answered(reports=reports) if reports:
                for report in reports:
                    self._tracker.apply(report)
                if not version.lacks_trades:
                    self._answered.add(version.number)
            case Refused(kind="not_found"):
                version.misses += 1
                is_certain = asked_s - version.sent_at_s > self._link.traits.certain_after_s
                if is_certain and version.misses >= _MISSES:
                    self._never_existed(version)
            case _:
                log.warning("%s: cannot be queried: %s", self._wire_name(version), result)

    def _never_existed(self, version: OrderVersion) -> None:
        if version.is_confirmed:
            # It was there, and a query does not find it: the venue has put it away (an archive).
            self._answered.add(version.number)
            if version.misses == _MISSES:
                self._tell("the venue does not find it any more, though it had confirmed it")
            return
        self._tracker.refuse_place(self._tracked, version, "it never reached the venue")

    def _tell(self, text: str) -> None:
        self._execute(lambda: self._tracker.tell(text, self._tracked))

    def _wire_name(self, version: OrderVersion) -> str:
        return f"{self._link.venue}: order {self._tracked.name(version)}"
