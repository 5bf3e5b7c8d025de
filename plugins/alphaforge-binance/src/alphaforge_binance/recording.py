"""Recordings of Binance: lines of `<receive time, ns> <frame>`, snapshots and exchangeInfo in line."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from alphaforge.model.errors import DataError, InstrumentError
from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.model.recording import Beginning
from alphaforge.model.recording_file import Frame, RecordingReader
from alphaforge.sansio.frame_decoder import FrameError

from alphaforge_binance.decoder import MarketDecoder
from alphaforge_binance.grid import Grid
from alphaforge_binance.instruments import read_instruments
from alphaforge_binance.messages import Depth, ExchangeInfo, Parsed, Trade, parse

_FRAMES_PER_BATCH = 2_048


def recognises(beginning: Beginning) -> bool:
    """Whether frames are of Binance: at least one carries its market data.

    A broken one among them is no reason to say no: reading the recording tells its place.
    """
    return any(_carries_market_data(frame) for frame in beginning.frames)


def _carries_market_data(frame: bytes) -> bool:
    try:
        return parse(frame) is not None
    except FrameError:
        return False


class BinanceRecording:
    """A recording. It is read twice: to learn its instruments, and to give its events."""

    def __init__(self, path: Path, instruments_file: Path | None = None) -> None:
        self.notes: list[str] = []
        self._path = path
        self._passes: list[RecordingReader] = []
        self._has_trades = False
        self._cut_off_after: int | None = None
        self._depths_without_symbol: list[Depth] = []
        self.instruments: Sequence[Instrument] = self._learn_instruments(instruments_file)

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes read in both passes, and bytes there are for both."""
        read = [reader.progress for reader in self._passes]
        return sum(done for done, _ in read), 2 * read[0][1]

    def batches(self, table: InstrumentTable) -> Iterator[EventBatch]:
        """The events; see `Recording`."""
        decoder = MarketDecoder(table, skip_aggregates=self._has_trades)
        reader = self._open()
        while frames := reader.next_frames(_FRAMES_PER_BATCH):
            batch = EventBatch(table)
            for frame in frames:
                parsed = self._parse(frame)
                if parsed is not None:
                    self._append(decoder, parsed, frame, batch)
            yield batch
        self._note_end(reader)

    def _learn_instruments(self, instruments_file: Path | None) -> list[Instrument]:
        """Read the file once: which symbols it holds, and on which grid."""
        grids: dict[str, Grid] = defaultdict(Grid)
        listed: list[Instrument] = []
        reader = self._open()
        while frames := reader.next_frames(_FRAMES_PER_BATCH):
            for frame in frames:
                parsed = self._parse(frame)
                if parsed is not None:
                    listed += self._learn(parsed, frame, grids)
        if not grids:
            raise DataError(f"{self._path}: the recording holds no market data of Binance Spot")
        for depth in self._depths_without_symbol if len(grids) == 1 else ():
            next(iter(grids.values())).widen(depth)
        if instruments_file is not None:
            listed = self._noted(*_read_instruments(instruments_file))
        specified = {instrument.symbol: instrument for instrument in listed}
        return [
            specified.get(symbol) or self._inferred(symbol, grid) for symbol, grid in sorted(grids.items())
        ]

    def _learn(self, parsed: Parsed, frame: Frame, grids: dict[str, Grid]) -> Sequence[Instrument]:
        message = parsed.message
        self._has_trades = self._has_trades or isinstance(message, Trade)
        if isinstance(message, ExchangeInfo):
            return self._noted(*read_instruments(frame.data))
        if parsed.symbol is not None:
            grids[parsed.symbol].widen(message)
        elif isinstance(message, Depth):
            self._depths_without_symbol.append(message)
        return ()

    def _noted(self, instruments: list[Instrument], left_out: list[str]) -> list[Instrument]:
        self.notes += [f"{self._path}: left out: {reason}" for reason in left_out]
        return instruments

    def _inferred(self, symbol: str, grid: Grid) -> Instrument:
        try:
            instrument = grid.instrument(symbol)
        except (ValueError, InstrumentError) as error:
            raise DataError(
                f"{self._path}: {symbol!r} cannot be an instrument: {error}; give the venue's own list"
            ) from error
        self.notes.append(grid.note(instrument))
        return instrument

    def _open(self) -> RecordingReader:
        reader = RecordingReader(self._path)
        self._passes.append(reader)
        return reader

    def _parse(self, frame: Frame) -> Parsed | None:
        try:
            return parse(frame.data)
        except FrameError as error:
            if not frame.is_whole:
                # The recorder was killed in the middle of this line.
                self._cut_off_after = frame.line - 1
                return None
            raise DataError(f"{self._path}:{frame.line}: {error}") from error

    def _append(self, decoder: MarketDecoder, parsed: Parsed, frame: Frame, batch: EventBatch) -> None:
        try:
            decoder.append(parsed, frame.ts_recv, batch)
        except DataError as error:
            raise DataError(f"{self._path}:{frame.line}: {error}") from error

    def _note_end(self, reader: RecordingReader) -> None:
        cut_off_after = self._cut_off_after or reader.cut_off_after
        if cut_off_after is not None:
            self.notes.append(
                f"{self._path}: the recording ends in the middle of a line, after line "
                f"{cut_off_after}; all before it is used"
            )


def _read_instruments(path: Path) -> tuple[list[Instrument], list[str]]:
    try:
        return read_instruments(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
