"""Paths are relative to the folder of the configuration file, wherever the command is run."""

from pathlib import Path

import pytest
from alphaforge.config.load import load_config, load_raw, validate_settings
from alphaforge.sinks.json_lines import JsonLinesSettings

TEXT = """
[feed]
files = ["data/a.jsonl", "/absolute/b.jsonl", "../c.jsonl", "~/d.jsonl"]
instruments_file = "info.json"
[[strategies]]
use = "mine/maker.py:Maker"
state_file = "state/maker.json"
[[strategies]]
use = "package.module:Class"
[[strategies]]
use = "demo-market-maker"
[[strategies]]
use = "alone.py"
[sinks.jsonl]
path = "records.jsonl"
"""


@pytest.fixture
def nested(tmp_path: Path, monkeypatch) -> Path:
    """A configuration in a folder below the current one, given by a relative path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/of-nobody")
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "node.toml").write_text(TEXT, encoding="utf-8")
    return Path("nodes/node.toml")


def test_paths_of_the_file_are_relative_to_its_folder(nested: Path) -> None:
    raw = load_raw(nested)
    config = load_config(raw)
    assert [str(path) for path in config.feed.files] == [
        "nodes/data/a.jsonl",
        "/absolute/b.jsonl",
        "nodes/../c.jsonl",
        "/home/of-nobody/d.jsonl",
    ]
    assert config.feed.instruments_file == Path("nodes/info.json")
    assert config.strategies[0].state_file == Path("nodes/state/maker.json")
    settings = validate_settings(JsonLinesSettings, config.sinks["jsonl"], ("sinks", "jsonl"), raw)
    assert settings.path == Path("nodes/records.jsonl")


def test_a_strategys_file_is_a_path_and_a_module_or_a_name_is_not(nested: Path) -> None:
    uses = [section.use for section in load_config(load_raw(nested)).strategies]
    assert uses == [
        "nodes/mine/maker.py:Maker",
        "package.module:Class",
        "demo-market-maker",
        "nodes/alone.py",
    ]


def test_without_a_file_paths_are_as_they_are_given() -> None:
    config = load_config(load_raw(None, ['feed.files=["data/a.jsonl"]']))
    assert config.feed.files == [Path("data/a.jsonl")]


def test_a_node_runs_from_any_folder(tmp_path: Path, alphaforge) -> None:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    text = '[feed]\nseconds = 1\n[[strategies]]\nuse = "maker.py"\n[sinks.jsonl]\npath = "out/r.jsonl"\n'
    (folder / "node.toml").write_text(text, encoding="utf-8")
    code = "from alphaforge import Strategy\n\n\nclass Maker(Strategy):\n    pass\n"
    (folder / "maker.py").write_text(code, encoding="utf-8")
    outcome = alphaforge("run", "deep/down/node.toml", "--json")
    assert outcome.code == 0, outcome.err
    assert (folder / "out" / "r.jsonl").exists()
