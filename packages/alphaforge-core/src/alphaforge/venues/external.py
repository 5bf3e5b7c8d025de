"""Venues outside: the runtime hands their orders out, and takes their word."""

from collections.abc import Sequence
from typing import Protocol

from alphaforge_rs import Runtime

from alphaforge.sansio.venue_codec import VenueAdapter


class Connected(Protocol):
    """A venue that has been connected to."""

    @property
    def name(self) -> str:
        """In upper case, as instruments have it."""
        ...

    @property
    def adapter(self) -> VenueAdapter:
        """Its codecs and what it can do."""
        ...


def add_external_venues(runtime: Runtime, venues: Sequence[Connected]) -> None:
    """Add the venues, and the instruments of all, to a runtime."""
    for venue in venues:
        traits = venue.adapter.traits
        runtime.add_external_venue(
            venue.name,
            highest_fee=traits.highest_fee,
            native_triggers=traits.native_triggers,
            native_trailing=traits.native_trailing,
            native_expiry=traits.native_expiry,
        )
    runtime.add_instruments()
