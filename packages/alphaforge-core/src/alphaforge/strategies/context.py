"""What the engine gives a strategy before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass

from alphaforge_rs import Instrument, StrategyPort

from alphaforge.strategies.risk_rules import RuleChain


@dataclass(frozen=True, slots=True)
class StrategyContext:
    """Its way to the runtime, its instruments, and the plugins' rules for its orders."""

    port: StrategyPort
    instruments: Sequence[Instrument]
    rules: RuleChain
