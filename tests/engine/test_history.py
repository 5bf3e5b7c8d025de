"""Bars from before the run: how they are asked for, what comes of them, and how they join what follows."""

import logging
from pathlib import Path

import pytest
from alphaforge import Bar, Strategy, StrategyParams
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import ConfigError
from alphaforge_testkit.recordings import write_recording

START_NS = 1_767_225_600_000_000_000
SECOND_MS = 1_000
TOML = f'[[strategies]]\nuse = "{__name__}:%s"\n'
BARS = "[strategies.params]\nbars = %s\n"


class Params(StrategyParams):
    """Which bars, and how many from before."""

    bars: dict[str, int]


class Keeper(Strategy[Params]):
    """Keeps the bars that it is given, and what it sees of each kind when it is given the first."""

    def on_start(self) -> None:
        self.before: list[tuple[str, int, float, int]] = []
        self.given: list[tuple[str, int, float, int]] = []
        self.seen: dict[str, int] | None = None
        for spec, history in self.params.bars.items():
            self.subscribe_bars(spec, history=history)

    def note(self) -> None:
        self.seen = self.seen or {spec: len(self.bars(spec)) for spec in self.params.bars}

    def on_history_bar(self, bar: Bar) -> None:
        self.note()
        self.before.append(told(bar))

    def on_bar(self, bar: Bar) -> None:
        self.note()
        self.given.append(told(bar))


class Quiet(Strategy):
    """Sees bars, and asks for none from before."""

    def on_start(self) -> None:
        self.subscribe_bars("1s")
        self.counts: list[int] = []

    def on_bar(self, bar: Bar) -> None:
        self.counts.append(len(self.bars("1s")))


class Late(Strategy):
    """Asks for history when it is too late."""

    def on_start(self) -> None:
        self.subscribe_bars("1s", history=2)

    def on_history_bar(self, bar: Bar) -> None:
        self.subscribe_bars("5s", history=1)

    def on_bar(self, bar: Bar) -> None:
        """Nothing."""


class Greedy(Strategy):
    """Asks for more than there can be."""

    def on_start(self) -> None:
        self.subscribe_bars("1s", history=100_001)


def told(bar: Bar) -> tuple[str, int, float, int]:
    """Its name, its beginning in seconds after the start, its volume, and how many trades it holds."""
    return bar.spec, (bar.ts_open - START_NS) // 1_000_000_000, bar.volume, bar.trade_count


def keeper(bars: str) -> str:
    return TOML % "Keeper" + BARS % bars


def every_half_second(script, first: float, until: float):
    """Trades of 1, two in each second."""
    ms = first
    while ms < until:
        script.trade(ms)
        ms += SECOND_MS / 2
    return script


def test_bars_from_before_come_first_by_their_end_and_the_open_one_goes_on(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 4_500).before()
        every_half_second(script, 4_500, 7_000)

    strategy = nodes.run(keeper('{ "1s" = 3, "2s" = 2, "3t" = 2 }'), write).strategy
    assert strategy.before == [
        ("1s", 1, 2, 2), ("2s", 0, 4, 4), ("3t", 1, 3, 3), ("1s", 2, 2, 2),
        ("1s", 3, 2, 2), ("2s", 2, 4, 4), ("3t", 3, 3, 3),
    ]  # fmt: skip
    assert strategy.seen == {"1s": 3, "2s": 2, "3t": 2}
    assert strategy.given == [("1s", 4, 2, 2), ("3t", 4, 3, 3), ("1s", 5, 2, 2), ("2s", 4, 4, 4)]


def test_a_trade_that_history_and_run_both_hold_counts_once(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 2_500).before().missed(-1)
        every_half_second(script, 2_000, 4_000)

    strategy = nodes.run(keeper('{ "1s" = 9 }'), write).strategy
    assert strategy.before == [("1s", 0, 2, 2), ("1s", 1, 2, 2)]
    assert strategy.given == [("1s", 2, 2, 2)]


def test_nothing_is_history_that_came_after_the_first_event(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 60_000).before()
        script.quote(1_250)

    strategy = nodes.run(keeper('{ "1s" = 9 }'), write).strategy
    assert strategy.before == [("1s", 0, 2, 2)]
    assert strategy.given == []


def test_a_gap_is_told_and_the_bars_that_touch_it_are_left_out(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 2_500).before().missed(7)
        script.quote(5_000)
        every_half_second(script, 5_500, 9_000)

    ran = nodes.run(keeper('{ "1s" = 9, "10s" = 0, "2t" = 9, "4t" = 9 }'), write)
    assert ran.strategy.before == [
        ("2t", 0, 2, 2), ("1s", 0, 2, 2), ("2t", 1, 2, 2), ("4t", 0, 4, 4), ("1s", 1, 2, 2),
    ]  # fmt: skip
    ones = [bar for bar in ran.strategy.given if bar[0] == "1s"]
    assert ones == [("1s", 6, 2, 2), ("1s", 7, 2, 2)]
    assert [bar for bar in ran.strategy.given if bar[0] == "4t"] == [("4t", 5, 4, 4)]
    (warning,) = [text for text in ran.result.warnings if "not known" in text]
    assert warning == (
        "SIM:BTCUSDT: trades between 2026-01-01 00:00:02.000 and 2026-01-01 00:00:05.500 are not known: the "
        "last of the history is 5, the first of the run 13; bars that they belong to were left out"
    )


