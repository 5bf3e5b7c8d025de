"""Every command: what it prints for people and for programs, and its help."""

import inspect
import json
import platform
import re
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pytest
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import CommandSpec

NODE = """
[node]
name = "checked"
[feed]
seconds = 5
[[strategies]]
use = "demo-market-maker"
name = "maker"
[risk.strategy.maker]
max_position = "0.1"
[sinks.jsonl]
path = "records.jsonl"
[sinks.copy]
use = "sqlite"
path = "records.sqlite"
[monitors.feed-fresh]
warn_after_s = 10
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("commands")
    (folder / "node.toml").write_text(NODE, encoding="utf-8")
    return folder


def test_check_shows_what_would_run_and_writes_nothing(alphaforge, folder) -> None:
    outcome = alphaforge("check", "node.toml", "--json", cwd=folder)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.json == {
        "ok": True,
        "node": "checked",
        "mode": "paper",
        "feed": "simulated",
        "instruments": ["SIM:BTCUSDT"],
        "strategies": ["maker"],
        "sinks": ["jsonl", "copy"],
        "monitors": ["feed-fresh"],
        "risk rules": [],
        "secrets": [],
    }
    shown = alphaforge("check", "node.toml", cwd=folder)
    assert shown.out.splitlines()[0].split() == ["node", "checked"]
    assert shown.out.splitlines()[-1] == "ok"
    assert [path.name for path in folder.iterdir()] == ["node.toml"]


def test_check_takes_values_over_the_files(alphaforge, folder) -> None:
    outcome = alphaforge("check", "node.toml", "--json", "--set", "node.name=other", cwd=folder)
    assert outcome.json["node"] == "other"


def test_brackets_in_a_name_are_printed_as_they_are(alphaforge, tmp_path) -> None:
    name = "[/foo] [red]x[/red]"
    text = f'[[strategies]]\nuse = "demo-market-maker"\nname = "{name}"\n'
    (tmp_path / "node.toml").write_text(text, encoding="utf-8")
    for command in (["check"], ["config", "show"]):
        outcome = alphaforge(*command, "node.toml", cwd=tmp_path)
        assert (outcome.code, outcome.err) == (0, ""), command
        assert name in outcome.out


def test_version_names_all_parts(alphaforge) -> None:
    told = alphaforge("version", "--json").json
    assert told == {
        "alphaforge": version("alphaforge"),
        "alphaforge-core": version("alphaforge-core"),
        "alphaforge-rs": version("alphaforge-rs"),
        "plugin API": "1",
        "Python": platform.python_version(),
    }
    assert alphaforge("version").out.splitlines() == [f"{name} {number}" for name, number in told.items()]


def test_instruments_shows_what_an_instrument_list_comes_to(alphaforge, folder, tmp_path) -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": "0.00000001", "maxQty": "9000", "stepSize": "0.00000001"},
    ]
    symbol = {
        "symbol": "BTCUSDT", "status": "BREAK", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": filters,
    }  # fmt: skip
    (tmp_path / "info.json").write_text(json.dumps({"symbols": [symbol]}), encoding="utf-8")
    (row,) = alphaforge("instruments", "binance", "info.json", "--json", cwd=tmp_path).json
    assert (row["symbol"], row["base"], row["quote"], row["status"]) == ("BTCUSDT", "BTC", "USDT", "halted")
    assert Decimal(row["tick_size"]) == Decimal("0.01")
    assert row["lot_size"] == "0.00000001"
    assert row["min_notional"] is None
    shown = alphaforge("instruments", "binance", "info.json", cwd=tmp_path)
    title, _, line = shown.out.splitlines()
    assert title == "Binance Spot"
    assert line.split()[:5] == ["BTCUSDT", "BTC", "USDT", "0.01", "0.00000001"]


def test_an_instrument_list_without_instruments_is_an_error(alphaforge, tmp_path) -> None:
    (tmp_path / "info.json").write_text('{"symbols": []}', encoding="utf-8")
    outcome = alphaforge("instruments", "binance", "info.json", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.errors == [
        "info.json: it lists no instrument of Binance Spot: give the venue's whole list"
    ]


def test_plugins_are_listed_and_described(alphaforge) -> None:
    listed = {plugin["name"]: plugin for plugin in alphaforge("plugins", "list", "--json").json}
    assert listed["binance"]["kinds"] == ["venues", "readers", "emulators"]
    assert listed["binance"]["state"] == "ok"
    described = alphaforge("plugins", "info", "binance", "--json").json
    assert described["venues"] == described["readers"] == ["binance"]
    assert described["distribution"].startswith("alphaforge-binance ")
    rows = [line.split(maxsplit=1) for line in alphaforge("plugins", "info", "binance").out.splitlines()]
    assert ["summary", "Binance Spot"] in [[cell.strip() for cell in row] for row in rows]


def test_the_doctor_finds_nothing_where_nothing_is_wrong(alphaforge) -> None:
    outcome = alphaforge("plugins", "doctor")
    assert (outcome.code, outcome.out) == (0, "all plugins are fine\n")
    assert alphaforge("plugins", "doctor", "--json").json == []


@pytest.fixture(scope="module")
def helps(alphaforge_each, folder) -> dict[str, str]:
    """The help of every command, by its name."""
    names = Registry.installed().names(CommandSpec)
    outcomes = alphaforge_each([[*name.split(), "--help"] for name in names], cwd=folder)
    assert {outcome.code for outcome in outcomes} == {0}
    return {name: outcome.out for name, outcome in zip(names, outcomes, strict=True)}


def test_every_command_has_a_help_that_begins_as_the_list_says(helps) -> None:
    registry = Registry.installed()
    told_by_name = {
        name: told for plugin in registry.plugins for name, told in plugin.manifest.commands.items()
    }
    assert set(told_by_name) == set(helps)
    for name, told in told_by_name.items():
        own = " ".join(inspect.getdoc(registry.get(CommandSpec, name).load()).split())
        assert own.startswith(told), name
        shown = " ".join(helps[name].split())
        assert f"Usage: alphaforge {name} " in shown
        assert f" {own} " in shown, name


def test_every_command_prints_json_on_demand(helps) -> None:
    assert set(helps) == set(Registry.installed().names(CommandSpec))
    assert [name for name, text in helps.items() if "--json" not in text] == []


def test_help_of_the_whole_lists_every_command(alphaforge, helps) -> None:
    shown = alphaforge("--help").out
    for name in helps:
        assert f"│ {name.split()[0]} " in shown
    assert "--debug" in shown
    assert "--log-level" in shown


@pytest.mark.parametrize("arguments", [[], ["plugins"], ["config"]], ids=["nothing", "plugins", "config"])
def test_an_unfinished_command_shows_its_help_and_ends_with_two(arguments, alphaforge) -> None:
    outcome = alphaforge(*arguments)
    assert outcome.code == 2
    assert f"Usage: {' '.join(['alphaforge', *arguments])}" in outcome.out


@pytest.mark.parametrize("arguments", [["nonsense"], ["plugins", "nonsense"]], ids=" ".join)
def test_an_unknown_command_ends_with_two(arguments, alphaforge) -> None:
    outcome = alphaforge(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "No such command 'nonsense'" in outcome.err


def test_debug_may_stand_before_or_after_a_command(alphaforge, folder) -> None:
    for arguments in (["--debug", "run", "none.toml"], ["run", "none.toml", "--debug"]):
        outcome = alphaforge(*arguments, cwd=folder)
        assert outcome.code == 1
        assert "Traceback" in outcome.err
        assert "none.toml: No such file or directory" in outcome.err


TALKATIVE = """
from alphaforge import Strategy


