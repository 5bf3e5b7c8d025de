"""A real recording replayed by the emulator: what is heard, and the book it comes to."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import httpx
from alphaforge import Strategy
from alphaforge.backtest.backtest import BacktestSettings, run_backtest
from alphaforge.hooks.registry import Registry
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings
from websockets.asyncio.client import connect

STREAMS = ("btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth@100ms")


class LastBook(Strategy[Any]):
    """Keeps the book of a backtest as it is at the end."""

    sequence: int
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]

    def on_book(self, book) -> None:
        LastBook.sequence = book.sequence
        LastBook.bids, LastBook.asks = book.bids_decimal(5_000), book.asks_decimal(5_000)


async def replayed(path: Path) -> tuple[dict[str, int], dict[str, Any]]:
    """How many messages each stream brought, and the book at the end."""
    settings = BinanceSettings(recording=path, recording_speed=1_000)
    heard = dict.fromkeys(STREAMS, 0)
    async with BinanceEmulator(settings) as exchange, httpx.AsyncClient(base_url=exchange.url) as http:
        (market,) = exchange.traders
        address = f"{exchange.ws_url}/stream?streams={'/'.join(STREAMS)}"
        async with connect(address, compression=None, max_queue=None) as socket:
            last = None
            while not market.is_over or last != market_end(exchange):
                with anyio.fail_after(60):
                    message = json.loads(await socket.recv())
                heard[message["stream"]] += 1
                if message["stream"] == STREAMS[2]:
                    assert last is None or message["data"]["U"] == last + 1
                    last = message["data"]["u"]
        return heard, (await http.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")).json()


def test_the_book_of_a_replay_is_that_of_a_backtest(capture_with_snapshot, monkeypatch) -> None:
    heard, book = anyio.run(replayed, capture_with_snapshot)
    # All but what the recorder received before the snapshot, its 8th line.
    assert heard["btcusdt@depth@100ms"] == 3_451 - 3
    monkeypatch.setitem(sys.modules, "last_book", sys.modules[__name__])
    settings = BacktestSettings(strategy="last_book:LastBook", data=[capture_with_snapshot])
    run_backtest(settings, Registry.installed())
    assert book["lastUpdateId"] == LastBook.sequence
    for side, levels in (("bids", LastBook.bids), ("asks", LastBook.asks)):
        assert [(Decimal(price), Decimal(quantity)) for price, quantity in book[side]] == levels


def market_end(exchange: BinanceEmulator) -> int:
    """The update id that the replay has come to."""
    return exchange.exchange.market("BTCUSDT").shown_update_id
