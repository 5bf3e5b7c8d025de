"""The hooks of the plugin."""

from collections.abc import Sequence

from alphaforge import hookimpl
from alphaforge.hooks.specs import VenueSpec

from alphaforge_coinbase.instruments import parse_instruments


@hookimpl
def alphaforge_venues() -> Sequence[VenueSpec]:
    """Coinbase Advanced Trade: identity and instruments; market data and orders come later."""
    return [VenueSpec("coinbase", "Coinbase Advanced Trade", parse_instruments, decoder=None)]
