"""A real recording as the history of another, of its own rest, and of itself: no gap, no overlap."""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alphaforge import Bar, Strategy, StrategyParams
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge_binance.recording import BinanceRecording
from alphaforge_rs import EventBatch, InstrumentTable, Runtime

MINUTE_NS = 60_000_000_000
SPECS = ("1s", "1m", "5m", "1h of 1m", "1d@Europe/Zurich", "100t", "2.5v", "100000n")
Row = tuple[Any, ...]


class Params(StrategyParams):
    """How many bars from before."""

    history: int


class Keeper(Strategy[Params]):
    """Keeps all bars, by their name."""

    before: dict[str, list[Row]]
    given: dict[str, list[Row]]

    def on_start(self) -> None:
        Keeper.before, Keeper.given = defaultdict(list), defaultdict(list)
        for spec in SPECS:
            self.subscribe_bars(spec, history=self.params.history)

    def on_history_bar(self, bar: Bar) -> None:
        self.before[bar.spec].append(told(bar))

    def on_bar(self, bar: Bar) -> None:
        self.given[bar.spec].append(told(bar))


def told(bar: Bar) -> Row:
    prices = (bar.open_decimal, bar.high_decimal, bar.low_decimal, bar.close_decimal)
    return (bar.ts_open, bar.ts_close, *prices, bar.volume_decimal, bar.trade_count)


def run(data: list[Path], history: list[Path], bars: int) -> RunResult:
    sys.modules.setdefault("captured_history", sys.modules[__name__])
    settings = BacktestSettings("captured_history:Keeper", data, history=history, params={"history": bars})
    return run_backtest(settings, Registry.installed())


def not_known(result: RunResult) -> list[str]:
    return [text for text in result.warnings if "not known" in text]


def test_a_capture_is_the_history_of_the_next(
    capture_with_snapshot: Path, capture_without_snapshot: Path
) -> None:
    run([capture_with_snapshot, capture_without_snapshot], [], 0)
    whole = Keeper.given
    result = run([capture_without_snapshot], [capture_with_snapshot], 100_000)
    assert not_known(result) == []
    for spec in SPECS:
        assert Keeper.before[spec] + Keeper.given[spec] == whole[spec], spec
    # The recordings touch within a minute, whose bar holds the trades of both.
    assert Keeper.given["1m"][0][0] < Keeper.given["1s"][0][0]
    assert len(Keeper.before["1m"]) >= 4


def test_a_capture_is_no_history_of_itself(capture_with_snapshot: Path) -> None:
    run([capture_with_snapshot], [], 0)
    whole = Keeper.given
    run([capture_with_snapshot], [capture_with_snapshot], 10)
    assert (Keeper.given, Keeper.before) == (whole, {})


class Parts:
    """A capture in memory, of which parts can be had."""

    def __init__(self, path: Path) -> None:
        recording = BinanceRecording(path)
        self.table = InstrumentTable(recording.instruments)
        self._batches = list(recording.batches(self.table))
        self.whole, _ = self.bars(EventBatch(self.table), self.batch())

    def batch(self) -> EventBatch:
        """All events, to take parts out of."""
        return EventBatch.merged(self._batches)

    def bars(self, history: EventBatch, following: EventBatch) -> tuple[dict[str, list[Row]], int]:
        """All bars of a history and what follows it, and how many gaps were told."""
        runtime = Runtime("main", 1, self.table, raise_fault)
        runtime.add_external_venue("BINANCE", highest_fee=0)
        runtime.add_instruments()
        found: dict[str, list[Row]] = defaultdict(list)

        def keep(bar: Bar) -> None:
            found[bar.spec].append(told(bar))

        port = runtime.add_strategy("keeper", {"on_bar": keep, "on_history_bar": keep})
        for spec in SPECS:
            port.subscribe_bars(self.table.instruments[0], spec, 100_000)
        runtime.take_history(history)
        runtime.start()
        runtime.run(following)
        return found, len(runtime.history_gaps())


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    raise AssertionError(f"{strategy}.{callback} raised") from error


@pytest.fixture(scope="module")
def parts(capture_with_snapshot: Path) -> Parts:
    return Parts(capture_with_snapshot)


def cuts() -> Iterator[tuple[float, float]]:
    """Where the history ends and where what follows begins, as shares of the capture."""
    chance = random.Random(8)
    yield 1.0, 0.0
    for _ in range(4):
        end = chance.random()
        yield end, end
        yield end, end * chance.random()


@pytest.mark.parametrize(("end", "beginning"), list(cuts()))
def test_a_capture_is_the_history_of_its_rest(parts: Parts, end: float, beginning: float) -> None:
    following = parts.batch()
    first, last = following.first_ts, following.last_ts
    assert first is not None
    assert last is not None
    history = parts.batch().take_until(round(first + (last - first) * end))
    skipped = following.take_until(round(first + (last - first) * beginning))
    assert len(skipped) <= len(history)
    assert parts.bars(history, following) == (parts.whole, 0)


def test_a_capture_without_a_piece_has_a_gap(parts: Parts) -> None:
    following, whole = parts.batch(), parts.whole
    history_end = (following.first_ts or 0) + 2 * MINUTE_NS
    history = parts.batch().take_until(history_end)
    following.take_until(history_end + 10_000_000_000)
    found, gaps = parts.bars(history, following)
    assert gaps == 1
    missing = [bar for bar in whole["1m"] if bar not in found["1m"]]
    assert [bar for bar in found["1m"] if bar not in whole["1m"]] == []
    assert len(missing) == 1
    assert len(found["1s"]) in range(len(whole["1s"]) - 13, len(whole["1s"]) - 9)
