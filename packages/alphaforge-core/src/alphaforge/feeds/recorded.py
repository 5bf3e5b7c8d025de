"""Recorded feeds: files that readers of plugins understand."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, RecordingReader

from alphaforge.feeds.merge import merged
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import ReaderSpec
from alphaforge.model.errors import AlphaForgeError, DataError, describe
from alphaforge.model.recording import Recording

_SAMPLE_FRAMES = 16


class RecordedFeed:
    """Recordings, merged by receive time."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = recordings
        self.table = InstrumentTable(_united([r.instruments for r in recordings]))

    @property
    def notes(self) -> Sequence[str]:
        """What the recordings say of themselves."""
        return [note for recording in self._recordings for note in recording.notes]

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes there are."""
        read, total = zip(*(recording.progress for recording in self._recordings), strict=True)
        return sum(read), sum(total)

    def batches(self) -> Iterator[EventBatch]:
        """The events of all recordings."""
        streams = [recording.batches(self.table) for recording in self._recordings]
        return streams[0] if len(streams) == 1 else merged(streams)


def open_recordings(files: Sequence[Path], instruments_file: Path | None, registry: Registry) -> RecordedFeed:
    """Open recordings with whatever installed reader recognises each.

    Raises:
        DataError: a file cannot be read, is empty, or no reader recognises it.
    """
    return RecordedFeed([_open(path, instruments_file, registry) for path in files])


def _open(path: Path, instruments_file: Path | None, registry: Registry) -> Recording:
    frames = RecordingReader(path).next_frames(_SAMPLE_FRAMES)
    if not frames:
        raise DataError(f"{path}: the recording is empty")
    sample = b"\n".join(frame.data for frame in frames)
    readers = registry.all(ReaderSpec)
    doubts = [f"plugin {name}: {why}" for name, why in registry.unusable(ReaderSpec).items()]
    for reader in readers:
        try:
            if reader.recognises(sample):
                return reader.open(path, instruments_file)
        except AlphaForgeError:
            raise
        except Exception as error:  # a plugin can raise anything; another may know the file
            doubts.append(f"reader {reader.name} raised {describe(error)}")
    known = ", ".join(reader.name for reader in readers) or "none"
    raise DataError(
        "; ".join(
            [
                f"{path}: no installed reader recognises it (readers: {known})",
                *doubts,
                "install the plugin of its venue, such as alphaforge-binance",
            ]
        )
    )


def _united(lists: Sequence[Sequence[Instrument]]) -> list[Instrument]:
    """All instruments once; where recordings differ on a grid, the finer steps hold for both."""
    united: dict[str, Instrument] = {}
    for instrument in (instrument for listed in lists for instrument in listed):
        known = united.get(instrument.id)
        if known is None:
            united[instrument.id] = instrument
        elif known != instrument:
            united[instrument.id] = _with_finer_grid(known, instrument)
    return list(united.values())


def _with_finer_grid(first: Instrument, second: Instrument) -> Instrument:
    return Instrument(
        venue=first.venue,
        symbol=first.symbol,
        base=first.base,
        quote=first.quote,
        tick_size=min(first.tick_size, second.tick_size),
        lot_size=min(first.lot_size, second.lot_size),
        min_quantity=first.min_quantity,
        max_quantity=first.max_quantity,
        min_price=first.min_price,
        max_price=first.max_price,
        min_notional=first.min_notional,
        max_notional=first.max_notional,
        status=first.status,
    )
