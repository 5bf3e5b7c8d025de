"""Composing a node: from a configuration to parts that fit together. Hooks run here, and only here."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from alphaforge_rs import Instrument, Runtime

from alphaforge.config.layers import RawConfig
from alphaforge.config.load import validate_settings
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import PluginSettings, RiskSection, StrategySection, settings_of, used_name
from alphaforge.engine.currencies import refuse_unknown_currencies
from alphaforge.engine.limits import set_limits
from alphaforge.engine.running_strategy import (
    CHANNELS,
    FaultHandler,
    RunningStrategy,
    callbacks_of,
)
from alphaforge.feeds.feed import Feed
from alphaforge.feeds.recorded import open_recordings
from alphaforge.feeds.simulated import SimulatedFeed
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import MonitorSpec, RiskRuleSpec, SinkSpec
from alphaforge.model.errors import ConfigError, PluginError, describe, place_of
from alphaforge.model.monitor import Monitor
from alphaforge.model.settings import Settings
from alphaforge.model.sink import Sink
from alphaforge.monitors.runner import MonitorRunner
from alphaforge.sinks.worker import SinkWorker
from alphaforge.strategies.loading import create_strategy, load_strategy_class
from alphaforge.strategies.risk_rules import RuleChain
from alphaforge.strategies.strategy import Strategy, StrategyContext
from alphaforge.venues.paper import add_paper_venues, fund_paper_venues

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

EPOCH = 1
"""Client order ids never leave a paper node, so every run may use the first epoch."""


@dataclass(frozen=True)
class Composition:
    """The parts of a node."""

    config: NodeConfig
    feed: Feed
    instruments: Sequence[Instrument]
    runtime: Runtime
    strategies: Sequence[RunningStrategy]
    sinks: Sequence[SinkWorker]
    monitors: Sequence[MonitorRunner]
    rules: RuleChain
    faults: FaultHandler
    reporting_currency: str


def compose(
    config: NodeConfig,
    raw: RawConfig,
    registry: Registry,
    *,
    more_sinks: Sequence[tuple[str, Sink]] = (),
) -> Composition:
    """Put a node together.

    Raises:
        AlphaForgeError: something that the configuration names cannot be found, loaded or used.
    """
    if config.node.mode == "live":
        raise ConfigError(
            f"{raw.origin(('node', 'mode'))}: node.mode = 'live': this version trades on paper only"
        )
    if not config.strategies:
        origin = raw.table_origin(("strategies",))
        raise ConfigError(f"{origin}: [[strategies]] is empty: name at least one strategy to run")
    _refuse_unknown_plugins(config, raw, registry)
    # What can be wrong with a strategy is said before a long recording is read.
    strategies = [
        _create_strategy(index, section, raw, registry) for index, section in enumerate(config.strategies)
    ]
    _refuse_same_names(config.strategies, strategies, raw)
    _refuse_same_paths(config.sinks, raw)
    sinks = _create(("sinks",), config.sinks, partial(registry.get, SinkSpec), raw)
    monitors = _create(("monitors",), config.monitors, partial(registry.get, MonitorSpec), raw)
    rules = _create(("risk", "rules"), config.risk.rules, partial(registry.get, RiskRuleSpec), raw)
    chain = RuleChain(rules, budget_ns=round(config.risk.rule_budget_ms * 1_000_000))
    feed = _open_feed(config, raw, registry)
    instruments = _selected(feed.table.instruments, config, raw)
    refuse_unknown_currencies(config, raw, feed.table.instruments)
    faults = FaultHandler()
    runtime = Runtime(config.node.name, EPOCH, feed.table, faults)
    faults.runtime = runtime
    _add_venues(runtime, feed.table.instruments, config)
    running = [
        _add_strategy(runtime, section, strategy, _instruments_of(index, section, instruments, raw), chain)
        for index, (section, strategy) in enumerate(zip(config.strategies, strategies, strict=True))
    ]
    faults.policies = {strategy.name: strategy.on_error for strategy in running}
    _refuse_unknown_scopes(config.risk, raw, feed.table.instruments, [one.name for one in running])
    set_limits(runtime, config.risk)
    reporting_currency = config.node.reporting_currency or instruments[0].quote
    runtime.set_reporting_currency(reporting_currency)
    return Composition(
        config=config,
        feed=feed,
        instruments=instruments,
        runtime=runtime,
        strategies=running,
        sinks=[SinkWorker(name, sink) for name, sink in [*sinks, *more_sinks]],
        monitors=[_watched(name, monitor, raw) for name, monitor in monitors],
        rules=chain,
        faults=faults,
        reporting_currency=reporting_currency,
    )


def _create_strategy(
    index: int, section: StrategySection, raw: RawConfig, registry: Registry
) -> Strategy[Any]:
    path = ("strategies", str(index))
    strategy_class = _named((*path, "use"), raw, partial(load_strategy_class, section.use, registry))
    params = validate_settings(strategy_class.params_type(), section.params, (*path, "params"), raw)
    return create_strategy(strategy_class, params, section.use)


def _refuse_unknown_plugins(config: NodeConfig, raw: RawConfig, registry: Registry) -> None:
    """A misspelt name here would leave a plugin on that was to be off."""
    installed = {plugin.name for plugin in registry.plugins}
    for name in config.plugins.disabled:
        if name not in installed:
            raise ConfigError(
                f"{raw.origin(('plugins', 'disabled'))}: plugins.disabled = {name!r}: there is no such "
                f"plugin (installed: {', '.join(sorted(installed))})"
            )


def _refuse_same_names(
    sections: Sequence[StrategySection], strategies: Sequence[Strategy[Any]], raw: RawConfig
) -> None:
    names = [_name_of(section, strategy) for section, strategy in zip(sections, strategies, strict=True)]
    for name in names:
        if names.count(name) > 1:
            origin = raw.table_origin(("strategies",))
            raise ConfigError(
                f"{origin}: [[strategies]]: several are named {name!r}: give each a name of its own"
            )


def _refuse_same_paths(sinks: PluginSettings, raw: RawConfig) -> None:
    """Two sinks that write to one file would write over each other."""
    sections: dict[str, str] = {}
    for name, values in sinks.items():
        path = values.get("path")
        if isinstance(path, str) and sections.setdefault(path, name) != name:
            raise ConfigError(
                f"{raw.origin(('sinks', name, 'path'))}: sinks.{name}.path = {path!r}: "
                f"sinks.{sections[path]} writes to it already: name another file"
            )


def _name_of(section: StrategySection, strategy: Strategy[Any]) -> str:
    return section.name or type(strategy).__name__


class _Spec(Protocol[T_co]):
    """What the specs of sinks, monitors and risk rules have in common."""

    @property
    def settings(self) -> type[Settings]: ...

    @property
    def create(self) -> Callable[[Any], T_co]: ...


def _create(
    at: tuple[str, ...], sections: PluginSettings, find: Callable[[str], _Spec[T]], raw: RawConfig
) -> list[tuple[str, T]]:
    """What plugins make for the sections of their settings, by the names of the sections."""
    created = []
    for name, values in sections.items():
        path = (*at, name)
        spec = _named(path, raw, partial(find, used_name(name, values)))
        settings = validate_settings(spec.settings, settings_of(values), path, raw)
        created.append((name, _made(path, raw, partial(spec.create, settings))))
    return created


def _named(path: tuple[str, ...], raw: RawConfig, find: Callable[[], T]) -> T:
    """What a section names; where it cannot be had, the section is named."""
    try:
        return find()
    except PluginError as error:
        raise ConfigError(f"{raw.table_origin(path)}: {'.'.join(path)}: {error}") from error


def _made(path: tuple[str, ...], raw: RawConfig, make: Callable[[], T]) -> T:
    """What a plugin makes for a section; where it raises, the section is named."""
    try:
        return make()
    except (Exception, SystemExit) as error:  # a plugin can raise anything
        described = f"its plugin raised {describe(error)} ({place_of(error)})"
        raise PluginError(f"{raw.table_origin(path)}: {'.'.join(path)}: {described}") from error


def _watched(name: str, monitor: Monitor, raw: RawConfig) -> MonitorRunner:
    path = ("monitors", name)
    interval_s: object = _made(path, raw, lambda: monitor.interval_s)
    if not isinstance(interval_s, int | float) or not 0 < interval_s < math.inf:
        raise PluginError(
            f"{raw.table_origin(path)}: monitors.{name}: its plugin gave interval_s = {interval_s!r}: "
            "it must be a number of seconds above zero, and finite"
        )
    return MonitorRunner(name, monitor)


def _open_feed(config: NodeConfig, raw: RawConfig, registry: Registry) -> Feed:
    feed = config.feed
    if feed.source == "simulated":
        _refuse_unread_recordings(config, raw)
        return SimulatedFeed(seed=feed.seed, seconds=feed.seconds)
    if not feed.files:
        raise ConfigError(
            f"{raw.origin(('feed', 'files'))}: feed.files is empty: name at least one recording"
        )
    return open_recordings(feed.files, feed.instruments_file, registry)


def _refuse_unread_recordings(config: NodeConfig, raw: RawConfig) -> None:
    """Who names recordings means them, and would take the simulated market for theirs."""
    for key, value in (("files", config.feed.files), ("instruments_file", config.feed.instruments_file)):
        if value:
            raise ConfigError(
                f"{raw.origin(('feed', key))}: feed.{key} is set but feed.source is 'simulated': "
                'set feed.source = "recorded"'
            )


def _selected(instruments: Sequence[Instrument], config: NodeConfig, raw: RawConfig) -> Sequence[Instrument]:
    """The instruments of the feed that the configured venues name; all where none is configured."""
    if not config.venues:
        return instruments
    sections: dict[str, str] = {}
    selected: list[Instrument] = []
    for name, section in config.venues.items():
        venue = (section.venue or name).upper()
        other = sections.setdefault(venue, name)
        if other != name:
            raise ConfigError(
                f"{raw.table_origin(('venues', name))}: venues.{name}: {venue} is the venue of "
                f"venues.{other} already: name its instruments there"
            )
        selected += _of_venue(venue, name, section.instruments, instruments, raw)
    return selected


def _of_venue(
    venue: str, section: str, symbols: Sequence[str], instruments: Sequence[Instrument], raw: RawConfig
) -> Sequence[Instrument]:
    """The instruments with these symbols of a venue; all that the feed has of it where none is named."""
    offered = {one.symbol: one for one in instruments if one.venue == venue}
    if not offered:
        known = ", ".join(sorted({one.venue for one in instruments}))
        raise ConfigError(
            f"{raw.table_origin(('venues', section))}: venues.{section}: the feed has no venue {venue} "
            f"(it has: {known})"
        )
    for symbol in symbols:
        if symbol not in offered:
            known = ", ".join(sorted(offered))
            raise ConfigError(
                f"{raw.origin(('venues', section, 'instruments'))}: venues.{section}.instruments = "
                f"{symbol!r}: the feed has no such instrument of {venue} (it has: {known})"
            )
    return [offered[symbol] for symbol in dict.fromkeys(symbols or offered)]


def _add_venues(runtime: Runtime, instruments: Sequence[Instrument], config: NodeConfig) -> None:
    paper = config.paper
    venues = add_paper_venues(
        runtime,
        instruments,
        latency_ms=paper.latency_ms,
        maker_fee=paper.maker_fee,
        taker_fee=paper.taker_fee,
    )
    runtime.add_instruments()
    fund_paper_venues(runtime, venues, instruments, paper.cash)


def _add_strategy(
    runtime: Runtime,
    section: StrategySection,
    strategy: Strategy[Any],
    own: Sequence[Instrument],
    rules: RuleChain,
) -> RunningStrategy:
    name = _name_of(section, strategy)
    callbacks = callbacks_of(strategy)
    port = runtime.add_strategy(name, callbacks)
    for callback, channel in CHANNELS.items():
        if callback in callbacks:
            for instrument in own:
                port.subscribe(instrument, channel)
    context = StrategyContext(port, own, rules)
    strategy.bind(context)
    running = RunningStrategy(name, strategy, context, section.on_error, section.state_file)
    running.read_state()  # one that cannot be read is said by `check` too, not only when it is loaded
    return running


def _instruments_of(
    index: int, section: StrategySection, instruments: Sequence[Instrument], raw: RawConfig
) -> Sequence[Instrument]:
    if not section.instruments:
        return instruments
    known = {instrument.id: instrument for instrument in instruments}
    for wanted in section.instruments:
        if wanted not in known:
            raise ConfigError(
                f"{raw.origin(('strategies', str(index), 'instruments'))}: strategies.{index}.instruments "
                f"= {wanted!r}: the node has no such instrument (it has: {', '.join(known)})"
            )
    return [known[wanted] for wanted in dict.fromkeys(section.instruments)]


def _refuse_unknown_scopes(
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
