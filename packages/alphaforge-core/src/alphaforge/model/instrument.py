"""Instruments: what can be traded, and the grid its prices and quantities lie on."""

from alphaforge_rs import Instrument, InstrumentTable

__all__ = ["Instrument", "InstrumentTable"]
