"""Composing a node: from a configuration to parts that fit together. Hooks run here, and only here."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from alphaforge_rs import Instrument, Runtime

from alphaforge.config.layers import RawConfig
from alphaforge.config.load import validate_settings
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import (
    DEFAULT_FILL_MODEL,
    PaperSection,
    PluginSettings,
    RiskSection,
    StrategySection,
    settings_of,
    used_name,
)
from alphaforge.engine.control.node_folder import Launch, NodeFolder
from alphaforge.engine.currencies import refuse_unknown_currencies
from alphaforge.engine.epoch import hold_node, next_epoch
from alphaforge.engine.limit_book import LimitBook
from alphaforge.engine.refusals import (
    refuse_same_names,
    refuse_same_paths,
    refuse_same_states,
    refuse_unfit_limits,
    refuse_unfit_modes,
    refuse_unknown_plugins,
    refuse_unprevented_self_trades,
    refuse_unread_recordings,
)
from alphaforge.engine.running_strategy import FaultHandler, RunningStrategy, join
from alphaforge.engine.selection import instruments_of, selected
from alphaforge.engine.venue_sections import ConfiguredVenue, configured_venues
from alphaforge.feeds.feed import Feed
from alphaforge.feeds.live import LiveFeed
from alphaforge.feeds.recorded import open_recordings
from alphaforge.feeds.simulated import SimulatedFeed
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import FillModelSpec, MonitorSpec, RiskRuleSpec, SinkSpec
from alphaforge.model.errors import ConfigError, PluginError, describe, place_of
from alphaforge.model.fill_model import FeeTiers, FillModel, Latency
from alphaforge.model.monitor import Monitor
from alphaforge.model.risk_rule import DeclaredLimits, RiskRule
from alphaforge.model.settings import Settings
from alphaforge.model.sink import Sink
from alphaforge.monitors.runner import MonitorRunner
from alphaforge.sinks.worker import SinkWorker
from alphaforge.strategies.loading import create_strategy, load_strategy_class
from alphaforge.strategies.risk_rules import RuleChain
from alphaforge.strategies.strategy import Strategy
from alphaforge.venues.external import add_external_venues
from alphaforge.venues.latency_file import read_latencies
from alphaforge.venues.paper import add_paper_venues, fund_paper_venues

if TYPE_CHECKING:
    # Sockets take a while to import, and most nodes do without.
    from alphaforge.engine.live_venue import LiveVenue

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

EPOCH = 1
"""Client order ids of a paper node never leave it, so every run may use the first epoch."""


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
    limits: LimitBook
    faults: FaultHandler
    reporting_currency: str
    venues: Mapping[str, ConfiguredVenue]
    """Those that plugins provide, by their sections."""


def compose(
    config: NodeConfig,
    raw: RawConfig,
    registry: Registry,
    *,
    more_sinks: Sequence[tuple[str, Sink]] = (),
    live: "Sequence[LiveVenue]" = (),
    is_check: bool = False,
) -> Composition:
    """Put a node together; one with a live feed over the venues that have been connected to.

    One that is put together as a check will not run, and begins no epoch.

    Raises:
        AlphaForgeError: something that the configuration names cannot be found, loaded or used.
    """
    refuse_unfit_modes(config, raw)
    refuse_unknown_plugins(config, raw, registry)
    venues = configured_venues(config, raw, registry)
    # What can be wrong with a strategy is said before a long recording is read.
    strategies = [
        _create_strategy(index, section, raw, registry) for index, section in enumerate(config.strategies)
    ]
    names = [_name_of(section, each) for section, each in zip(config.strategies, strategies, strict=True)]
    refuse_same_names(names, raw)
    refuse_same_states(config.strategies, raw)
    refuse_same_paths(config.sinks, raw)
    sinks = _create(("sinks",), config.sinks, partial(registry.get, SinkSpec), raw)
    monitors = _create(("monitors",), config.monitors, partial(registry.get, MonitorSpec), raw)
    chain, declared = _risk_rules(config.risk, raw, registry)
    model, latency = _fill_model(config.paper, raw, registry), _latency(config.paper)
    feed = LiveFeed(live) if config.feed.source == "live" else _open_feed(config, raw, registry)
    instruments = selected(feed.table.instruments, config, raw)
    refuse_unknown_currencies(config, raw, feed.table.instruments)
    faults = FaultHandler()
    runtime = Runtime(config.node.name, _epoch(config, raw, is_check=is_check), feed.table, faults)
    faults.runtime = runtime
    if config.node.mode == "live":
        prevention = {venue.name: venue.adapter.traits.prevents_self_trades for venue in live}
        refuse_unprevented_self_trades(config.risk, raw, prevention)
        add_external_venues(runtime, live)
    else:
        _add_venues(runtime, feed.table.instruments, config.paper, model, latency)
    given = [
        instruments_of(index, section, instruments, raw) for index, section in enumerate(config.strategies)
    ]
    running = [
        _add_strategy(runtime, section, strategy, own, chain)
        for section, strategy, own in zip(config.strategies, strategies, given, strict=True)
    ]
    faults.policies = {strategy.name: strategy.on_error for strategy in running}
    refuse_unfit_limits(config.risk, raw, feed.table.instruments, dict(zip(names, given, strict=True)))
    reporting_currency = config.node.reporting_currency or instruments[0].quote
    runtime.set_reporting_currency(reporting_currency)
    limits = LimitBook(runtime, config.risk, declared)
    return Composition(
        config=config,
        feed=feed,
        instruments=instruments,
        runtime=runtime,
        strategies=running,
        sinks=[SinkWorker(name, sink) for name, sink in [*sinks, *more_sinks]],
        monitors=[_watched(name, monitor, raw) for name, monitor in monitors],
        rules=chain,
        limits=limits,
        faults=faults,
        reporting_currency=reporting_currency,
        venues=venues,
    )


def _epoch(config: NodeConfig, raw: RawConfig, *, is_check: bool) -> int:
    if config.feed.source != "live" or is_check:
        return EPOCH
    folder = NodeFolder(config.node.data_dir, config.node.name)
    launch = Launch(raw.file, raw.assignments)
    if config.node.mode == "live":
        return next_epoch(folder, launch)
    hold_node(folder, launch)
    return EPOCH


def _create_strategy(
    index: int, section: StrategySection, raw: RawConfig, registry: Registry
) -> Strategy[Any]:
    path = ("strategies", str(index))
    strategy_class = _named((*path, "use"), raw, partial(load_strategy_class, section.use, registry))
    params = validate_settings(strategy_class.params_type(), section.params, (*path, "params"), raw)
    return create_strategy(strategy_class, params, section.use)


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


def _risk_rules(
    risk: RiskSection, raw: RawConfig, registry: Registry
) -> tuple[RuleChain, list[tuple[str, DeclaredLimits]]]:
    """What the rules of plugins are: those that judge in Python, and limits, each with its rule's name."""
    made = _create(("risk", "rules"), risk.rules, partial(registry.get, RiskRuleSpec), raw)
    rules: list[tuple[str, RiskRule]] = []
    declared: list[tuple[str, DeclaredLimits]] = []
    for name, rule in made:
        if not isinstance(rule, Sequence) and callable(getattr(rule, "check", None)):
            rules.append((name, rule))
        elif isinstance(rule, Sequence) and all(isinstance(one, DeclaredLimits) for one in rule):
            declared += [(name, one) for one in rule]
        else:
            origin = raw.table_origin(("risk", "rules", name))
            raise PluginError(
                f"{origin}: risk.rules.{name}: its plugin gave {rule!r}: it must be a rule with "
                "check(order, view), or a list of DeclaredLimits"
            )
    return RuleChain(rules, budget_ns=round(risk.rule_budget_ms * 1_000_000)), declared


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
        refuse_unread_recordings(config, raw)
        return SimulatedFeed(seed=feed.seed, seconds=feed.seconds, symbols=feed.symbols)
    if not feed.files:
        raise ConfigError(
            f"{raw.origin(('feed', 'files'))}: feed.files is empty: name at least one recording"
        )
    return open_recordings(feed.files, feed.instruments_file, registry, feed.history)


