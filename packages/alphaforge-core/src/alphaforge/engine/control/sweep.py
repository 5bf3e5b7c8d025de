"""Cancelling what is open at a venue, by the venue's own list, until it says that nothing is left."""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio
from alphaforge_rs import Instrument, InstrumentTable

from alphaforge.engine.control.tally import Tally
from alphaforge.engine.live_venue import LiveVenue
from alphaforge.model.errors import AlphaForgeError, ConfigError
from alphaforge.sansio.backoff import Backoff
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.venue_actions import Cancel, ListOpenOrders
from alphaforge.sansio.venue_events import Answered, OrderReport
from alphaforge.venues.open_request import is_unsent
from alphaforge.venues.venue_link import VenueLink

log = logging.getLogger("alphaforge.engine")

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Sweep:
    """The orders of one account that are to go."""

    name: str
    """The venue's, as the tally has it."""
    venue: LiveVenue
    is_wanted: Callable[[OrderReport], bool]
    """Whether an order is to be cancelled."""
    tally: Tally

    async def run(self, *, again_after_s: float) -> None:
        """Cancel, and ask again, until the venue says that none is left; and once more after so long.

        What was on its way to the venue when the sweep began may be an order there a little later.

        Raises:
            ConfigError: there are no keys.
        """
        link = self._link(self.venue.instruments)
        await self._until_none_is_left(link)
        if again_after_s > 0:
            await anyio.sleep(again_after_s)
            await self._until_none_is_left(link)

    async def _until_none_is_left(self, link: VenueLink) -> None:
        chance = random.Random()  # noqa: S311 - it spreads requests, and keeps no secret
        backoff = Backoff(chance, first_s=_FIRST_PAUSE_S, longest_s=_LONGEST_PAUSE_S)
        while True:
            result = await link.ask(ListOpenOrders())
            if isinstance(result, Answered):
                left = [report for report in result.reports if self.is_wanted(report)]
                self.tally.see(self.name, left)
                if not left:
                    return
                link = await self._knowing_all(link, left)
                if await self._cancel_all(link, left):
                    continue
            else:
                log.warning("%s: open orders cannot be read, and are asked for again: %s", link.venue, result)
            await anyio.sleep(backoff.pause_s())

    async def _cancel_all(self, link: VenueLink, reports: Sequence[OrderReport]) -> bool:
        """Whether the venue has confirmed all cancels."""
        doubtful: list[OrderReport] = []

        # No more at a time than there are connections: a cancel has its whole time for its answer.
        at_once = anyio.CapacityLimiter(_AT_ONCE)

        async def cancel(report: OrderReport) -> None:
            async with at_once:
                if not await self._cancel(link, report):
                    doubtful.append(report)

        async with anyio.create_task_group() as cancels:
            for report in reports:
                cancels.start_soon(cancel, report)
        return not doubtful

    async def _cancel(self, link: VenueLink, report: OrderReport) -> bool:
        instrument = link.instrument(report.symbol)
        if instrument is None:
            return False
        result = await link.ask(Cancel(instrument, report.name, report.venue_order_id))
        if not is_unsent(result):
            self.tally.wrote(self.name, report)
        if not isinstance(result, Answered):
            log.warning("%s: the cancel of %s is not confirmed: %s", link.venue, report.name, result)
        return isinstance(result, Answered)

    async def _knowing_all(self, link: VenueLink, reports: Sequence[OrderReport]) -> VenueLink:
        """A line that knows the instruments of all these orders."""
        unknown = {each.symbol for each in reports if link.instrument(each.symbol) is None}
        if not unknown:
            return link
        try:
            return self._link([*link.table.instruments, *await self.venue.read_instruments(sorted(unknown))])
        except (AlphaForgeError, TransportError) as error:
            log.warning("%s: instruments cannot be read, and are asked for again: %s", link.venue, error)
            return link

    def _link(self, instruments: Sequence[Instrument]) -> VenueLink:
        link = self.venue.link(InstrumentTable(instruments))
        if link is None:
            raise ConfigError(f"venues.{self.name}: orders cannot be cancelled without its keys")
        return link
