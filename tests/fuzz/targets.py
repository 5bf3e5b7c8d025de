"""The decoders of core and of all plugins, each with what it may raise. Anything else is a bug."""

import contextlib
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from alphaforge.config.key_files import parse_keys
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.hooks.manifest import ManifestError, read_manifest
from alphaforge.model.errors import ConfigError, DataError, InstrumentError
from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.model.recording_file import RecordingReader
from alphaforge.model.secrets import Secrets
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpResponse
from alphaforge.sansio.order_names import split_name
from alphaforge.sansio.recording_codec import HistoryQuery
from alphaforge.sansio.venue_actions import Cancel, FindOrder, ListFills, ListOpenOrders, ReadAccount
from alphaforge.venues.latency_file import read_latencies
from alphaforge_binance.connection import connect
from alphaforge_binance.decoder import MarketDecoder
from alphaforge_binance.history import BinanceRecordingCodec
from alphaforge_binance.instruments import parse_instruments
from alphaforge_binance.recording import BinanceRecording
from alphaforge_binance.settings import BinanceSettings
from alphaforge_coinbase.instruments import parse_instruments as parse_coinbase
from alphaforge_parquet.schema import METADATA_KEY, metadata_of, read_metadata
from pydantic import SecretStr

from tests.fuzz import seeds

NOW_NS = 1_795_000_000_000_000_000
BTCUSDT = Instrument(
    venue="BINANCE", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.01", lot_size="0.00001"
)
TABLE = InstrumentTable([BTCUSDT])
STATUSES = (200, 400, 401, 403, 409, 418, 429, 500, 503)


@dataclass(frozen=True, slots=True)
class Target:
    """A decoder."""

    run: Callable[[bytes], object]
    seeds: Sequence[bytes]
    raises: tuple[type[Exception], ...] = ()
    """What its documentation says it raises."""


def _adapter():
    secrets = {"api_key": SecretStr("k" * 64), "private_key": SecretStr("s" * 64)}
    return connect(BinanceSettings(key_type="hmac"), Secrets("venues.binance", secrets))


ADAPTER = _adapter()
MARKET = ADAPTER.market(TABLE)
DECODER = MarketDecoder(TABLE)
TRADING = ADAPTER.trading(TABLE)
TRADING.plan()
RECORDING = BinanceRecordingCodec()
ACTIONS = (
    Cancel(BTCUSDT, "main-1-1", "28"),
    FindOrder(BTCUSDT, "main-1-1", None),
    ListOpenOrders(),
    ListFills(BTCUSDT, "28"),
    ReadAccount(),
)
QUERIES = [
    HistoryQuery("BTCUSDT", what, NOW_NS - 10**15, NOW_NS) for what in ("trades", "aggTrades", "klines:1m")
]
FOLDER = Path(mkdtemp(prefix="alphaforge-fuzz-"))


def market(data: bytes) -> None:
    MARKET.receive(data, NOW_NS, EventBatch(TABLE))
    MARKET.read_snapshot(BTCUSDT, HttpResponse(200, {}, data), NOW_NS, EventBatch(TABLE))


def decoder(data: bytes) -> None:
    DECODER.decode(data, NOW_NS, EventBatch(TABLE))


def session(data: bytes) -> None:
    TRADING.receive(data, NOW_NS)


def answers(data: bytes) -> None:
    """The first byte is the status; every kind of question gets the rest for its answer."""
    response = HttpResponse(STATUSES[data[0] % len(STATUSES)], {"retry-after": "soon"}, data[1:])
    for action in ACTIONS:
        TRADING.read(action, response)


def public(data: bytes) -> None:
    response = HttpResponse(200, {"x-mbx-used-weight-1m": data[:20].decode("latin-1")}, data)
    ADAPTER.public.usage(response)
    ADAPTER.public.read_time(response)


