"""The environment as a layer: `ALPHAFORGE_SECTION__KEY` variables.

Imported only where there are such variables: pydantic-settings takes a while to import.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import create_model
from pydantic_settings import BaseSettings, EnvSettingsSource

from alphaforge.config.layers import ENV_PREFIX, SECRET_PREFIX, json_value
from alphaforge.config.node_config import SECTIONS, TABLES
from alphaforge.hooks.spelling import did_you_mean
from alphaforge.model.errors import ConfigError

_SHAPE: dict[str, Any] = {section: (dict[str, Any], {}) for section in SECTIONS}
_Environment = create_model("_Environment", __base__=BaseSettings, **_SHAPE)
"""The configuration as environment variables see it: sections of anything."""


TEST_SCALE = f"{ENV_PREFIX}TEST_SCALE"
"""How much the tests of AlphaForge itself try: no setting, and no mistake."""

_VARIABLES = [
    f"{table.strip('[]')}__{key}".upper()
    for table, model in TABLES.items()
    for key in model.model_fields
    if re.fullmatch(r"\[\w+\]", table)
]
"""The variables of the sections whose keys are known, without the prefix, to guess what was meant."""


def read_environment() -> dict[str, Any]:
    """The values of `ALPHAFORGE_SECTION__KEY` variables; lists and tables are JSON.

    Sections that there are not come with them, so that a misspelt variable is not passed over.

    Raises:
        ConfigError: a variable names no section, or that of a whole section is not JSON.
    """
    unknown: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.upper().startswith(ENV_PREFIX) or variable.upper().startswith(SECRET_PREFIX):
            continue
        section, separator, key = variable[len(ENV_PREFIX) :].lower().partition("__")
        is_known = section in SECTIONS
        if is_known and not separator:
            _refuse_bad_json(variable, text)
        elif separator and not is_known:
            unknown.setdefault(section, {})[key] = text
        elif not is_known and variable != TEST_SCALE:
            raise ConfigError(f"env {variable}: names no section{_meant(variable)}")
    source = EnvSettingsSource(_Environment, env_prefix=ENV_PREFIX, env_nested_delimiter="__")
    values = _parsed(source())
    match values:
        case {"paper": {"cash": dict(cash)}}:
            # Variables have no case; currencies are written in capitals.
            values["paper"]["cash"] = {currency.upper(): amount for currency, amount in cash.items()}
    return values | unknown


def _meant(variable: str) -> str:
    # Without the prefix, which all of them have and which would make all of them alike.
    guess = did_you_mean(variable[len(ENV_PREFIX) :].upper(), _VARIABLES)
    return (
        guess.replace("'", f"'{ENV_PREFIX}", 1)
        or f"; write {ENV_PREFIX}SECTION__KEY, such as {ENV_PREFIX}NODE__NAME"
    )


def _refuse_bad_json(variable: str, text: str) -> None:
    """Refuse the value of a whole section that is no JSON, without repeating what may hold a secret."""
    try:
        json.loads(text)
    except ValueError as error:
        raise ConfigError(f"env {variable}: a whole section must be JSON: {error}") from error


def _parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts that are JSON lists or tables become what they say."""
    return {key: _parsed_value(value) for key, value in values.items()}


def _parsed_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _parsed(value)
    return json_value(value) if isinstance(value, str) else value
