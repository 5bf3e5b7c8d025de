"""Recorded feeds: files that readers of plugins understand."""

import inspect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, RecordingReader

from alphaforge.feeds.merge import merged
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import ReaderSpec
from alphaforge.model.errors import AlphaForgeError, DataError, describe
from alphaforge.model.recording import Beginning, Recording

_HEAD_BYTES = 4096
_SAMPLE_FRAMES = 16
_FIELDS = tuple(inspect.signature(Instrument).parameters)
_STEPS = ("tick_size", "lot_size")


class RecordedFeed:
    """Recordings, by their files, merged by receive time; and others of what was before.

    Raises:
        DataError: two recordings say of an instrument what does not fit together.
    """

    def __init__(
        self,
        recordings: Sequence[tuple[Path, Recording]],
        history: Sequence[tuple[Path, Recording]] = (),
    ) -> None:
        self._recordings = [recording for _, recording in recordings]
        self._history = [recording for _, recording in history]
        self.table = InstrumentTable(_united([*recordings, *history]))

    @property
    def notes(self) -> Sequence[str]:
        """What the recordings say of themselves."""
        return [note for each in (*self._recordings, *self._history) for note in each.notes]

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes there are."""
        read, total = zip(*(recording.progress for recording in self._recordings), strict=True)
        return sum(read), sum(total)

    def batches(self) -> Iterator[EventBatch]:
        """The events of all recordings."""
        return self._merged(self._recordings)

    def history(self) -> Iterator[EventBatch]:
        """The events of the recordings of what was before; more than that, where they reach further."""
        return self._merged(self._history)

    def _merged(self, recordings: Sequence[Recording]) -> Iterator[EventBatch]:
        streams = [recording.batches(self.table) for recording in recordings]
        return streams[0] if len(streams) == 1 else merged(streams)


def open_recordings(
    files: Sequence[Path],
    instruments_file: Path | None,
    registry: Registry,
    history: Sequence[Path] = (),
) -> RecordedFeed:
    """Open recordings with whatever installed reader recognises each.

    Raises:
        DataError: a file cannot be read, is empty, no reader recognises it, or two do not fit together.
    """
    opened = [
        [(path, _open(path, instruments_file, registry)) for path in paths] for paths in (files, history)
    ]
    return RecordedFeed(*opened)


def _open(path: Path, instruments_file: Path | None, registry: Registry) -> Recording:
    beginning, no_frames = _beginning(path)
    readers = registry.all(ReaderSpec)
    doubts = [f"plugin {name}: {why}" for name, why in registry.unusable(ReaderSpec).items()]
    for reader in readers:
        try:
            if reader.recognises(beginning):
                return reader.open(path, instruments_file)
        except AlphaForgeError:
            raise
        except Exception as error:  # a plugin can raise anything; another may know the file
            doubts.append(f"reader {reader.name} raised {describe(error)}")
    if no_frames is not None:
        raise DataError("; ".join([str(no_frames), *doubts]))
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


def _beginning(path: Path) -> tuple[Beginning, DataError | None]:
    """How a file begins, and what is wrong with it if it should be one of frames.

    Raises:
        DataError: it cannot be read at all.
    """
    lines = RecordingReader(path)  # says what is wrong with a path that cannot be opened, or is no file
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    try:
        frames = [frame.data for frame in lines.next_frames(_SAMPLE_FRAMES)]
    except DataError as error:
        return Beginning(head, ()), error
    return Beginning(head, frames), None if frames else DataError(f"{path}: the recording is empty")


def _united(recordings: Sequence[tuple[Path, Recording]]) -> list[Instrument]:
    """All instruments once."""
    told: dict[str, list[tuple[Path, Instrument]]] = defaultdict(list)
    for path, recording in recordings:
        for instrument in recording.instruments:
            told[instrument.id].append((path, instrument))
    return [Instrument(**{field: _agreed(field, each) for field in _FIELDS}) for each in told.values()]


def _agreed(field: str, told: Sequence[tuple[Path, Instrument]]) -> Any:
    """What all recordings of an instrument say of it.

    Only its steps may differ, since without the venue's own list they are the finest that occur in a
    recording: then the finest of all is the grid of all.
    """
    is_step = field in _STEPS
    first_path, first = min(told, key=lambda one: getattr(one[1], field)) if is_step else told[0]
    agreed = getattr(first, field)
    for path, instrument in told:
        value = getattr(instrument, field)
        if value % agreed if is_step else value != agreed:
            raise DataError(
                f"{path}: {instrument.id}: {field} = {value}, and in {first_path} it is {agreed}: give the "
                "venue's instrument list for all recordings with --instruments (feed.instruments_file)"
            )
    return agreed