class Talkative(Strategy):
    def on_start(self):
        self.log.debug("a whisper")
        self.log.info("a word")
        self.log.warning("a cry")
"""


def test_the_log_level_says_what_is_shown(alphaforge, tmp_path) -> None:
    (tmp_path / "talkative.py").write_text(TALKATIVE, encoding="utf-8")
    text = '[feed]\nseconds = 1\n[[strategies]]\nuse = "talkative.py"\n'
    (tmp_path / "node.toml").write_text(text, encoding="utf-8")
    told = ["debug: a whisper", "info: a word", "warning: a cry"]
    for options, first in (
        ([], 2), (["--log-level", "info"], 1), (["--log-level=debug"], 0), (["--debug"], 0),
        (["--log-level", "error"], 3), (["--log-level=error", "--debug"], 0),
    ):  # fmt: skip
        for arguments in (["run", "node.toml", *options], [*options, "run", "node.toml"]):
            outcome = alphaforge(*arguments, cwd=tmp_path)
            assert outcome.code == 0, outcome.err
            lines = outcome.err.splitlines()
            assert [line for line in lines if line in told] == told[first:], arguments
            assert "elector" not in outcome.err


@pytest.mark.parametrize(
    "arguments", [["--log-level", "loud"], ["--log-level"], ["--log-level=INFO"]], ids=" ".join
)
def test_a_log_level_that_there_is_not_ends_with_two(arguments, alphaforge) -> None:
    outcome = alphaforge("version", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r"error: --log-level '.*': write one of debug, info, warning, error\n", outcome.err)


def test_a_run_of_the_checked_node_writes_what_it_named(alphaforge, folder) -> None:
    outcome = alphaforge("run", "node.toml", "--json", cwd=folder)
    assert outcome.code == 0, outcome.err
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line).get("strategy", "maker") for line in lines} == {"maker"}
    assert (folder / "records.sqlite").stat().st_size > 0
