"""Saved states: what a strategy saves at the end of one run, it is given at the start of the next."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge import Strategy, Trade
from alphaforge.model.errors import StrategyError

TOML = f'[[strategies]]\nuse = "{__name__}:%s"\nstate_file = "states/first.json"\n'
SECOND = f'[[strategies]]\nuse = "{__name__}:Counting"\nname = "second"\nstate_file = "states/second.json"\n'


class Counting(Strategy):
    """Counts trades over all its runs."""

    count = 0

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self.calls: list[str] = []

    def load(self, state: Mapping[str, Any]) -> None:
        self.calls.append("load")
        self.count = state["count"]

    def on_start(self) -> None:
        self.calls.append("on_start")

    def on_trade(self, trade: Trade) -> None:
        self.count += 1

    def on_stop(self) -> None:
        self.calls.append("on_stop")

    def save(self) -> Mapping[str, Any]:
        self.calls.append("save")
        return {"count": self.count}


class Unsaved(Counting):
    """Cannot say what it wants to keep."""

    def save(self) -> Mapping[str, Any]:
        raise ValueError("I forgot\nwhat it was")


class Unwritable(Counting):
    """Wants to keep what JSON cannot hold."""

    def save(self) -> Mapping[str, Any]:
        return {"money": Decimal(1)}


class Exiting(Counting):
    """Leaves when it is asked."""

    def save(self) -> Mapping[str, Any]:
        raise SystemExit(4)

    def load(self, state: Mapping[str, Any]) -> None:
        raise SystemExit(4)


def two_trades(script, _) -> None:
    script.trade(0).turn().trade(100)


@pytest.fixture
def states(tmp_path: Path) -> Path:
    """Where the states are."""
    return tmp_path / "states"


def test_a_state_goes_round_from_one_run_to_the_next(nodes, states, read_json) -> None:
    first = nodes.run(TOML % "Counting", two_trades)
    assert first.strategy.calls == ["on_start", "on_stop", "save"]
    assert read_json(states / "first.json") == {"count": 2}
    second = nodes.run(TOML % "Counting", two_trades)
    assert second.strategy.calls == ["load", "on_start", "on_stop", "save"]
    assert read_json(states / "first.json") == {"count": 4}
    assert [path.name for path in states.iterdir()] == ["first.json"]


@pytest.mark.parametrize(
    ("strategy", "content", "told"),
    [
        ("Counting", "{count", r"JSONDecodeError: .*"),
        ("Counting", "", r"JSONDecodeError: .*"),
        ("Counting", "\xff", r"UnicodeDecodeError: .*"),
        ("Counting", "[1]", r"it holds no JSON object"),
        ("Counting", "{}", r"KeyError: 'count'"),
        ("Exiting", "{}", r"SystemExit: 4"),
    ],
)
def test_a_state_that_cannot_be_loaded_stops_the_start(strategy, content, told, nodes, states) -> None:
    states.mkdir()
    file = states / "first.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(
        StrategyError,
        match=rf"^strategy {strategy}: the state in .*first\.json cannot be loaded: {told}; "
        r"remove the file to start without it$",
    ):
        nodes.run(TOML % strategy, two_trades)
    assert file.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize("content", ["{count", "[1]", "\xff"])
def test_a_state_that_cannot_be_read_is_found_without_a_run(content, nodes, states) -> None:
    states.mkdir()
    (states / "first.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(StrategyError, match=r"first\.json cannot be loaded: .*; remove the file to start"):
        nodes.compose(TOML % "Counting")


def test_a_state_is_not_loaded_before_the_run(nodes, states) -> None:
    states.mkdir()
    (states / "first.json").write_text('{"count": 7}', encoding="utf-8")
    (running,) = nodes.compose(TOML % "Counting").strategies
    assert (running.strategy.calls, running.strategy.count) == ([], 0)


@pytest.mark.parametrize("is_folder", [True, False], ids=["folder", "in-a-file"])
def test_a_state_file_that_can_be_none_is_refused(is_folder, nodes, states) -> None:
    (states / "first.json").mkdir(parents=True) if is_folder else states.touch()
    why = "Is a directory" if is_folder else "Not a directory"
    with pytest.raises(StrategyError) as refusal:
        nodes.compose(TOML % "Counting")
    assert str(refusal.value) == (
        f"strategy Counting: the state in {states}/first.json cannot be loaded: {why}; "
        "set state_file to another file"
    )


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        ("Unsaved", r"ValueError: I forgot what it was \(.*test_state\.py:\d+\)"),
        ("Unwritable", r"TypeError: Object of type Decimal is not JSON serializable.*"),
        ("Exiting", r"SystemExit: 4 \(.*test_state\.py:\d+\)"),
    ],
)
def test_a_state_that_cannot_be_saved_is_a_fault_and_loses_nothing_else(
    strategy, told, nodes, states, read_json
) -> None:
    ran = nodes.run(TOML % strategy + SECOND, two_trades)
    (fault,) = ran.result.faults
    assert (fault.strategy, fault.callback) == (strategy, "save")

    assert re.fullmatch(rf"strategy {strategy}: its state was not saved: {told}", str(fault))
    assert ran.result.trades == 2
    assert read_json(states / "second.json") == {"count": 2}
    assert [path.name for path in states.iterdir()] == ["second.json"]


def test_the_old_state_stays_where_the_new_one_cannot_be_saved(nodes, states, read_json) -> None:
    nodes.run(TOML % "Counting", two_trades)
    nodes.run(TOML % "Unsaved", two_trades)
    assert read_json(states / "first.json") == {"count": 2}


def test_a_place_that_cannot_be_written_is_a_fault(nodes, states) -> None:
    ran = nodes.run(TOML % "Counting", lambda script, _: script.trade(0).then(states.touch))
    (fault,) = ran.result.faults
    assert "its state was not saved: " in str(fault)
    assert "FileExistsError" in fault.error


def test_without_a_file_nothing_is_saved(nodes, tmp_path) -> None:
    ran = nodes.run(f'[[strategies]]\nuse = "{__name__}:Counting"\n', two_trades)
    assert ran.strategy.calls == ["on_start", "on_stop"]
    assert [path.name for path in tmp_path.iterdir()] == ["node.toml"]