def history(data: bytes) -> None:
    for query in QUERIES:
        with contextlib.suppress(FrameError):
            RECORDING.read(query, RECORDING.begin(query), HttpResponse(200, {}, data))
        with contextlib.suppress(FrameError):
            RECORDING.go_on(query, data)
    RECORDING.snapshot(BTCUSDT, HttpResponse(200, {}, data))


def reader(data: bytes) -> None:
    """Rust: lines, plain or gzip."""
    lines = RecordingReader(_file("recording", data))
    while lines.next_frames(64):
        pass


def recording(data: bytes) -> None:
    read = BinanceRecording(_file("binance", data))
    for batch in read.batches(InstrumentTable(read.instruments)):
        len(batch)


def parquet(data: bytes) -> None:
    """What is ours in a Parquet file; the rest of it is Arrow's, which ends the process at some of them."""
    read_metadata({METADATA_KEY: data})


def numbers(data: bytes) -> None:
    """Rust: prices, quantities and steps as text."""
    text = data.decode("utf-8", errors="replace")
    batch = EventBatch(TABLE)
    for add in (
        lambda: batch.add_trade(0, NOW_NS, None, 1, text, text, "buy"),
        lambda: batch.add_quote(0, NOW_NS, None, 1, text, "1", "2", text),
        lambda: batch.add_snapshot(0, NOW_NS, None, 1, [(text, text)], [("1", text)]),
    ):
        with contextlib.suppress(DataError):
            add()
    Instrument(venue="X", symbol="Y", base="A", quote="B", tick_size=text, lot_size=text)


def config(data: bytes) -> None:
    try:
        values = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return
    raw = RawConfig()
    raw.add(values, "node.toml")
    load_config(raw)


def secrets(data: bytes) -> None:
    text = data.decode("utf-8", errors="replace")
    parse_keys(text, Path("keys"))


def names(data: bytes) -> None:
    text = data.decode("utf-8", errors="replace")
    split_name(text, "main")


def manifest(data: bytes) -> None:
    read_manifest(_file("manifest", data))


def latencies(data: bytes) -> None:
    read_latencies(_file("latencies", data))


def _file(name: str, data: bytes) -> Path:
    path = FOLDER / name
    path.write_bytes(data)
    return path


TARGETS = {
    "binance market": Target(market, seeds.encoded(seeds.MARKET)),
    "binance decoder": Target(decoder, seeds.encoded(seeds.MARKET), (FrameError, DataError)),
    "binance session": Target(session, seeds.encoded(seeds.SESSION)),
    "binance answers": Target(
        lambda data: answers(data) if data else None, [b"\0" + each for each in seeds.encoded(seeds.ANSWERS)]
    ),
    "binance public": Target(public, [b'{"serverTime":1795000000000}', b"12"], (FrameError,)),
    "binance history": Target(history, seeds.encoded([*seeds.HISTORY, *seeds.MARKET]), (FrameError,)),
    "binance recording": Target(recording, seeds.RECORDINGS, (DataError,)),
    "binance instruments": Target(
        parse_instruments, seeds.encoded([{"timezone": "UTC", "symbols": [seeds.SYMBOL]}]), (DataError,)
    ),
    "coinbase instruments": Target(
        parse_coinbase,
        seeds.encoded([{"products": [seeds.PRODUCT], "num_products": 1}]),
        (DataError,),
    ),
    "recording reader": Target(reader, seeds.RECORDINGS, (DataError,)),
    "parquet": Target(parquet, [metadata_of([BTCUSDT], ["a note"])], (DataError,)),
    "numbers": Target(numbers, seeds.NUMBERS, (InstrumentError, ValueError)),
    "configuration": Target(config, [seeds.NODE], (ConfigError,)),
    "key files": Target(secrets, seeds.KEYS, (ConfigError,)),
    "order names": Target(names, [b"main-1-1", b"main-1-1-r2"], ()),
    "manifests": Target(manifest, [seeds.MANIFEST], (ManifestError,)),
    "latencies": Target(latencies, [seeds.LATENCIES], (ConfigError, DataError)),
}
