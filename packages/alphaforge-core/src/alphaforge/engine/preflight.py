"""What must be so before a live node may trade: it is checked at each start, and by `alphaforge check`."""

from collections.abc import AsyncIterator, Sequence

from alphaforge_rs import InstrumentTable

from alphaforge.engine.live_venue import LiveVenue
from alphaforge.model.errors import SetupError
from alphaforge.sansio.venue_actions import ReadAccount, ReadKeyRights
from alphaforge.sansio.venue_events import Answered, Refused

LARGEST_OFFSET_S = 0.5


async def refuse_unfit(venues: Sequence[LiveVenue]) -> None:
    """Refuse to trade where that would be unsafe.

    Raises:
        SetupError: with a line for every fault: venue, what is so, what to do.
    """
    faults = []
    for venue in venues:
        faults += [f"venues.{venue.name.lower()}: {fault}" async for fault in _faults(venue)]
    if faults:
        raise SetupError("\n".join(faults))


async def _faults(venue: LiveVenue) -> AsyncIterator[str]:
    link = venue.link(InstrumentTable(venue.instruments))
    if link is None:
        yield "live trading needs its keys: see docs/secrets.md"
        return
    offset_s = venue.offset.offset_ns / 1e9
    if abs(offset_s) > LARGEST_OFFSET_S:
        yield f"this machine's clock is {-offset_s:+.3f} s from the venue's: set it (NTP), then start again"
    for instrument in venue.instruments:
        if instrument.status != "trading":
            yield f"{instrument.symbol} does not trade now ({instrument.status}): leave it out or wait"
    account = await link.ask(ReadAccount())
    match account:
        case Refused(kind="auth", code=code, text=text):
            yield f"the key was refused: {code}: {text}"
            return
        case Answered(account=known) if known is not None and known.can_trade is False:
            yield "the key may not trade: allow it at the venue"
        case Answered():
            pass
        case _:
            yield f"the account cannot be read: {account}"
    rights = await link.ask(ReadKeyRights())
    match rights:
        case Answered(rights=told) if told is not None and told.can_withdraw:
            yield "the key may withdraw: make one that may only read and trade"
        case _:
            pass  # not every venue tells, and none on its test network
