"""Keeping books in sync: a book that is not gets a snapshot, again and again until it is."""

import logging
from collections.abc import Callable, Sequence

import anyio
from alphaforge_rs import EventBatch, Instrument, InstrumentTable

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.http import HttpDriver
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.venue_codec import MarketCodec

log = logging.getLogger("alphaforge.feeds")

_LOOK_EVERY_S = 0.05
_AT_ONCE = 4
"""Snapshots that are asked for at the same time."""
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 10.0


class BookSync:
    """Watches the books of one venue, and asks for snapshots within the venue's limits."""

    def __init__(
        self,
        instruments: Sequence[Instrument],
        codec: MarketCodec,
        http: HttpDriver,
        *,
        table: InstrumentTable,
        clock: Clock,
        is_wanting: Callable[[Instrument], bool],
        on_events: Callable[[EventBatch], None],
    ) -> None:
        """`is_wanting` tells whether a book's stream is there and the book is not in sync."""
        self._instruments = instruments
        self._codec = codec
        self._table = table
        self._http = http
        self._clock = clock
        self._is_wanting = is_wanting
        self._on_events = on_events
        self._asking: set[str] = set()
        self._slots = anyio.CapacityLimiter(_AT_ONCE)

    async def run(self) -> None:
        """Keep all books in sync, until cancelled."""
        async with anyio.create_task_group() as tasks:
            while True:
                for instrument in self._instruments:
                    if instrument.id not in self._asking and self._is_wanting(instrument):
                        self._asking.add(instrument.id)
                        tasks.start_soon(self._sync, instrument)
                await anyio.sleep(_LOOK_EVERY_S)

    async def _sync(self, instrument: Instrument) -> None:
        pause_s = _FIRST_PAUSE_S
        while self._is_wanting(instrument):
            async with self._slots:
                await self._ask(instrument)
            if not self._is_wanting(instrument):
                break
            await anyio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        self._asking.discard(instrument.id)

    async def _ask(self, instrument: Instrument) -> None:
        try:
            response = await self._http.request(self._codec.snapshot(instrument))
        except TransportError as error:
            log.warning("%s: no snapshot of the book: %s", instrument.id, error)
            return
        batch = EventBatch(self._table)
        fault = self._codec.read_snapshot(instrument, response, self._clock.now_ns(), batch)
        if fault is not None:
            log.warning("%s: %s", instrument.id, fault.text)
        self._on_events(batch)
