"""The hooks of the plugin."""

from collections.abc import Sequence

from alphaforge import hookimpl
from alphaforge.hooks.specs import ReaderSpec, VenueSpec

from alphaforge_binance.decoder import MarketDecoder
from alphaforge_binance.instruments import parse_instruments
from alphaforge_binance.recording import BinanceRecording, recognises


@hookimpl
def alphaforge_venues() -> Sequence[VenueSpec]:
    """Binance Spot."""
    return [VenueSpec("binance", "Binance Spot", parse_instruments, MarketDecoder)]


@hookimpl
def alphaforge_readers() -> Sequence[ReaderSpec]:
    """Recordings of its streams."""
    return [ReaderSpec("binance", "frames of Binance Spot's streams", recognises, BinanceRecording)]
