"""Secrets of a plugin: what a section of the configuration names, kept so that it is not printed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from alphaforge.model.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets that one section was given, by the names that its plugin asks for."""

    section: str
    """The section, such as `venues.binance`, for messages."""
    values: Mapping[str, SecretStr]

    def required(self, name: str) -> str:
        """The secret of this name.

        Raises:
            ConfigError: it was not given.
        """
        try:
            return self.values[name].get_secret_value()
        except KeyError as error:
            raise ConfigError(f"{self.section}: the secret {name!r} is missing") from error
