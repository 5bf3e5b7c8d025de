"""The limits in force: those of the configuration and of plugins, and what a person has changed since."""

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from alphaforge_rs import LimitChange, LimitError, Runtime
from pydantic import ValidationError

from alphaforge.config.limits import AccountLimits, QuantityLimits, StrategyLimits, ValueLimits, VenueLimits
from alphaforge.config.plain_words import plain_words
from alphaforge.config.sections import RiskSection
from alphaforge.config.tightest import tightest_limits
from alphaforge.engine.limits import set_limits
from alphaforge.model.errors import ConfigError
from alphaforge.model.risk_rule import DeclaredLimits

_MODELS: dict[str, type[ValueLimits]] = {
    "account": AccountLimits,
    "venue": VenueLimits,
    "strategy": StrategyLimits,
    "instrument": QuantityLimits,
}


class LimitBook:
    """All limits of a node."""

    def __init__(
        self, runtime: Runtime, risk: RiskSection, declared: Sequence[tuple[str, DeclaredLimits]]
    ) -> None:
        """Put the limits in force.

        Raises:
            ConfigError: a plugin declares what cannot be a limit.
            LimitError: a scope names nothing of this node, or a limit cannot be used there.
        """
        self._runtime = runtime
        self._risk = risk
        self._declared = declared
        self._in_force = self._merged(risk)
        set_limits(runtime, self._in_force)

    @property
    def in_force(self) -> RiskSection:
        """The most restrictive of all sources, scope by scope."""
        return self._in_force

    def shown(self) -> Iterator[tuple[str, str]]:
        """Every limit in force, as (`risk.account.max_order_value`, `200 USDT`)."""
        for scope in _MODELS:
            for name, limits in _scope(self._in_force, scope).items():
                for key in type(limits).model_fields:
                    text = _text(getattr(limits, key))
                    if text is not None:
                        yield _setting(scope, name, key), text

    def change(
        self, scope: str, name: str | None, key: str, value: str | None, *, by: str, reason: str
    ) -> LimitChange:
        """A person changes one limit while the node runs; None takes it away. What was counted stays counted.

        A limit of a plugin stays in force where it is tighter. The change is recorded. The next start takes
        the limits of the configuration.

        Raises:
            ConfigError: it cannot be a limit of that scope, or nobody is named, or no reason is given.
        """
        setting = _setting(scope, name, key)
        if not by.strip() or not reason.strip():
            raise ConfigError(f"{setting}: say who changes it, and why")
        if scope not in _MODELS or (name is None) != (scope == "account"):
            raise ConfigError(
                f"{setting}: name a scope: account, venue:NAME, strategy:NAME, instrument:VENUE:SYMBOL"
            )
        scopes = _scope(self._risk, scope)
        name = _spelled(name, scopes)
        present = scopes.get(name, _MODELS[scope]())
        values = {field: getattr(present, field) for field in type(present).model_fields}
        if key not in values:
            raise ConfigError(f"{setting}: there is no such limit (there are: {', '.join(values)})")
        values[key] = type(present).model_fields[key].get_default(call_default_factory=True)
        if value is not None:
            values[key] = _parsed(value)
        changed = _validated(setting, _MODELS[scope], values)
        risk = _with_scope(self._risk, scope, name, changed)
        merged = self._merged(risk)
        before, after = (_in_force(limits, scope, name, key) for limits in (self._in_force, merged))
        change = LimitChange(setting, before, after, by=by, reason=reason)
        try:
            set_limits(self._runtime, merged, change)
        except LimitError as error:
            raise ConfigError(f"{setting}: {error}") from error
        self._risk, self._in_force = risk, merged
        return change

    def _merged(self, risk: RiskSection) -> RiskSection:
        for rule, declared in self._declared:
            setting = f"risk.rules.{rule} declares risk.{declared.scope}"
            if declared.scope not in _MODELS or (declared.name is None) != (declared.scope == "account"):
                raise ConfigError(
                    f"{setting}: name a venue, strategy or instrument, and none for the account"
                )
            limits = _validated(setting, _MODELS[declared.scope], dict(declared.limits))
            scopes = _scope(risk, declared.scope)
            name = _spelled(declared.name, scopes)
            try:
                tightest = tightest_limits(scopes[name], limits) if name in scopes else limits
            except ValueError as error:
                raise ConfigError(f"{setting}: {error}") from error
            risk = _with_scope(risk, declared.scope, name, tightest)
        return risk


def _scope(risk: RiskSection, scope: str) -> dict[str | None, ValueLimits]:
    limits: Any = getattr(risk, scope)
    return {None: limits} if scope == "account" else limits


def _spelled(name: str | None, scopes: dict[str | None, ValueLimits]) -> str | None:
    """A name as the section is called already: those of venues are written in either case."""
    return next((known for known in scopes if (known or "").upper() == (name or "").upper()), name)


def _with_scope(risk: RiskSection, scope: str, name: str | None, limits: ValueLimits) -> RiskSection:
    changed: Any = limits if name is None else {**getattr(risk, scope), name: limits}
    return risk.model_copy(update={scope: changed})


def _in_force(risk: RiskSection, scope: str, name: str | None, key: str) -> str | None:
    limits = _scope(risk, scope).get(name)
    return None if limits is None else _text(getattr(limits, key))


def _validated(setting: str, model: type[ValueLimits], values: dict[str, Any]) -> ValueLimits:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        keys = ".".join(str(part) for part in fault["loc"])
        raise ConfigError(f"{setting}: {keys} = {fault['input']!r}: {plain_words(fault)}") from error


def _parsed(text: str) -> object:
    """Lists and tables are written as in TOML; all else is taken as it is."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{text!r} is neither a list nor a table of TOML: {error}") from error


def _text(value: Any) -> str | None:
    if value is None or value in ({}, [], ()):
        return None
    if isinstance(value, dict):
        return "{" + ", ".join(f'{key} = "{each}"' for key, each in value.items()) + "}"
    return str(value)


def _setting(scope: str, name: str | None, key: str) -> str:
    quoted = f'"{name}"' if name is not None and ":" in name else name
    return ".".join(part for part in ("risk", scope, quoted, key) if part is not None)
