"""`name=value` arguments of the command line."""

from collections.abc import Sequence

from alphaforge.model.errors import ConfigError


def parse_assignments(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Values by name.

    Raises:
        ConfigError: one has no `=`, or a name comes twice.
    """
    values: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise ConfigError(f"{option} {text!r}: write name=value")
        if name in values:
            raise ConfigError(f"{option} {name}: given twice")
        values[name] = value
    return values
