"""The currencies of a node: one that none of its instruments trades could only fail, or count nothing."""

from collections.abc import Iterator, Sequence

from alphaforge_rs import Instrument

from alphaforge.config.layers import RawConfig
from alphaforge.config.limits import Money, ValueLimits
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import RiskSection
from alphaforge.model.errors import ConfigError


def refuse_unknown_currencies(config: NodeConfig, raw: RawConfig, instruments: Sequence[Instrument]) -> None:
    """Check start money, limits and the reporting currency.

    Raises:
        ConfigError: one names a currency that is neither base nor quote of any instrument.
    """
    known = sorted({currency for one in instruments for currency in (one.base, one.quote)})
    for path, value, currency in _named(config):
        if currency not in known:
            raise ConfigError(
                f"{raw.origin(path)}: {'.'.join(path)} = {value}: no instrument of this node trades "
                f"{currency} (its currencies: {', '.join(known)})"
            )


def _named(config: NodeConfig) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where a currency is named, the whole value there, and the currency."""
    for currency, amount in config.paper.cash.items():
        yield ("paper", "cash", currency), str(amount), currency
    reporting = config.node.reporting_currency
    if reporting is not None:
        yield ("node", "reporting_currency"), repr(reporting), reporting
    for path, limits in _limits(config.risk):
        for name, value in limits:
            if isinstance(value, Money):
                yield (*path, name), f"'{value}'", value.currency


def _limits(risk: RiskSection) -> Iterator[tuple[tuple[str, ...], ValueLimits]]:
    yield ("risk", "account"), risk.account
    for scope, all_limits in (
        ("venue", risk.venue),
        ("strategy", risk.strategy),
        ("instrument", risk.instrument),
    ):
        for name, limits in all_limits.items():
            yield ("risk", scope, name), limits
