"""Showing a configuration: every value, and where it came from; secrets are masked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from pydantic import BaseModel

from alphaforge.config.layers import Path_, RawConfig
from alphaforge.config.masking import masked, secret_fields
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.secrets import load_secrets
from alphaforge.config.sections import DEFAULT_FILL_MODEL, settings_of, used_name, venue_of
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import FillModelSpec, MonitorSpec, RiskRuleSpec, SinkSpec, VenueSpec
from alphaforge.model.errors import PluginError, StrategyError
from alphaforge.model.redaction import MASK
from alphaforge.model.settings import Settings
from alphaforge.strategies.loading import load_strategy_class


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value of a configuration."""

    path: str
    value: Any
    origin: str


def shown_values(config: NodeConfig, raw: RawConfig, registry: Registry) -> list[ShownValue]:
    """Every value of the configuration, defaults included, in the order of the sections.

    The plugins and strategies that the configuration names are loaded, since only they know which of
    their settings are secret. Where one cannot be loaded, all its settings are masked.
    """
    secrets = frozenset(_secret_paths(config, registry))
    values = []
    for section in fields(config):
        for path, value in _walk(getattr(config, section.name), (section.name,)):
            shown = _plain(masked(value, path, secrets))
            values.append(ShownValue(".".join(path), shown, raw.value_origin(path)))
        if section.name == "venues":
            values += _secrets_of_venues(config, raw, registry)
    return values


def _secrets_of_venues(config: NodeConfig, raw: RawConfig, registry: Registry) -> Iterator[ShownValue]:
    """Where the secrets of venues come from."""
    for name, section in config.venues.items():
        asked = registry.secrets_asked(VenueSpec, venue_of(name, section))
        for secret, source in load_secrets(name, section, asked, raw).sources.items():
            value = None if source is None else MASK
            yield ShownValue(f"venues.{name}.{secret}", value, source or "not given")


def _secret_paths(config: NodeConfig, registry: Registry) -> Iterator[Path_]:
    for index, section in enumerate(config.strategies):
        path = ("strategies", str(index), "params")
        yield from _secrets_of(path, section.params, partial(_params_type, section.use, registry))
    for name, venue in config.venues.items():
        find = partial(_venue_settings, venue_of(name, venue), registry)
        yield from _secrets_of(("venues", name), venue.plugin_settings, find)
    yield from _secrets_of_plugin(
        ("paper", "fill_model"),
        config.paper.fill_model,
        partial(registry.get, FillModelSpec),
        DEFAULT_FILL_MODEL,
    )
    for name, values in config.sinks.items():
        yield from _secrets_of_plugin(("sinks", name), values, partial(registry.get, SinkSpec))
    for name, values in config.monitors.items():
        yield from _secrets_of_plugin(("monitors", name), values, partial(registry.get, MonitorSpec))
    for name, values in config.risk.rules.items():
        yield from _secrets_of_plugin(("risk", "rules", name), values, partial(registry.get, RiskRuleSpec))


def _venue_settings(venue: str, registry: Registry) -> type[Settings]:
    settings = registry.get(VenueSpec, venue).settings
    if settings is None:
        raise PluginError(f"venue {venue!r} has no settings")
    return settings


def _params_type(use: str, registry: Registry) -> type[BaseModel]:
    return load_strategy_class(use, registry).params_type()


def _secrets_of_plugin(
    path: Path_,
    values: Mapping[str, Any],
    find: Callable[[str], FillModelSpec | SinkSpec | MonitorSpec | RiskRuleSpec],
    name: str | None = None,
) -> Iterator[Path_]:
    used = used_name(name or path[-1], values)
    yield from _secrets_of(path, settings_of(values), lambda: find(used).settings)


def _secrets_of(
    path: Path_, values: Mapping[str, Any], find_model: Callable[[], type[BaseModel]]
) -> Iterator[Path_]:
    try:
        model = find_model()
    except (PluginError, StrategyError):
        yield from ((*path, key) for key in values)
    else:
        yield from secret_fields(model, path)


def _walk(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, BaseModel):
        for name in (*type(value).model_fields, *(value.model_extra or {})):
            yield from _walk(getattr(value, name), (*path, name))
    elif isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _walk(below, (*path, str(key)))
    elif (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(item, BaseModel | dict) for item in value)
    ):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, str(index)))
    else:
        yield path, value


def _plain(value: Any) -> Any:
    """The value as JSON and people can read it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)
