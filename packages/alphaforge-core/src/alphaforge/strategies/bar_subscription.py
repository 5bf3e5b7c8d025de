"""Bars that a strategy has asked for."""

from typing import NamedTuple

from alphaforge_rs import Instrument


class BarSubscription(NamedTuple):
    """Which bars, of which instrument, and how many from before the run."""

    instrument: Instrument
    spec: str
    """As the engine writes it."""
    history: int
