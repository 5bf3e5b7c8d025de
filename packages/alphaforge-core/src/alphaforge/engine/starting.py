"""The start of a strategy: what it asks for in `on_start`, and what it will wait for in vain."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

from alphaforge_rs import Instrument, StrategyPort

from alphaforge.engine.running_strategy import FaultHandler, RunningStrategy, defines


@dataclass(slots=True)
class AskingPort:
    """A strategy's port while it starts; it remembers which bars and timers are asked for."""

    port: StrategyPort
    bars: list[tuple[Instrument, str]] = field(default_factory=list)
    timers: int = 0

    def subscribe_bars(self, instrument: Instrument, spec: str) -> str:
        """Ask for bars."""
        known_as = self.port.subscribe_bars(instrument, spec)
        self.bars.append((instrument, known_as))
        return known_as

    def set_timer(self, timer: int, interval_ns: int) -> None:
        """Ask for a timer."""
        self.port.set_timer(timer, interval_ns)
        self.timers += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)


def start(running: RunningStrategy, faults: FaultHandler) -> AskingPort:
    """Run a strategy's `on_start`. Only then something stands between it and its port: orders are fast."""
    asking = AskingPort(running.context.port)
    strategy = running.strategy
    strategy.bind(replace(running.context, port=cast(StrategyPort, asking)))
    faults.guard(running.name, "on_start", strategy.on_start)
    strategy.bind(running.context)
    return asking


def vain_callbacks(running: RunningStrategy, asked: AskingPort) -> Iterator[str]:
    """What is wrong once `on_start` is over, though it could still be put right later."""
    if running.strategy.is_halted:
        return
    if defines(running.strategy, "on_bar") and not asked.bars:
        yield (
            f"strategy {running.name} defines on_bar and has subscribed to no bars: "
            "call self.subscribe_bars in on_start"
        )
    if asked.timers and not defines(running.strategy, "on_timer"):
        yield f"strategy {running.name} has set a timer and defines no on_timer, so that it does nothing"


def missing_bars(running: RunningStrategy, asked: AskingPort) -> Iterator[str]:
    """Bars of the venue that were asked for and never came."""
    for instrument, spec in asked.bars:
        if spec.endswith("@venue") and not asked.port.packed_bars(instrument, spec, 1):
            yield (
                f"strategy {running.name}: not one bar {spec} of {instrument.id} came: the feed may have "
                f"none; {spec.removesuffix('@venue')} is made of trades"
            )
