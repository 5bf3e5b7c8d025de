"""Nodes that trade on the emulator of Binance: in the test's own loop, or in a process of their own."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
from alphaforge_binance.emulator import UNLIMITED, BinanceEmulator, BinanceSettings, node_sections

COMMAND = Path(sys.executable).with_name("alphaforge")
ORDERS = 200
WITHIN_S = 60.0

_STRATEGY = """
from alphaforge import Strategy

PRICES = {"BTCUSDT": (30000, 10, "0.001"), "ETHUSDT": (1500, 1, "0.1")}


class Stubborn(Strategy):
    # Rests a hundred orders on each symbol, and puts back whatever ends.

    def on_start(self):
        self.placed = set()

    def on_book(self, book):
        instrument = book.instrument
        if instrument.symbol in self.placed:
            return
        self.placed.add(instrument.symbol)
        price, step, size = PRICES[instrument.symbol]
        for number in range(100):
            self.buy(size, price - step * number, instrument=instrument)

    def on_order(self, order):
        if order.state == "cancelled":
            self.buy(order.quantity_decimal, order.price_decimal, instrument=order.instrument)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def run_command(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line as a process."""
    command = [COMMAND, *arguments]
    run = partial(subprocess.run, command, capture_output=True, text=True, check=False, **options)
    return await anyio.to_thread.run_sync(run)


@pytest.fixture
def run_cli() -> Callable[..., Awaitable[subprocess.CompletedProcess[str]]]:
    """`await run_cli(*arguments)` runs the command line beside the test's loop."""
    return run_command


@dataclass(frozen=True)
class LiveProcess:
    """A node in a process, and the exchange that it trades on."""

    exchange: BinanceEmulator
    process: subprocess.Popen[bytes]
    config: Path
    log: Path

    @property
    def folder(self) -> Path:
        """The node's data."""
        return self.config.parent / "data" / "main"

    def open_orders(self, *, ours: bool = True) -> int:
        """How many orders the venue has open of this node, or of others."""
        orders = self.exchange.account("main").open_orders
        return sum(order.client_id.startswith("main-") is ours for order in orders.values())

    def orders_received(self) -> int:
        """How many new orders the venue has been sent, by its own log."""
        rest, websocket = self.exchange.rest.answered, self.exchange.ws_api.answered
        placing = ("order.place", "order.cancelReplace")
        over_http = sum(count for target, count in rest.items() if target.startswith("POST /api/v3/order"))
        return over_http + sum(websocket.get(method, 0) for method in placing)

    async def until(self, condition, *, within_s: float = WITHIN_S) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it is not so in time; the text has the node's log.
        """
        with anyio.move_on_after(within_s):
            while not condition():  # noqa: ASYNC110 - the venue tells nobody
                await anyio.sleep(0.005)
            return
        raise AssertionError(f"not so within {within_s:g} s; {self.log.read_text(encoding='utf-8')[-3000:]}")

    async def by_hand(self, symbol: str = "BTCUSDT") -> None:
        """The owner of the account rests an order in a browser."""
        fields = {"symbol": symbol, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        values = {"quantity": "0.1", "price": "100" if symbol == "SOLUSDT" else "31000"}
        async with httpx.AsyncClient() as browser:
            answer = await browser.post(f"{self.exchange.control_url}/orders", json=fields | values)
        assert answer.status_code == 200, answer.text

    def start(self) -> subprocess.Popen[bytes]:
        """Start the node again."""
        return start(self.config)

    async def kill(self, *arguments: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """`alphaforge kill --json`: its exit code, and what it says."""
        ended = await run_command(
            "kill", str(self.config), "--by", "ann", "--reason", "test", "--json", *arguments, **options
        )
        assert ended.stdout, ended.stderr
        return ended.returncode, {**json.loads(ended.stdout), "stderr": ended.stderr}


def write_config(exchange: BinanceEmulator, directory: Path, **node: Any) -> Path:
    """The configuration of the node as a file."""
    (directory / "stubborn.py").write_text(_STRATEGY, encoding="ascii")
    instruments = ["BTCUSDT", "ETHUSDT"]
    sections = node_sections(exchange, directory, instruments=instruments, recv_window_ms=1000)
    tables = {
        "node": {**sections["node"], "watchdog_s": 0, **node},
        "feed": {"source": "live"},
        "venues.binance": sections["venues"]["binance"],
    }
    lines = ['[[strategies]]\nuse = "stubborn.py:Stubborn"']
    for name, values in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path = directory / "node.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def start(config: Path) -> subprocess.Popen[bytes]:
    """Start the node of a configuration; what it says goes into a file beside that."""
    log = config.with_suffix(".log").open("ab")
    with log:
        return subprocess.Popen([COMMAND, "run", config, "--confirm-live"], stdout=log, stderr=log)


@asynccontextmanager
async def run_process(directory: Path, **node: Any) -> AsyncIterator[LiveProcess]:
    """A node in a process of its own, with its orders open; in the end it is killed, if it still runs."""
    settings = BinanceSettings(symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"), limits=UNLIMITED, traders=False)
    async with BinanceEmulator(settings) as exchange:
        exchange.exchange.now_ns = exchange.clock.now_ns()
        for symbol, price in (("BTCUSDT", 50_000), ("ETHUSDT", 3_000)):
            market = exchange.exchange.market(symbol)
            exchange.exchange.trade_as_market(market, "BUY", Decimal(10), Decimal(price))
            exchange.exchange.trade_as_market(market, "SELL", Decimal(10), Decimal(price + 1))
        config = write_config(exchange, directory, **node)
        process = start(config)
        try:
            running = LiveProcess(exchange, process, config, config.with_suffix(".log"))
            await running.until(lambda: running.open_orders() == ORDERS)
            yield running
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def live_process() -> Callable[..., AbstractAsyncContextManager[LiveProcess]]:
    """`async with live_process(directory) as running:` a node with 200 open orders on two symbols."""
    return run_process
