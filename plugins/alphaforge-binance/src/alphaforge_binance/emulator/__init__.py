"""The emulator of Binance Spot: its wire protocol over the matching engine, with faults on demand."""

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.configuration import node_sections
from alphaforge_binance.emulator.emulator import BinanceEmulator
from alphaforge_binance.emulator.limits import UNLIMITED, LimitSettings
from alphaforge_binance.emulator.settings import BinanceSettings, ReadyAccount, ReadyKeys

__all__ = [
    "UNLIMITED",
    "Account",
    "BinanceEmulator",
    "BinanceSettings",
    "LimitSettings",
    "ReadyAccount",
    "ReadyKeys",
    "node_sections",
]
