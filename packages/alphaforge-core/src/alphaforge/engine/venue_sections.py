"""What the venue sections of a configuration hold for plugins: settings and secrets, each for its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaforge.config.layers import RawConfig
from alphaforge.config.load import unknown_key, validate_settings
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.secrets import LoadedSecrets, load_secrets
from alphaforge.config.sections import VenueSection, venue_of
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import VenueSpec
from alphaforge.model.errors import ConfigError, PluginError
from alphaforge.model.settings import Settings


@dataclass(frozen=True, slots=True)
class ConfiguredVenue:
    """A venue section, read with its plugin."""

    spec: VenueSpec
    settings: Settings | None
    """None where the venue cannot be connected to."""
    secrets: LoadedSecrets


def configured_venues(
    config: NodeConfig, raw: RawConfig, registry: Registry
) -> Mapping[str, ConfiguredVenue]:
    """The venues that plugins provide, by their sections. The simulated market is of none, and left out.

    Raises:
        ConfigError: a key, a value or a secret cannot be used, or the plugin cannot.
    """
    return {
        name: _configured(name, section, raw, registry)
        for name, section in config.venues.items()
        if _is_provided(name, section, raw, registry)
    }


def _is_provided(name: str, section: VenueSection, raw: RawConfig, registry: Registry) -> bool:
    if venue_of(name, section) in registry.names(VenueSpec):
        return True
    # Nobody knows any other key than core's.
    _refuse_unknown_keys(name, section, raw)
    load_secrets(name, section, (), raw)
    return False


def _configured(name: str, section: VenueSection, raw: RawConfig, registry: Registry) -> ConfiguredVenue:
    venue, path = venue_of(name, section), ("venues", name)
    try:
        spec = registry.get(VenueSpec, venue)
    except PluginError as error:
        raise ConfigError(f"{raw.table_origin(path)}: venues.{name}: {error}") from error
    if spec.settings is None:
        _refuse_unknown_keys(name, section, raw)
        settings = None
    else:
        settings = validate_settings(spec.settings, section.plugin_settings, path, raw, VenueSection)
    asked = registry.secrets_asked(VenueSpec, venue)
    return ConfiguredVenue(spec, settings, load_secrets(name, section, asked, raw))


def _refuse_unknown_keys(name: str, section: VenueSection, raw: RawConfig) -> None:
    faults = [unknown_key(("venues", name, key), raw, VenueSection) for key in section.plugin_settings]
    if faults:
        raise ConfigError("\n".join(faults))
