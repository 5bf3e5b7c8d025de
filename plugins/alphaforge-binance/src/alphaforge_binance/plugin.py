"""The hooks of the plugin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alphaforge import hookimpl
from alphaforge.hooks.specs import EmulatorSpec, ReaderSpec, VenueSpec
from alphaforge.model.emulator import EmulatorContext, EmulatorOptions
from alphaforge.model.errors import PluginError

from alphaforge_binance.decoder import MarketDecoder
from alphaforge_binance.instruments import parse_instruments
from alphaforge_binance.recording import BinanceRecording, recognises
from alphaforge_binance.settings import BinanceSettings

if TYPE_CHECKING:
    from alphaforge.model.secrets import Secrets
    from alphaforge.sansio.venue_codec import VenueAdapter


@hookimpl
def alphaforge_venues() -> Sequence[VenueSpec]:
    """Binance Spot."""
    return [VenueSpec("binance", "Binance Spot", parse_instruments, MarketDecoder, BinanceSettings, _connect)]


@hookimpl
def alphaforge_readers() -> Sequence[ReaderSpec]:
    """Recordings of its streams."""
    return [ReaderSpec("binance", "frames of Binance Spot's streams", recognises, BinanceRecording)]


def _connect(settings: BinanceSettings, secrets: "Secrets") -> "VenueAdapter":
    # Only a node that connects pays for the codecs; recordings and listings do without.
    from alphaforge_binance.connection import connect  # noqa: PLC0415

    return connect(settings, secrets)


@hookimpl
def alphaforge_emulators() -> Sequence[EmulatorSpec]:
    """Binance Spot on this machine."""
    return [EmulatorSpec("binance", "Binance Spot on this machine", _create_emulator)]


def _create_emulator(options: EmulatorOptions) -> EmulatorContext:
    """The emulator, whose dependencies come with an extra of this package."""
    try:
        from alphaforge_binance.emulator.command import create_emulator  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise PluginError(
            f"the emulator needs {error.name}: pip install 'alphaforge-binance[emulator]'"
        ) from error
    return create_emulator(options)
