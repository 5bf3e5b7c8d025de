"""The emulator as `alphaforge emulate binance` makes it."""

from alphaforge.model.emulator import EmulatorContext, EmulatorOptions
from alphaforge.model.errors import SetupError
from alphaforge_testkit.emulator.fault import KINDS, read_fault_script

from alphaforge_binance.emulator.emulator import BinanceEmulator
from alphaforge_binance.emulator.fault_kinds import FAULT_KINDS
from alphaforge_binance.emulator.limits import UNLIMITED, LimitSettings
from alphaforge_binance.emulator.settings import BinanceSettings
from alphaforge_binance.emulator.symbols import DEFAULT_SYMBOLS, make_symbol


def create_emulator(options: EmulatorOptions) -> EmulatorContext:
    """Make the emulator.

    Raises:
        AlphaForgeError: a symbol, the recording or the fault script cannot be used.
    """
    symbols = tuple(symbol.upper() for symbol in options.symbols) or DEFAULT_SYMBOLS
    if options.recording is not None and options.symbols:
        raise SetupError("--symbols: a recording (--market FILE) says itself what is traded; leave it out")
    for name in symbols:
        make_symbol(name)
    script = read_fault_script(options.faults, KINDS | FAULT_KINDS) if options.faults is not None else []
    emulator = BinanceEmulator(
        BinanceSettings(
            symbols=symbols,
            limits=UNLIMITED if options.unlimited else LimitSettings(),
            recording=options.recording,
            recording_speed=options.speed,
        ),
        host=options.host,
        port=options.port,
        control_port=options.control_port,
        tls=options.tls,
        seed=options.seed,
    )
    for fault in script:
        emulator.faults.add(fault)
    return emulator
