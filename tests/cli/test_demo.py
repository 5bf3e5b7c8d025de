"""`demo` without a terminal; tests/console has its live console, and that a seed gives one result."""

import json


def test_for_people_it_says_what_happened_and_what_comes_next(alphaforge) -> None:
    outcome = alphaforge("demo", "--seconds", "5")
    assert outcome.code == 0
    assert "result hash" in outcome.out
    assert "Two strategies have traded" in outcome.out
    assert "alphaforge backtest examples/ema_cross.py --data RECORDING" in outcome.out
    assert outcome.err == "warning: the market is simulated, with seed 1\n"


def test_without_a_terminal_it_runs_as_fast_as_it_goes(alphaforge) -> None:
    outcome = alphaforge("demo", "--seconds", "3600", "--json")
    assert (outcome.code, outcome.err) == (0, "warning: the market is simulated, with seed 1\n")
    result = json.loads(outcome.out)
    assert result["fills"] > 0
    assert result["wall_s"] < 60
    assert result["faults"] == []


def test_its_speed_is_checked(alphaforge) -> None:
    outcome = alphaforge("demo", "--speed", "0")
    assert outcome.code == 2
    assert "--speed" in outcome.err
