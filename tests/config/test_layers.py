"""Layers: defaults below the file, the file below the environment, and the command line over all."""

import re
from copy import deepcopy
from typing import Any

import pytest
from alphaforge.config.layers import RawConfig, toml_value
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.show import shown_values
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import ConfigError
from hypothesis import given
from hypothesis import strategies as st

FILE = """
[node]
name = "file"
reporting_currency = "USDT"
[feed]
seed = 5
files = ["a.jsonl", "b.jsonl"]
[paper]
cash = { USDT = "100", BTC = "1" }
[[strategies]]
use = "demo-market-maker"
"""


def shown(raw: RawConfig) -> dict[str, tuple[Any, str]]:
    """Value and origin by key."""
    values = shown_values(load_config(raw), raw, Registry.installed())
    return {value.path: (value.value, value.origin) for value in values}


def test_each_layer_lies_over_the_one_before(node_toml, monkeypatch) -> None:
    path = node_toml(FILE)
    monkeypatch.setenv("ALPHAFORGE_NODE__NAME", "variable")
    monkeypatch.setenv("ALPHAFORGE_FEED__SEED", "6")
    found = shown(load_raw(path, ["feed.seed=7"]))
    assert found["node.reporting_currency"] == ("USDT", str(path))
    assert found["node.name"] == ("variable", "env ALPHAFORGE_NODE__NAME")
    assert found["feed.seed"] == (7, "--set")
    assert found["feed.pace"] == ("max", "default")
    assert found["strategies.0.use"] == ("demo-market-maker", str(path))
    assert found["strategies.0.on_error"] == ("cancel", "default")


def test_tables_merge_and_lists_are_replaced(node_toml, monkeypatch) -> None:
    path = node_toml(FILE)
    monkeypatch.setenv("ALPHAFORGE_FEED__FILES", '["c.jsonl"]')
    found = shown(load_raw(path, ['paper.cash.USDT="250"']))
    assert found["paper.cash.USDT"] == ("250", "--set")
    assert found["paper.cash.BTC"] == ("1", str(path))
    files, origin = found["feed.files"]
    assert [name.rpartition("/")[2] for name in files] == ["c.jsonl"]
    assert origin == "env ALPHAFORGE_FEED__FILES"


