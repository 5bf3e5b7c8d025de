"""The emulator of Binance in this process, and commands of `alphaforge` beside it."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from alphaforge_binance.emulator.emulator import BinanceEmulator
from alphaforge_binance.emulator.settings import BinanceSettings
from anyio.abc import Process

COMMAND = Path(sys.executable).with_name("alphaforge")
LONGEST_S = 30.0
IDLE = "from alphaforge import Strategy\n\n\nclass Idle(Strategy):\n    pass\n"


@pytest.fixture
def anyio_backend() -> str:
    """The loop that nodes run on."""
    return "asyncio"


@pytest.fixture
async def exchange() -> AsyncIterator[BinanceEmulator]:
    """An exchange on which little but constant trade is made."""
    async with BinanceEmulator(BinanceSettings(symbols=("BTCUSDT",), steps_per_s=200.0)) as running:
        yield running


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


class Shell:
    """Runs the command line while the loop of the test, with the exchange in it, goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def run(self, *arguments: str | Path) -> Outcome:
        """Run a command to its end."""
        command = [COMMAND, *arguments]
        done = await anyio.run_process(command, cwd=self.folder, env=environment(), check=False)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    @asynccontextmanager
    async def start(self, *arguments: str | Path) -> AsyncIterator[Process]:
        """`async with start(*arguments) as process` runs a command beside the test, and never longer."""
        command = [COMMAND, *arguments]
        async with await anyio.open_process(command, cwd=self.folder, env=environment()) as process:
            try:
                yield process
            finally:
                if process.returncode is None:
                    process.kill()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what another process does."""
        with anyio.fail_after(LONGEST_S):
            while not condition():  # noqa: ASYNC110 - nobody tells
                await anyio.sleep(0.02)

    async def backtest(self, path: str | Path) -> Any:
        """The result of a backtest of a strategy that does nothing."""
        (self.folder / "idle.py").write_text(IDLE, encoding="utf-8")
        outcome = await self.run("backtest", "idle.py", "--data", path, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Commands, in the folder of the test."""
    return Shell(tmp_path)


def environment() -> dict[str, str]:
    """The variables of the machine without those of AlphaForge."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ALPHAFORGE_")}
    return kept | {"NO_COLOR": "1"}


@pytest.fixture
def node_toml(exchange: BinanceEmulator, tmp_path: Path) -> Path:
    """A node that listens to the exchange."""
    path = tmp_path / "node.toml"
    path.write_text(
        f"""
[feed]
source = "live"
[venues.binance]
instruments = ["BTCUSDT"]
base_url = "{exchange.url}"
ws_url = "{exchange.ws_url}"
""",
        encoding="utf-8",
    )
    return path
