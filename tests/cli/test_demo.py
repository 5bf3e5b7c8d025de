"""`demo` without a terminal; tests/console has its live console, and that a seed gives one result."""

import json


def test_for_people_it_says_what_happened_and_what_comes_next(alphaforge, tmp_path) -> None:
    outcome = alphaforge("demo", "--seconds", "5", cwd=tmp_path)
    assert outcome.code == 0
    assert "result hash" in outcome.out
    assert "Two strategies have traded" in outcome.out
    assert "alphaforge backtest examples/ema_cross.py --data RECORDING" in outcome.out
    assert outcome.err == "warning: the market is simulated, with seed 1\n"
    page = tmp_path / "alphaforge-demo.html"
    assert f"The report of this run, for a browser: {page}" in outcome.out
    assert "market-maker, trend-taker: AlphaForge report" in page.read_text(encoding="utf-8")


def test_the_report_is_where_it_is_wanted_or_nowhere(alphaforge, tmp_path) -> None:
    named = tmp_path / "new" / "page.html"
    assert alphaforge("demo", "--seconds", "2", "--json", "--report", named, cwd=tmp_path).json["fills"] >= 0
    assert named.stat().st_size > 1_000_000
    for options in (["--no-report"], ["--json"]):
        assert alphaforge("demo", "--seconds", "2", *options, cwd=tmp_path).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


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