def test_the_environment_can_give_lists_tables_and_whole_sections_as_json(monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_NODE", '{"name": "whole", "mode": "paper"}')
    monkeypatch.setenv("ALPHAFORGE_STRATEGIES", '[{"use": "demo-market-maker", "params": {"size": "1"}}]')
    monkeypatch.setenv("ALPHAFORGE_RISK__INSTRUMENT", '{"SIM:BTCUSDT": {"max_position": "0.5"}}')
    monkeypatch.setenv("alphaforge_plugins__disabled", '["coinbase", "binance"]')
    found = shown(load_raw(None))
    assert found["node.name"] == ("whole", "env ALPHAFORGE_NODE")
    assert found["strategies.0.params.size"] == ("1", "env ALPHAFORGE_STRATEGIES")
    assert found["risk.instrument.SIM:BTCUSDT.max_position"] == ("0.5", "env ALPHAFORGE_RISK__INSTRUMENT")
    assert found["plugins.disabled"] == (["coinbase", "binance"], "env ALPHAFORGE_PLUGINS__DISABLED")


def test_currencies_of_variables_are_written_in_capitals(monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_PAPER__CASH__USDT", "500")
    assert shown(load_raw(None))["paper.cash.USDT"] == ("500", "env ALPHAFORGE_PAPER__CASH__USDT")


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        (
            "ALPHAFORGE_RISKS__ACCOUNT__MAX_MESSAGES",
            "1/1s",
            r"env ALPHAFORGE_RISKS__ACCOUNT__MAX_MESSAGES: unknown section \[risks\]; did you mean 'risk'\?",
        ),
        (
            "ALPHAFORGE_NODE__NME",
            "x",
            r"env ALPHAFORGE_NODE__NME: node\.nme: unknown key; did you mean 'name'\?",
        ),
        (
            "ALPHAFORGE_NODE_NAME",
            "x",
            r"env ALPHAFORGE_NODE_NAME: names no section; did you mean 'ALPHAFORGE_NODE__NAME'\?",
        ),
        (
            "ALPHAFORGE_ZZZ",
            "x",
            "env ALPHAFORGE_ZZZ: names no section; write ALPHAFORGE_SECTION__KEY, such as .*",
        ),
        ("ALPHAFORGE_NODE", "{bad", "env ALPHAFORGE_NODE: a whole section must be JSON: .*"),
        ("ALPHAFORGE_NODE", "5", "env ALPHAFORGE_NODE: node = 5: write a table"),
        (
            "ALPHAFORGE_FEED__FILES",
            '["a.jsonl"',
            r"env ALPHAFORGE_FEED__FILES: feed\.files = .* write a list, such as .*",
        ),
        (
            "ALPHAFORGE_FEED__SEED",
            "many",
            r"env ALPHAFORGE_FEED__SEED: feed\.seed = 'many': write a whole .*",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(variable, value, fault, monkeypatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as refusal:
        load_config(load_raw(None))
    assert re.fullmatch(fault, str(refusal.value))


def test_the_variable_of_our_own_tests_is_no_setting(monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_TEST_SCALE", "5")
    assert all(origin == "default" for _, origin in shown(load_raw(None)).values())


@pytest.mark.parametrize("assignment", ["node.name", "=main", "node.=main", ".name=main", ""])
def test_an_assignment_without_key_or_value_is_refused(assignment: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load_raw(None, [assignment])
    expected = f"--set {assignment!r}: write section.key=value, such as node.name=second"
    assert str(refusal.value) == expected


def test_a_later_assignment_lies_over_an_earlier_one() -> None:
    assert load_raw(None, ["node.name=a", "node.name=b", "feed.seed=1"]).values == {
        "node": {"name": "b"},
        "feed": {"seed": 1},
    }
    with pytest.raises(ConfigError, match=r"--set: node\.name = \{'x': 1\}: write a text in quotes"):
        load_config(load_raw(None, ["node.name=a", "node.name.x=1"]))


TWO = """
[[strategies]]
use = "demo-market-maker"
name = "first"
params = { size = "1" }
[[strategies]]
use = "demo-market-maker"
name = "second"
"""


def test_every_path_that_is_shown_can_be_set(node_toml) -> None:
    path = node_toml(TWO)
    raw = load_raw(path, ["strategies.0.params.size=2", "strategies.1.name=other"])
    found = shown(raw)
    assert found["strategies.0.params.size"] == (2, "--set")
    assert found["strategies.0.name"] == ("first", str(path))
    assert found["strategies.1.name"] == ("other", "--set")
    assert found["strategies.1.use"] == ("demo-market-maker", str(path))


def test_tables_of_a_list_can_be_set_by_the_environment_and_after_the_list_itself(monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_STRATEGIES", '[{"use": "demo-market-maker"}]')
    monkeypatch.setenv("ALPHAFORGE_PAPER__CASH__USDT", "5")
    raw = load_raw(None, ['strategies=[{use="a.py"}, {use="b.py"}]', "strategies.1.params={size=3}"])
    assert raw.values["strategies"] == [{"use": "a.py"}, {"use": "b.py", "params": {"size": 3}}]


@pytest.mark.parametrize(
    ("assignment", "fault"),
    [
        (
            "strategies.2.name=x",
            r"--set: strategies\.2: there is no such table; strategies has 2, counted from 0",
        ),
        ("strategies.0=5", r"--set: strategies\.0 = 5: write a table"),
        (
            "strategies.first.name=x",
            r"--set: strategies = \{'first': \{'name': 'x'\}\}: write a list of tables.*",
        ),
    ],
)
def test_a_table_of_a_list_that_there_is_not_cannot_be_set(assignment, fault, node_toml) -> None:
    path = node_toml(TWO)
    with pytest.raises(ConfigError) as refusal:
        load_config(load_raw(path, [assignment]))
    assert re.fullmatch(fault, str(refusal.value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("0.5", 0.5),
        ("true", True),
        ('"5"', "5"),
        ('["a", "b"]', ["a", "b"]),
        ("{ USDT = 5 }", {"USDT": 5}),
        ('{"USDT": "5", "list": [1, null]}', {"USDT": "5", "list": [1, None]}),
        ('{"USDT": "5"', '{"USDT": "5"'),
        ("plain words", "plain words"),
        ("200 USDT", "200 USDT"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_assigned_values_are_toml_or_json_or_else_text(text: str, value: object) -> None:
    assert toml_value(text) == value
    assert load_raw(None, [f"node.name={text}"]).values == {"node": {"name": value}}


NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda below: st.dictionaries(NAMES, below, min_size=1, max_size=3),
    max_leaves=6,
)
LAYERS = st.lists(st.dictionaries(NAMES, TREES, max_size=3), min_size=1, max_size=4)


def leaves(tree: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    if not isinstance(tree, dict):
        return {path: tree}
    return {at: value for key, below in tree.items() for at, value in leaves(below, (*path, key)).items()}


@given(LAYERS)
def test_every_value_comes_from_the_last_layer_that_has_it(layers: list[dict[str, Any]]) -> None:
    raw = RawConfig()
    for number, layer in enumerate(layers):
        raw.add(deepcopy(layer), str(number))
    for path, value in leaves(raw.values).items():
        origin = int(raw.origin(path))
        assert leaves(layers[origin])[path] == value
        for later in layers[origin + 1 :]:
            assert path not in leaves(later)


def test_a_missing_file_and_one_that_is_no_toml_are_named(tmp_path, node_toml) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file or directory$"):
        load_raw(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"node\.toml: not valid TOML: .*line 2"):
        load_raw(node_toml("[node]\nname = \n"))


def test_a_byte_order_mark_is_no_part_of_a_file(node_toml) -> None:
    path = node_toml("\N{BYTE ORDER MARK}" + FILE)
    assert load_config(load_raw(path)).node.name == "file"


def test_what_a_file_could_have_and_has_not_is_a_default_where_values_are_shown(node_toml) -> None:
    path = node_toml(FILE)
    raw = load_raw(path)
    assert shown(raw)["feed.pace"] == ("max", "default")
    assert raw.origin(("feed", "pace")) == raw.table_origin(("risk",)) == str(path)
    assert RawConfig().origin(("feed", "pace")) == "default"
