"""A recording that the emulator replays to a node: the adapter's book is the one that a backtest builds."""

import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import pytest
from alphaforge import Strategy
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings
from alphaforge_testkit.live import Probe, running_node

pytestmark = pytest.mark.anyio

Levels: TypeAlias = list[tuple[Decimal, Decimal]]
BEFORE_THE_CAPTURE_NS = 1_722_470_400_000_000_000
"""2024-08-01."""
EVERY = 50
"""At each 50th update of the book all its levels are compared."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Books(Strategy[Any]):
    """Keeps all levels of some books of a backtest, and of the last one, by their sequence."""

    at: ClassVar[dict[int, tuple[Levels, Levels]]] = {}

    def on_start(self) -> None:
        Books.at, self.seen = {}, 0

    def on_book(self, book: Any) -> None:
        self.seen += 1
        if self.seen % EVERY == 0:
            Books.at[book.sequence] = levels_of(book)

    def on_stop(self) -> None:
        book = self.book()
        Books.at[book.sequence] = levels_of(book)


class LiveBooks(Probe):
    """Keeps the same books of a node."""

    def on_start(self) -> None:
        super().on_start()
        self.at: dict[int, tuple[Levels, Levels]] = {}

    def on_book(self, book: Any) -> None:
        super().on_book(book)
        if book.sequence in Books.at:
            self.at[book.sequence] = levels_of(book)


def levels_of(book: Any) -> tuple[Levels, Levels]:
    return book.bids_decimal(5_000), book.asks_decimal(5_000)


@pytest.fixture
def recorded_books(capture_with_snapshot: Path, monkeypatch) -> dict[int, tuple[Levels, Levels]]:
    """All levels that a backtest sees, by the book's sequence."""
    monkeypatch.setitem(sys.modules, "books", sys.modules[__name__])
    run_backtest(BacktestSettings(strategy="books:Books", data=[capture_with_snapshot]), Registry.installed())
    return Books.at


async def test_the_adapters_book_of_a_replay_is_that_of_a_backtest(
    capture_with_snapshot: Path, recorded_books: dict[int, tuple[Levels, Levels]], tmp_path: Path
) -> None:
    async with BinanceEmulator(
        BinanceSettings(recording=capture_with_snapshot, recording_speed=100)
    ) as exchange:
        # The market of 2024 is shown as of then, or all of it would be years late.
        exchange.clock.offset_ns = BEFORE_THE_CAPTURE_NS - time.time_ns()
        config = {
            "node": {"data_dir": str(tmp_path)},
            "venues": {
                "binance": {
                    "instruments": ["BTCUSDT"],
                    "base_url": exchange.url,
                    "ws_url": exchange.ws_url,
                    "ws_api_url": exchange.ws_api_url,
                    "depth_limit": 5_000,
                }
            },
        }
        async with running_node(config, strategy=LiveBooks) as node:
            await node.until(lambda: max(recorded_books) in node.probe.at, within_s=60)
            assert node.alerts == []
    assert len(node.probe.at) > 60
    for sequence, sides in node.probe.at.items():
        assert sides == recorded_books[sequence], f"after update {sequence}"