def _fill_model(paper: PaperSection, raw: RawConfig, registry: Registry) -> FillModel:
    path, values = ("paper", "fill_model"), paper.fill_model
    name = used_name(DEFAULT_FILL_MODEL, values)
    spec = _named(path, raw, partial(registry.get, FillModelSpec, name))
    settings = validate_settings(spec.settings, settings_of(values), path, raw)
    model: object = _made(path, raw, partial(spec.create, settings))
    if not isinstance(model, FillModel):
        raise PluginError(
            f"{raw.table_origin(path)}: paper.fill_model: the plugin of {name!r} gave {model!r}: "
            "it must be a FillModel"
        )
    return model


def _latency(paper: PaperSection) -> Latency:
    if paper.latency_file is not None:
        return read_latencies(paper.latency_file)
    response_ms = paper.latency_ms if paper.response_latency_ms is None else paper.response_latency_ms
    entry_ns, response_ns = _nanoseconds(paper.latency_ms), _nanoseconds(response_ms)
    if not paper.latency_jitter_ms:
        return Latency.constant(entry_ns, response_ns)
    mean_ns = _nanoseconds(paper.latency_jitter_ms)
    return Latency.jittered(entry_ns, response_ns, mean_ns=mean_ns, seed=paper.latency_seed)


def _nanoseconds(milliseconds: float) -> int:
    return round(milliseconds * 1_000_000)


def _add_venues(
    runtime: Runtime,
    instruments: Sequence[Instrument],
    paper: PaperSection,
    model: FillModel,
    latency: Latency,
) -> None:
    triggers = paper.native_triggers
    venues = add_paper_venues(
        runtime, instruments, model, latency=latency, fees=_fees(paper), native_triggers=triggers
    )
    runtime.add_instruments()
    fund_paper_venues(runtime, venues, instruments, paper.cash)


def _fees(paper: PaperSection) -> FeeTiers:
    tiers = [(tier.volume, tier.maker_fee, tier.taker_fee) for tier in paper.fee_tiers]
    return FeeTiers(paper.maker_fee, paper.taker_fee, tiers=tiers, starting_volume=paper.starting_volume)


def _add_strategy(
    runtime: Runtime,
    section: StrategySection,
    strategy: Strategy[Any],
    own: Sequence[Instrument],
    rules: RuleChain,
) -> RunningStrategy:
    name = _name_of(section, strategy)
    join(runtime, name, strategy, own, rules)
    running = RunningStrategy(name, strategy, section.on_error, section.state_file)
    running.read_state()  # one that cannot be read is said by `check` too, not only when it is loaded
    return running
