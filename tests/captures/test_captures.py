"""A real recording through the whole engine: the book it builds, what strategies are told, the result."""

import json
import subprocess
import sys
from bisect import bisect_right
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from alphaforge import Book, FeedStatus, Quote, Strategy, Trade
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry

COMMAND = Path(sys.executable).with_name("alphaforge")
EXAMPLE = Path(__file__).parents[2] / "examples" / "ema_cross.py"


class Watcher(Strategy):
    """Remembers the tops of book, the quotes, and what it was told of the feed, in order."""

    tops: list[tuple[int, Decimal, Decimal]]
    quotes: list[tuple[int, Decimal, Decimal]]
    told: list[str]

    def on_start(self) -> None:
        Watcher.tops, Watcher.quotes, Watcher.told = [], [], []

    def on_feed_status(self, status: FeedStatus) -> None:
        self.told.append(f"{status.state}: {status.reason}")

    def on_book(self, book: Book) -> None:
        self.told.append("book")
        sequence = book.sequence
        assert sequence is not None
        self.tops.append((sequence, book.bids_decimal(1)[0][0], book.asks_decimal(1)[0][0]))

    def on_quote(self, quote: Quote) -> None:
        assert quote.sequence is not None
        self.quotes.append((quote.sequence, quote.bid_decimal, quote.ask_decimal))


class TradesOnTrades(Strategy):
    """Buys and sells in turn, every 500 trades, whatever the book is."""

    def on_start(self) -> None:
        self.count = 0

    def on_trade(self, trade: Trade) -> None:
        self.count += 1
        if self.count % 1000 == 500:
            self.buy("0.001", allow_stale=True)
        elif self.count % 1000 == 0:
            self.close(allow_stale=True)


def run(strategy: type[Strategy[Any]], *paths: Path) -> Any:
    """Backtest a strategy of this file, as a strategy file would be."""
    module = sys.modules[strategy.__module__]
    sys.modules.setdefault("captured_strategies", module)
    settings = BacktestSettings(strategy=f"captured_strategies:{strategy.__name__}", data=paths)
    return run_backtest(settings, Registry.installed())


def backtest(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "backtest", EXAMPLE, "--data", path, "--json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def watched(capture_with_snapshot: Path) -> Any:
    return run(Watcher, capture_with_snapshot)


def test_every_frame_is_an_event(watched: Any) -> None:
    assert (watched.trades, watched.quotes, watched.book_updates) == (9_757, 28_040, 3_451 + 1)
    assert watched.events == 9_757 + 28_040 + 3_452


def test_the_book_has_no_gap_and_never_crosses(watched: Any) -> None:
    assert (watched.gaps, watched.crossed) == (0, 0)


def test_the_book_equals_the_venues_own_best_bid_and_ask(watched: Any) -> None:
    quotes = sorted(Watcher.quotes)
    sequences = [sequence for sequence, _, _ in quotes]
    compared = 0
    for sequence, bid, ask in Watcher.tops:
        last = bisect_right(sequences, sequence) - 1
        if last >= 0:
            assert (bid, ask) == quotes[last][1:], f"after update {sequence}"
            compared += 1
    # Two of the 3,451 depth messages end before the snapshot does.
    assert len(Watcher.tops) == compared == 3_449


def test_a_book_strategy_is_told_stale_before_it_sees_a_book(watched: Any) -> None:
    assert Watcher.told[:3] == ["stale: no snapshot yet", "synced: None", "book"]
    assert set(Watcher.told[3:]) == {"book"}


def test_without_a_snapshot_the_book_stays_stale(capture_without_snapshot: Path) -> None:
    result = run(Watcher, capture_without_snapshot)
    assert Watcher.told == ["stale: no snapshot yet"]
    assert Watcher.tops == []
    assert len(Watcher.quotes) == 45_134
    assert any("the book is stale at the end: no snapshot yet" in text for text in result.warnings)


def test_without_a_snapshot_others_trade(capture_without_snapshot: Path) -> None:
    result = run(TradesOnTrades, capture_without_snapshot)
    assert result.fills >= 20


class TradesBlindly(Strategy):
    """Buys at the market on every thousandth trade, and asks for nothing."""

    told: ClassVar[set[tuple[str | None, str | None]]] = set()

    def on_start(self) -> None:
        self.count = 0

    def on_trade(self, trade: Trade) -> None:
        self.count += 1
        if self.count % 1000 == 0:
            handle = self.buy("0.001")
            self.told.add((handle.code, (handle.reason or "").split(", last")[0]))


def test_without_a_snapshot_an_order_is_denied_and_told_why(capture_without_snapshot: Path) -> None:
    assert run(TradesBlindly, capture_without_snapshot).fills == 0
    why = "the market is stale (its book waits for a snapshot; a recording of changes alone has none)"
    assert TradesBlindly.told == {("market_data", why)}


def test_the_command_gives_integers_and_warns_of_the_stale_book(capture_without_snapshot: Path) -> None:
    done = backtest(capture_without_snapshot)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    for key in ("events", "trades", "quotes", "book_updates", "gaps", "crossed", "orders", "fills"):
        assert type(result[key]) is int, key
    assert "book is stale" in done.stderr


def test_the_same_backtest_twice_and_the_same_run_give_one_hash(
    capture_with_snapshot: Path, tmp_path: Path
) -> None:
    first, second = backtest(capture_with_snapshot), backtest(capture_with_snapshot)
    config = tmp_path / "node.toml"
    config.write_text(
        f"""
        [feed]
        source = "recorded"
        files = ["{capture_with_snapshot}"]
        [[strategies]]
        use = "{EXAMPLE}"
        """
    )
    node = subprocess.run([COMMAND, "run", config, "--json"], capture_output=True, text=True, check=False)
    hashes = {json.loads(done.stdout)["result_hash"] for done in (first, second, node)}
    assert len(hashes) == 1
    assert json.loads(first.stdout)["fills"] > 0


def test_the_second_capture_continues_the_first(
    capture_with_snapshot: Path, capture_without_snapshot: Path
) -> None:
    result = run(Watcher, capture_without_snapshot, capture_with_snapshot)
    assert result.events == 41_249 + 58_325
    # The files were given in the wrong order; by time the second begins where the first ends, so
    # that its book is in sync without a snapshot of its own.
    assert (result.gaps, result.crossed) == (0, 0)
    assert len(Watcher.tops) == 3_449 + 3_044


@pytest.mark.parametrize("example", ["market_maker", "order_book_imbalance", "grid"])
def test_the_examples_trade_the_capture(example: str, capture_with_snapshot: Path) -> None:
    settings = BacktestSettings(
        strategy=str(EXAMPLE.with_name(f"{example}.py")), data=[capture_with_snapshot]
    )
    result = run_backtest(settings, Registry.installed())
    assert (result.faults, result.fills > 0) == ([], True)


def test_the_capture_as_parquet_gives_the_same_backtest(capture_with_snapshot: Path, tmp_path: Path) -> None:
    converted = tmp_path / "capture.parquet"
    command = [COMMAND, "data", "convert", capture_with_snapshot, converted]
    subprocess.run(command, capture_output=True, check=True)
    results = [json.loads(backtest(path).stdout) for path in (capture_with_snapshot, converted)]
    hashes = {result["result_hash"] for result in results}
    assert hashes == {"1119aed916d5f3db120d07c3030a9d69dbc6a2df7b7f6eee60aaa8e73d94baf0"}
    assert results[0]["events"] == results[1]["events"] == 41_249
