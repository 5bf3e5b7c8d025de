"""What a configuration says and cannot mean."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from alphaforge_rs import Instrument

from alphaforge.config.layers import RawConfig
from alphaforge.config.limits import LARGEST_COLLAR_BPS, ValueLimits
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import PluginSettings, RiskSection, StrategySection
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import ConfigError


def refuse_unfit_modes(config: NodeConfig, raw: RawConfig) -> None:
    """Live trading without live data, or a node without strategies, can do nothing good."""
    if config.node.mode == "live" and config.feed.source != "live":
        raise ConfigError(
            f"{raw.origin(('node', 'mode'))}: node.mode = 'live': it needs feed.source = \"live\", which is "
            f"{config.feed.source!r}"
        )
    if not config.strategies:
        origin = raw.table_origin(("strategies",))
        raise ConfigError(f"{origin}: [[strategies]] is empty: name at least one strategy to run")


def refuse_unknown_plugins(config: NodeConfig, raw: RawConfig, registry: Registry) -> None:
    """A misspelt name here would leave a plugin on that was to be off."""
    installed = {plugin.name for plugin in registry.plugins}
    for name in config.plugins.disabled:
        if name not in installed:
            raise ConfigError(
                f"{raw.origin(('plugins', 'disabled'))}: plugins.disabled = {name!r}: there is no such "
                f"plugin (installed: {', '.join(sorted(installed))})"
            )


def refuse_same_names(names: Sequence[str], raw: RawConfig) -> None:
    """Strategies are told apart by their names."""
    for name in names:
        if names.count(name) > 1:
            origin = raw.table_origin(("strategies",))
            raise ConfigError(
                f"{origin}: [[strategies]]: several are named {name!r}: give each a name of its own"
            )


def refuse_same_paths(sinks: PluginSettings, raw: RawConfig) -> None:
    """Two sinks that write to one file would write over each other."""
    sections: dict[str, str] = {}
    for name, values in sinks.items():
        path = values.get("path")
        if isinstance(path, str) and sections.setdefault(path, name) != name:
            raise ConfigError(
                f"{raw.origin(('sinks', name, 'path'))}: sinks.{name}.path = {path!r}: "
                f"sinks.{sections[path]} writes to it already: name another file"
            )


def refuse_same_states(strategies: Sequence[StrategySection], raw: RawConfig) -> None:
    """Two strategies with one state file would write over each other."""
    taken: dict[Path, int] = {}
    for index, section in enumerate(strategies):
        path = section.state_file
        if path is not None and taken.setdefault(path, index) != index:
            raise ConfigError(
                f"{raw.origin(('strategies', str(index), 'state_file'))}: strategies.{index}.state_file = "
                f"'{path}': strategies.{taken[path]} has it already: name another file"
            )


def refuse_unknown_scopes(
    risk: RiskSection, raw: RawConfig, instruments: Sequence[Instrument], strategies: Sequence[str]
) -> None:
    """A limit of a name that nothing has would limit nothing."""
    scopes: dict[str, tuple[Collection[str], set[str]]] = {
        "venue": (risk.venue, {one.venue for one in instruments}),
        "strategy": (risk.strategy, set(strategies)),
        "instrument": (risk.instrument, {one.id for one in instruments}),
    }
    for scope, (limited, known) in scopes.items():
        for name in limited:
            if (name.upper() if scope == "venue" else name) not in known:
                raise ConfigError(
                    f"{raw.table_origin(('risk', scope, name))}: risk.{scope}.{name}: this node has no such "
                    f"{scope} (it has: {', '.join(sorted(known))})"
                )


def refuse_unprevented_self_trades(
    risk: RiskSection, raw: RawConfig, prevents_self_trades: Mapping[str, bool]
) -> None:
    """Who leaves it to the venues must have told them to (rule 15)."""
    for venue, prevents in prevents_self_trades.items():
        if risk.self_match == "venue" and not prevents:
            raise ConfigError(
                f"{raw.origin(('risk', 'self_match'))}: risk.self_match = 'venue': venues.{venue.lower()} is "
                "not told to keep own orders from trading with each other: set its mode for it (for Binance "
                "self_trade_prevention), or risk.self_match = 'deny'"
            )


def refuse_unread_recordings(config: NodeConfig, raw: RawConfig) -> None:
    """Who names recordings means them, and would take the simulated market for theirs."""
    for key in ("files", "history", "instruments_file"):
        if getattr(config.feed, key):
            raise ConfigError(
                f"{raw.origin(('feed', key))}: feed.{key} is set but feed.source is 'simulated': "
                'set feed.source = "recorded"'
            )


def refuse_unfit_limits(
    risk: RiskSection,
    raw: RawConfig,
    instruments: Sequence[Instrument],
    given: Mapping[str, Sequence[Instrument]],
) -> None:
    """Limits of nothing, and such that let nothing pass. `given` are the instruments of each strategy."""
    refuse_unknown_scopes(risk, raw, instruments, list(given))
    refuse_narrow_envelopes(risk, raw, instruments, given)
    refuse_narrow_collars(risk, raw)


def refuse_narrow_envelopes(
    risk: RiskSection,
    raw: RawConfig,
    instruments: Sequence[Instrument],
    given: Mapping[str, Sequence[Instrument]],
) -> None:
    """A strategy that is given what its limits do not let it trade would wait for ever; see rule 3.

    `given` are the instruments of each strategy.
    """
    for name, limits in risk.strategy.items():
        own = given[name]
        parts = {
            "venues": (
                None if limits.venues is None else [venue.upper() for venue in limits.venues],
                {one.venue for one in instruments},
                {one.venue for one in own},
            ),
            "instruments": (limits.instruments, {one.id for one in instruments}, {one.id for one in own}),
        }
        for key, (allowed, known, needed) in parts.items():
            if allowed is None:
                continue
            where = f"{raw.origin(('risk', 'strategy', name, key))}: risk.strategy.{name}.{key} = {allowed!r}"
            if unknown := sorted(set(allowed) - known):
                raise ConfigError(
                    f"{where}: the node has no {unknown[0]} (it has: {', '.join(sorted(known))})"
                )
            if missing := sorted(needed - set(allowed)):
                raise ConfigError(
                    f"{where}: the strategy is given {missing[0]}, which is not among them: add it here, or "
                    "name in its [[strategies]] only instruments that it may trade"
                )


def refuse_narrow_collars(risk: RiskSection, raw: RawConfig) -> None:
    """A collar within the slippage of market orders denies every one of them; see rule 4."""
    slippage_bps = risk.market_slippage * LARGEST_COLLAR_BPS
    sections: list[tuple[tuple[str, ...], ValueLimits]] = [(("risk", "account"), risk.account)]
    for scope, named in (("venue", risk.venue), ("strategy", risk.strategy), ("instrument", risk.instrument)):
        sections += [(("risk", scope, name), limits) for name, limits in named.items()]
    for path, limits in sections:
        if limits.collar_bps is not None and limits.collar_bps <= slippage_bps:
            where = f"{raw.origin((*path, 'collar_bps'))}: {'.'.join(path)}.collar_bps = {limits.collar_bps}"
            raise ConfigError(
                f"{where}: a market order may trade {slippage_bps.normalize():f} bps beyond the best price "
                f"(risk.market_slippage = {risk.market_slippage}), so that each would be denied: set "
                "risk.market_slippage below the collar"
            )
