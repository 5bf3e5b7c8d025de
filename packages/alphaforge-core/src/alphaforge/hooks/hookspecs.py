"""The hooks. They run when a node is composed or a command is looked up, never per event.

Each returns a list of specs. A hook that raises, returns something else, or is misspelt takes its
plugin into quarantine, and nothing else with it.
"""

from collections.abc import Sequence

from alphaforge.hooks.markers import hookspec
from alphaforge.hooks.specs import (
    CommandSpec,
    EmulatorSpec,
    FillModelSpec,
    MonitorSpec,
    ReaderSpec,
    RiskRuleSpec,
    SinkSpec,
    Spec,
    StrategySpec,
    VenueSpec,
)

# The bodies are never run: pluggy reads the signatures only.


@hookspec
def alphaforge_venues() -> Sequence[VenueSpec]:  # type: ignore[empty-body]
    """Venues: instruments, market data and, later, orders."""


@hookspec
def alphaforge_readers() -> Sequence[ReaderSpec]:  # type: ignore[empty-body]
    """Readers of recordings."""


@hookspec
def alphaforge_strategies() -> Sequence[StrategySpec]:  # type: ignore[empty-body]
    """Strategies that can be run by name."""


@hookspec
def alphaforge_risk_rules() -> Sequence[RiskRuleSpec]:  # type: ignore[empty-body]
    """Risk rules in Python, taken before the kernel's own."""


@hookspec
def alphaforge_fill_models() -> Sequence[FillModelSpec]:  # type: ignore[empty-body]
    """Fill models of paper venues."""


@hookspec
def alphaforge_emulators() -> Sequence[EmulatorSpec]:  # type: ignore[empty-body]
    """Emulators of venues."""


@hookspec
def alphaforge_sinks() -> Sequence[SinkSpec]:  # type: ignore[empty-body]
    """Sinks for orders, fills, equity and alerts."""


@hookspec
def alphaforge_monitors() -> Sequence[MonitorSpec]:  # type: ignore[empty-body]
    """Monitors of a running node."""


@hookspec
def alphaforge_commands() -> Sequence[CommandSpec]:  # type: ignore[empty-body]
    """Commands of the command line."""


KINDS: dict[str, tuple[str, type[Spec]]] = {
    "venues": ("alphaforge_venues", VenueSpec),
    "readers": ("alphaforge_readers", ReaderSpec),
    "strategies": ("alphaforge_strategies", StrategySpec),
    "risk_rules": ("alphaforge_risk_rules", RiskRuleSpec),
    "fill_models": ("alphaforge_fill_models", FillModelSpec),
    "emulators": ("alphaforge_emulators", EmulatorSpec),
    "sinks": ("alphaforge_sinks", SinkSpec),
    "monitors": ("alphaforge_monitors", MonitorSpec),
    "commands": ("alphaforge_commands", CommandSpec),
}
"""Every kind of thing that a plugin can provide: its hook, and what the hook returns."""