def test_a_bar_that_waits_for_the_run_closes_with_its_first_trade(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 2_500).before()
        script.quote(5_000).trade(9_000)

    ran = nodes.run(keeper('{ "1s" = 9 }'), write)
    assert ran.strategy.given == [("1s", 2, 1, 1)]
    assert not any("not known" in text for text in ran.result.warnings)


def test_bars_of_the_venue_join_by_their_times(nodes) -> None:
    def write(script, _) -> None:
        script.venue_bar(1_000).venue_bar(2_000).venue_bar(3_000).before()
        script.quote(3_000).venue_bar(3_100, 1_000).venue_bar(4_000).venue_bar(5_000).venue_bar(6_000)

    ran = nodes.run(keeper('{ "1s@venue" = 9, "2s of 1s@venue" = 9 }'), write)
    assert [bar[:2] for bar in ran.strategy.before] == [
        ("1s@venue", 0), ("1s@venue", 1), ("2s of 1s@venue", 0), ("1s@venue", 2),
    ]  # fmt: skip
    assert [bar[:2] for bar in ran.strategy.given] == [
        ("1s@venue", 3), ("2s of 1s@venue", 2), ("1s@venue", 4), ("1s@venue", 5), ("2s of 1s@venue", 4),
    ]  # fmt: skip


def test_missing_bars_of_the_venue_are_told_and_the_larger_bar_is_left_out(nodes) -> None:
    def write(script, _) -> None:
        script.venue_bar(1_000).venue_bar(2_000).venue_bar(3_000).before()
        script.quote(3_000).venue_bar(6_000).venue_bar(7_000).venue_bar(8_000)

    ran = nodes.run(keeper('{ "2s of 1s@venue" = 9 }'), write)
    assert [bar[:2] for bar in ran.strategy.before] == [("2s of 1s@venue", 0)]
    assert [bar[:2] for bar in ran.strategy.given] == [("2s of 1s@venue", 6)]
    (warning,) = [text for text in ran.result.warnings if "not known" in text]
    assert warning.startswith(
        "SIM:BTCUSDT: bars 2s of 1s@venue between 2026-01-01 00:00:03.000 and 2026-01-01 00:00:05"
    )


def test_too_little_history_is_told(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 2_500).before()
        every_half_second(script, 2_500, 4_000)

    ran = nodes.run(keeper('{ "1s" = 200 }'), write)
    assert (
        "strategy Keeper asked for 200 bars 1s of SIM:BTCUSDT from before the run, and 2 are there: give "
        "recordings that reach further back (feed.history)"
    ) in ran.result.warnings
    assert len(ran.strategy.before) == 2


def test_a_strategy_sees_no_history_that_another_has_asked_for(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 4_500).before()
        every_half_second(script, 4_500, 7_000)

    for both in (TOML % "Quiet" + keeper('{ "1s" = 3 }'), keeper('{ "1s" = 3 }') + TOML % "Quiet"):
        ran = nodes.run(both, write)
        (quiet,) = [one.strategy for one in ran.parts.strategies if one.name == "Quiet"]
        assert quiet.counts == [1, 2]


def test_history_is_asked_for_in_on_start_and_within_bounds(nodes) -> None:
    def write(script, _) -> None:
        every_half_second(script, 0, 4_500).before()
        every_half_second(script, 4_500, 7_000)

    (fault,) = nodes.run(TOML % "Late", write).result.faults
    assert "SetupError: history: the run has begun, ask for bars from before it in on_start" in str(fault)
    (fault,) = nodes.run(TOML % "Greedy", write).result.faults
    assert 'history "100001": a number of bars from 0 to 100000' in str(fault)


def test_history_that_nobody_can_use_is_told_or_refused(nodes, caplog) -> None:
    with pytest.raises(ConfigError, match=r"feed\.history is set but feed\.source is 'simulated'"):
        nodes.compose('[feed]\nhistory = ["a"]\n' + TOML % "Quiet")
    caplog.set_level(logging.WARNING)
    strategy = nodes.run(keeper('{ "1s" = 0 }'), lambda script, _: script.trade(0))
    assert any(
        "defines on_history_bar and has asked for no history" in text for text in strategy.result.warnings
    )


def recorded(path: Path, numbers: range) -> Path:
    """A recording of Binance with a trade each half second."""

    def frame(number: int) -> tuple[int, str]:
        time = START_NS + number * 500_000_000
        data = f'"E": {time // 10**6}, "s": "BTCUSDT", "t": {number}, "T": {time // 10**6}'
        return (
            time,
            f'{{"e": "trade", {data}, "p": "50000.1{number % 10}", "q": "1.0", "m": true, "M": true}}',
        )

    return write_recording(path, map(frame, numbers))


def test_recordings_of_history_are_read_where_a_strategy_asks(tmp_path: Path) -> None:
    parts = [recorded(tmp_path / "one.jsonl", range(9)), recorded(tmp_path / "two.jsonl", range(7, 15))]
    data = recorded(tmp_path / "three.jsonl", range(15, 40))

    def result(use: str, bars: dict[str, int]):
        params = {"bars": bars} if bars else {}
        return run_backtest(
            BacktestSettings(f"{__name__}:{use}", [data], history=parts, params=params), Registry.installed()
        )

    assert not any("from before the run" in text for text in result("Keeper", {"1s": 7}).warnings)
    assert any("asked for 8 bars 1s" in text for text in result("Keeper", {"1s": 8}).warnings)
    unused = "feed.history is set, and no strategy asks for bars from before the run"
    assert unused in result("Quiet", {}).warnings
