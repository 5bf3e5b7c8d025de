"""The book of a recording, rebuilt from its snapshot and diffs, against the venue's own best bid and ask.

The recording is of a small venue that this file plays: it changes a level at a time, says the best bid
and ask of each change at once (bookTicker), and its depth stream gathers a few changes to a message.
"""

import json
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge import Book, Quote, Strategy
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry

Frames = list[tuple[int, str]]
Top = tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]

START_MS = 1_723_161_255_000
MESSAGES = 300
SNAPSHOT_AFTER = 5
"""Depth messages that were recorded before the snapshot was asked for."""


class Watcher(Strategy):
    """Remembers the top of every book with the quote that came last before it."""

    seen: list[tuple[int | None, Top, Quote]]

    def on_start(self) -> None:
        Watcher.seen = []

    def on_quote(self, quote: Quote) -> None:
        self.last = quote

    def on_book(self, book: Book) -> None:
        ((bid,), (ask,)) = book.bids_decimal(1), book.asks_decimal(1)
        Watcher.seen.append((book.sequence, (bid, ask), self.last))


class SmallVenue:
    """Levels in ticks of 0.01 and lots of 0.001."""

    def __init__(self) -> None:
        self.update = 1_000
        self.bids = dict.fromkeys(range(5_990, 6_000), 1_000)
        self.asks = dict.fromkeys(range(6_001, 6_011), 1_000)
        self._random = random.Random(7)

    def change(self) -> dict[str, tuple[str, str]]:
        """Set or remove one level, never crossing; gives it by its side."""
        self.update += 1
        buys = self._random.random() < 0.5
        levels = self.bids if buys else self.asks
        if buys:
            price = min(self.asks) - self._random.randint(1, 8)
        else:
            price = max(self.bids) + self._random.randint(1, 8)
        levels[price] = self._random.choice([0, self._random.randint(1, 5_000)])
        if not any(levels.values()):
            levels[price] = 1
        level = text(price, levels[price])
        if not levels[price]:
            del levels[price]
        return {"b" if buys else "a": level}

    def ticker(self) -> str:
        bid, ask = max(self.bids), min(self.asks)
        (b, bid_size), (a, ask_size) = text(bid, self.bids[bid]), text(ask, self.asks[ask])
        data = {"u": self.update, "s": "BTCUSDT", "b": b, "B": bid_size, "a": a, "A": ask_size}
        return json.dumps({"stream": "btcusdt@bookTicker", "data": data})

    def snapshot(self) -> str:
        bids = [text(*level) for level in sorted(self.bids.items(), reverse=True)]
        asks = [text(*level) for level in sorted(self.asks.items())]
        return json.dumps({"lastUpdateId": self.update, "bids": bids, "asks": asks})

    def trade(self, time_ms: int) -> str:
        price, quantity = text(max(self.bids), 1)
        data = {"e": "trade", "E": time_ms, "s": "BTCUSDT", "t": self.update, "p": price, "q": quantity}
        return json.dumps({"stream": "btcusdt@trade", "data": {**data, "T": time_ms, "m": True, "M": True}})


def text(price: int, quantity: int) -> tuple[str, str]:
    """A level as Binance writes it, padded to eight decimals."""
    return f"{Decimal(price) / 100:.8f}", f"{Decimal(quantity) / 1000:.8f}"


def messages() -> Iterator[list[str]]:
    """The frames of each depth message: its tickers, sometimes the snapshot, itself, a trade."""
    venue = SmallVenue()
    for number in range(MESSAGES):
        first, time_ms = venue.update + 1, START_MS + number
        frames = []
        changed: dict[str, dict[str, str]] = {"b": {}, "a": {}}
        for turn in range(4):
            for side, (price, quantity) in venue.change().items():
                changed[side][price] = quantity
            frames.append(venue.ticker())
            if number == SNAPSHOT_AFTER and turn == 1:
                # In the middle of a message: the first that counts begins before the snapshot's end.
                frames.append(venue.snapshot())
        diff = {"e": "depthUpdate", "E": time_ms, "s": "BTCUSDT", "U": first, "u": venue.update}
        diff |= {side: list(levels.items()) for side, levels in changed.items()}
        frames.append(json.dumps({"stream": "btcusdt@depth@100ms", "data": diff}))
        yield [*frames, venue.trade(time_ms)]


def timed(frames: list[str]) -> Frames:
    return [(START_MS * 1_000_000 + number * 250_000, frame) for number, frame in enumerate(frames)]


@pytest.fixture
def watched(recording: Callable[[Frames], Path]) -> Callable[[list[str]], Any]:
    """`watched(frames)` backtests the watcher over them."""

    def run(frames: list[str]) -> Any:
        settings = BacktestSettings(strategy=f"{__name__}:Watcher", data=[recording(timed(frames))])
        return run_backtest(settings, Registry.installed())

    return run


def test_the_book_equals_the_last_book_ticker_after_each_depth_message(watched: Callable[..., Any]) -> None:
    result = watched([frame for message in messages() for frame in message])
    assert (result.gaps, result.crossed) == (0, 0)
    assert (result.quotes, result.trades, result.book_updates) == (4 * MESSAGES, MESSAGES, MESSAGES + 1)
    # The snapshot itself is a book, and so is every message from the one it fell into.
    assert len(Watcher.seen) == MESSAGES - SNAPSHOT_AFTER + 1
    for sequence, top, quote in Watcher.seen:
        best_bid = (quote.bid_decimal, quote.bid_quantity_decimal)
        best_ask = (quote.ask_decimal, quote.ask_quantity_decimal)
        assert (sequence, top) == (quote.sequence, (best_bid, best_ask))
    assert len({top for _, top, _ in Watcher.seen}) > MESSAGES / 2, "the market hardly moved"


def test_a_depth_message_that_is_missing_is_a_gap_and_ends_the_book(watched: Callable[..., Any]) -> None:
    parts = list(messages())
    del parts[100]
    result = watched([frame for message in parts for frame in message])
    assert result.gaps == 1
    assert any("the book is stale at the end: gap" in warning for warning in result.warnings)
    assert len(Watcher.seen) == 100 - SNAPSHOT_AFTER + 1
