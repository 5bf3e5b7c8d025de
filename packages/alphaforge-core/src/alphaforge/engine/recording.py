"""Recording the venues of a node, without trading on them."""

import logging
from pathlib import Path

from alphaforge_rs import Instrument, InstrumentTable, Runtime
from anyio.abc import TaskGroup

from alphaforge.engine.live_venue import LiveVenue
from alphaforge.engine.market_connections import connect_market
from alphaforge.feeds.recorder import RecordedMarket, Recorder, Rotation
from alphaforge.model.errors import SetupError
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.recording_codec import RecordingCodec
from alphaforge.venues.external import add_external_venues

log = logging.getLogger("alphaforge.engine")


async def open_recorder(
    venue: LiveVenue, table: InstrumentTable, folder: Path, rotation: Rotation
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
        clock=venue.clock,
    )


def record(venue: LiveVenue, table: InstrumentTable, recorder: Recorder, tasks: TaskGroup) -> None:
    """Start to record a venue: its connections, its books, and the writing of both."""
    connect_market(
        venue,
        RecordedMarket(venue.adapter.market(table), recording_codec(venue), recorder),
        table=table,
        on_events=recorder.see,
        is_synced=recorder.is_synced,
        tell=log.warning,
        note_lag=_nobody_to_tell,
        serve=lambda name, run: tasks.start_soon(run, name=name),
    )
    tasks.start_soon(recorder.run)


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


def _nobody_to_tell(instrument: Instrument, is_lagging: bool) -> None:  # noqa: FBT001 - as `note_lag` is called
    """A recorder has no strategies; that frames are late is told."""


def _never_called(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError("a recorder has no strategies") from error
