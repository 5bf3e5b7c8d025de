"""Limits that plugins declare: they run in Rust, and the most restrictive of all sources wins."""

import pytest
from alphaforge.model.errors import AlphaForgeError

from tests.engine.test_limit_changes import TOML, changing

PLUGIN = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import RiskRuleSpec
from alphaforge.model.risk_rule import DeclaredLimits
from alphaforge.model.settings import Settings


class LimitSettings(Settings):
    scope: str
    name: str | None = None
    limits: dict


def declare(settings):
    return [DeclaredLimits(settings.scope, settings.limits, settings.name)]


def nothing(settings):
    return {"max_position": 1}


@hookimpl
def alphaforge_risk_rules():
    return [
        RiskRuleSpec("declared", "limits", LimitSettings, declare),
        RiskRuleSpec("odd", "no limits", Settings, nothing),
    ]
"""
PROVIDES = 'risk_rules = ["declared", "odd"]'


@pytest.fixture(autouse=True)
def installed(plugin) -> None:
    plugin(PLUGIN, PROVIDES)


def declared(limits: str, scope: str = "account", name: str | None = None, rule: str = "desk") -> str:
    named = "" if name is None else f'name = "{name}"\n'
    return f'[risk.rules.{rule}]\nuse = "declared"\nscope = "{scope}"\n{named}limits = {{ {limits} }}\n'


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("account", None),
        ("venue", "sim"),
        ("venue", "SIM"),
        ("strategy", "Buyer"),
        ("instrument", "SIM:BTCUSDT"),
    ],
)
@pytest.mark.parametrize(("value", "code"), [("489.99", "order_value"), ("490", None), ("490.01", None)])
def test_a_declared_limit_holds_at_each_scope(scope, name, value, code, nodes) -> None:
    toml = TOML + declared(f'max_order_value = "{value} USDT"', scope, name)
    assert nodes.run(toml, lambda script, _: script.quote(0).trade(1)).strategy.codes == [code]


def in_force(parts) -> dict[str, str]:
    return dict(parts.limits.shown())


@pytest.mark.parametrize(
    ("key", "config", "plugin_", "both"),
    [
        ("max_order_value", "200 USDT", "100 USDT", "100 USDT"),
        ("max_order_value", "100 USDT", "200 USDT", "100 USDT"),
        ("max_messages", "50/1s, keep 10", "45/1s", "45/1s, keep 5"),
        ("max_messages", "20/1s", "50/1s, keep 40", "20/1s, keep 10"),
        ("max_clock_drift_ms", "250", "100", "100"),
    ],
)
def test_the_most_restrictive_of_configuration_and_plugins_wins(key, config, plugin_, both, nodes) -> None:
    toml = TOML + f'[risk.account]\n{key} = "{config}"\n' + declared(f'{key} = "{plugin_}"')
    assert in_force(nodes.compose(toml)) == {f"risk.account.{key}": both}


def test_a_limit_on_positions_holds_for_shorts_too(nodes) -> None:
    section = '[risk.instrument."SIM:BTCUSDT"]\nmax_position = "1"\nmax_short = "2"\n'
    toml = TOML + section + declared('max_position = "0.5"', "instrument", "SIM:BTCUSDT")
    limits = in_force(nodes.compose(toml))
    assert limits == {
        'risk.instrument."SIM:BTCUSDT".max_position': "0.5",
        'risk.instrument."SIM:BTCUSDT".max_short': "0.5",
    }


def test_several_plugins_tighten_each_other(nodes) -> None:
    toml = (
        TOML + declared('max_order_value = "3 USDT"') + declared('max_order_value = "2 USDT"', rule="other")
    )
    assert in_force(nodes.compose(toml)) == {"risk.account.max_order_value": "2 USDT"}


def test_a_person_cannot_loosen_what_a_plugin_declares(nodes) -> None:
    toml = TOML + declared('max_order_value = "100 USDT"')
    write = changing("account", None, "max_order_value", "1000 USDT", None)
    assert nodes.run(toml, write).strategy.codes == ["order_value"] * 3


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (declared('max_order_value = "1 BTC"'), "100 USDT and 1 BTC are both set and cannot be compared"),
        (declared('max_messages = "5/2s"'), "5/1s and 5/2s are both set and cannot be compared"),
        (declared('max_order_valu = "1 USDT"'), "risk.rules.desk declares risk.account: max_order_valu"),
        (declared('max_order_value = "-1 USDT"'), "risk.rules.desk declares risk.account: max_order_value"),
        (declared('max_position = "1"', "strategy", "nobody"), "this node has no such strategy"),
        (declared('max_position = "1"', "desk", "x"), "name a venue, strategy or instrument"),
        (declared('max_position = "1"', "strategy"), "name a venue, strategy or instrument"),
        ("[risk.rules.odd]\n", "it must be a rule with check(order, view), or a list of DeclaredLimits"),
    ],
)
def test_what_cannot_be_declared_stops_the_node_from_starting(section, told, nodes) -> None:
    account = '[risk.account]\nmax_order_value = "100 USDT"\nmax_messages = "5/1s"\n'
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose(TOML + account + section)
    assert told in str(refusal.value)
