"""The line to one venue: its codecs, its HTTP, its clock."""

from collections.abc import Callable
from dataclasses import dataclass

from alphaforge_rs import Instrument, InstrumentTable

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.http import HttpDriver
from alphaforge.sansio.clock_offset import ClockOffset
from alphaforge.sansio.errors import NotSentError, OutcomeUnknownError
from alphaforge.sansio.rate_limit import WeightBudget
from alphaforge.sansio.venue_actions import Action
from alphaforge.sansio.venue_codec import TradingCodec, TradingTraits
from alphaforge.sansio.venue_events import Doubtful, Refused, Result

Execute = Callable[[Callable[[], None]], None]
"""Runs work that reports to the kernel: brings the kernel's time up to now, does the work, tells the
strategies what it caused, and lets their commands leave."""


@dataclass(frozen=True, slots=True)
class VenueLink:
    """What everything that speaks to one venue shares."""

    venue: str
    """In upper case, as instruments have it."""
    codec: TradingCodec
    traits: TradingTraits
    http: HttpDriver
    budget: WeightBudget
    """What may still be asked of the venue, over HTTP and WebSocket together."""
    clock: Clock
    offset: ClockOffset
    table: InstrumentTable

    def venue_now_ns(self) -> int:
        """The venue's time."""
        return self.offset.venue_now_ns(self.clock.now_ns())

    def instrument(self, symbol: str) -> Instrument | None:
        """The venue's instrument with this symbol; None where the node does not know it."""
        handle = self.table.handle(self.venue, symbol)
        return None if handle is None else self.table.instruments[handle]

    def silence(self, seconds: float | None) -> None:
        """The venue wants to hear nothing for so long, where it says so."""
        if seconds is not None:
            self.budget.block(self.clock.now_s() + seconds)

    async def ask(self, action: Action) -> Result:
        """Do an action over HTTP. What became of it is in the result; no fault of the venue's raises."""
        request = self.codec.request(action, self.venue_now_ns())
        try:
            response = await self.http.request(request)
        except NotSentError as error:
            return Refused("unavailable", "not_sent", f"not sent: {error}", is_transient=True)
        except OutcomeUnknownError as error:
            return Doubtful(str(error))
        result = self.codec.read(action, response)
        if isinstance(result, Refused) and result.kind == "clock":
            self.offset.doubt()
        return result
