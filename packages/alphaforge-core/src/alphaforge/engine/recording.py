"""Recording the venues of a node, without trading on them."""

import logging
from functools import partial
from pathlib import Path

from alphaforge_rs import Instrument, InstrumentTable, Runtime
from anyio.abc import TaskGroup

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket import keep_connected
from alphaforge.engine.live_venue import LiveVenue
from alphaforge.feeds.book_sync import BookSync
from alphaforge.feeds.live_market import MarketStream, subscriptions_of
from alphaforge.feeds.recorder import RecordedMarket, Recorder, Rotation
from alphaforge.model.errors import SetupError
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.recording_codec import RecordingCodec
from alphaforge.venues.external import add_external_venues

log = logging.getLogger("alphaforge.engine")


async def open_recorder(
    venue: LiveVenue, table: InstrumentTable, folder: Path, rotation: Rotation, clock: Clock
) -> Recorder:
    """A recorder of a venue, its first file begun.

    Raises:
        SetupError: the venue cannot be recorded, or does not answer.
        DataError: the file cannot be written.
    """

    def new_runtime() -> Runtime:
        runtime = Runtime("recorder", 1, table, _never_called)
        add_external_venues(runtime, [venue])
        runtime.start()
        return runtime

    return Recorder(
        venue.name,
        folder,
        rotation,
        header=await instrument_list(venue),
        new_runtime=new_runtime,
        clock=clock,
    )


def record(
    venue: LiveVenue, table: InstrumentTable, recorder: Recorder, clock: Clock, tasks: TaskGroup
) -> None:
    """Start to record a venue: its connections, its books, and the writing of both."""
    codec = RecordedMarket(venue.adapter.market(table), recording_codec(venue), recorder)
    streams = []
    for plan in codec.plans(subscriptions_of(venue.instruments, venue.section.streams)):
        carried = [each for each in venue.instruments if codec.carries(plan, each)]
        stream = MarketStream(
            plan,
            carried,
            codec,
            table=table,
            on_events=recorder.see,
            tell=_tell,
            note_lag=_nobody_to_tell,
            clock=clock,
            offset=venue.offset,
        )
        streams.append(stream)
        tasks.start_soon(partial(keep_connected, plan, stream, clock=clock, tls_context=venue.tls_context))
    tasks.start_soon(recorder.run)
    if "book" not in venue.section.streams:
        return

    def is_wanting(instrument: Instrument) -> bool:
        is_connected = all(stream.is_connected for stream in streams if instrument in stream.instruments)
        return is_connected and not recorder.is_synced(instrument)

    books = BookSync(
        venue.instruments,
        codec,
        venue.http,
        table=table,
        clock=clock,
        is_wanting=is_wanting,
        on_events=recorder.see,
    )
    tasks.start_soon(books.run)


def recording_codec(venue: LiveVenue) -> RecordingCodec:
    """How a venue's data is put into recordings.

    Raises:
        SetupError: its plugin does not say.
    """
    if venue.adapter.recording is None:
        raise SetupError(f"{venue.name}: its plugin cannot record, nor fetch what was")
    return venue.adapter.recording


async def instrument_list(venue: LiveVenue) -> bytes:
    """The venue's own list of the instruments in use, as a frame.

    Raises:
        SetupError: the venue does not answer.
    """
    request = venue.adapter.public.instruments([each.symbol for each in venue.instruments])
    try:
        response = await venue.http.request(request)
    except TransportError as error:
        raise SetupError(f"{venue.name}: {error}") from error
    if response.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise SetupError(f"{venue.name}: its instruments cannot be read: HTTP {response.status}")
    # A line end in JSON can only be blank space.
    return response.body.replace(b"\n", b" ").replace(b"\r", b" ")


def _tell(text: str) -> None:
    log.warning("%s", text)


def _nobody_to_tell(instrument: Instrument, is_lagging: bool) -> None:  # noqa: FBT001
    """A recorder has no strategies; that frames are late is told."""


def _never_called(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError("a recorder has no strategies") from error
