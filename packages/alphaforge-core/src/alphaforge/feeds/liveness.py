"""Whether an instrument's streams are alive, so that a quiet market is not taken for a dead one."""

from collections.abc import Callable, Sequence
from typing import Never

import anyio
from alphaforge_rs import Instrument

from alphaforge.drivers.clock import Clock
from alphaforge.feeds.live_market import MarketStream

LOOK_EVERY_S = 0.25
_QUIET_AFTER_NS = 500_000_000
"""A connection that is quiet for longer is asked for a sign of life: within a second each has given one."""


class Liveness:
    """Tells the runtime when the streams of each instrument were last known to be alive.

    An instrument is as alive as the most silent of the connections that carry it: one that has frozen is not
    made up for by another. Anything that comes counts, pings and pongs too.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        streams: Sequence[MarketStream],
        *,
        clock: Clock,
        note_alive: Callable[[Instrument, int], None],
        turn: Callable[[], None],
    ) -> None:
        """`turn` is taken after each look: time passes for the runtime though nothing comes."""
        self._carriers = [
            (each, [stream for stream in streams if each in stream.instruments]) for each in instruments
        ]
        self._clock = clock
        self._note_alive = note_alive
        self._turn = turn

    async def run(self) -> Never:
        """Look for ever."""
        while True:
            self._look()
            self._turn()
            await anyio.sleep(LOOK_EVERY_S)

    def _look(self) -> None:
        quiet_since_ns = self._clock.now_ns() - _QUIET_AFTER_NS
        for instrument, carriers in self._carriers:
            alive = [stream.last_alive_ns(quiet_since_ns) for stream in carriers]
            known = [ns for ns in alive if ns is not None]
            if known and len(known) == len(alive):
                self._note_alive(instrument, min(known))
