"""The command line as a subprocess, and a small market recorded as Binance sends it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alphaforge_testkit.recordings import write_recording

COMMAND = Path(sys.executable).with_name("alphaforge")
LONGEST_S = 60
START_NS = 1_767_225_600_000_000_000
STEP_NS = 25_000_000

Frames = list[tuple[int, str]]


@dataclass(frozen=True)
class Outcome:
    """What a command of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        """The texts of its `error:` lines."""
        lines = self.err.splitlines()
        return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]


def environment(variables: dict[str, str]) -> dict[str, str]:
    """The variables of the machine without those of AlphaForge, and these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ALPHAFORGE_")}
    return kept | {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"} | variables


@pytest.fixture(scope="session")
def shell_environment() -> dict[str, str]:
    """The variables with which a shell finds the command line."""
    return environment({"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"})


@pytest.fixture(scope="session")
def alphaforge() -> Callable[..., Outcome]:
    """`alphaforge(*arguments, cwd=..., **variables)` runs the command line."""

    def run(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> Outcome:
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            encoding="utf-8",
            cwd=cwd,
            env=environment(variables),
            check=False,
            timeout=LONGEST_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def alphaforge_each(alphaforge: Callable[..., Outcome]) -> Callable[..., list[Outcome]]:
    """`alphaforge_each(commands, cwd=...)` runs several side by side, which takes less time."""

    def run_each(commands: Sequence[Sequence[str | Path]], cwd: Path) -> list[Outcome]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda arguments: alphaforge(*arguments, cwd=cwd), commands))

    return run_each


@pytest.fixture(scope="session")
def start_alphaforge() -> Callable[..., subprocess.Popen[str]]:
    """`start_alphaforge(*arguments, cwd=...)` starts the command line and does not wait for its end."""

    def start(*arguments: str | Path, cwd: Path, sigint: Any = signal.SIG_DFL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=cwd,
            env=environment({}),
            preexec_fn=lambda: _reset_signals(sigint),  # noqa: PLW1509
        )

    return start


def _reset_signals(sigint: Any) -> None:
    """Tests in the background of a script, or under nohup, would hand down that signals are ignored."""
    signal.signal(signal.SIGINT, sigint)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Market:
    """Frames of Binance Spot for one symbol, 25 ms apart."""

    def __init__(self, symbol: str = "BTCUSDT") -> None:
        self.symbol = symbol

    def _frame(self, stream: str, data: dict[str, Any]) -> str:
        return json.dumps({"stream": f"{self.symbol.lower()}@{stream}", "data": data})

    def trade(self, step: int, price: str = "50000.50", quantity: str = "0.02000") -> tuple[int, str]:
        """A trade; the buyer is the aggressor."""
        at = START_NS + step * STEP_NS
        data = {
            "e": "trade", "E": at // 1_000_000, "s": self.symbol, "t": step + 1, "p": price,
            "q": quantity, "T": at // 1_000_000, "m": False, "M": True,
        }  # fmt: skip
        return at, self._frame("trade", data)

    def ticker(self, step: int) -> tuple[int, str]:
        """The best bid and ask."""
        data = {
            "u": step + 1, "s": self.symbol, "b": "50000.00", "B": "1.50000", "a": "50000.50", "A": "1.50000",
        }  # fmt: skip
        return START_NS + step * STEP_NS, self._frame("bookTicker", data)

    def diff(self, step: int, first: int, last: int) -> tuple[int, str]:
        """A change of the book."""
        at = START_NS + step * STEP_NS
        data = {
            "e": "depthUpdate", "E": at // 1_000_000, "s": self.symbol, "U": first, "u": last,
            "b": [["49999.50", f"{1 + step % 3}.00000"]], "a": [],
        }  # fmt: skip
        return at, self._frame("depth@100ms", data)

    def snapshot(self, step: int, last: int) -> tuple[int, str]:
        """A book as REST gives it."""
        book = {
            "lastUpdateId": last,
            "bids": [["50000.00", "1.50000"], ["49999.50", "2.00000"]],
            "asks": [["50000.50", "1.50000"], ["50001.00", "2.00000"]],
        }
        return START_NS + step * STEP_NS, json.dumps(book)

    def second(self) -> Frames:
        """40 trades, 40 tickers and a book that loses an update in the middle and is whole again."""
        frames = [self.snapshot(0, 100)]
        for step in range(40):
            lost = 5 if step >= 20 else 0
            frames += [self.diff(step, 101 + step + lost, 101 + step + lost), self.ticker(step)]
            if step == 20:
                frames.append(self.snapshot(step, 126))
            frames.append(self.trade(step))
        return frames


@pytest.fixture(scope="session")
def market() -> Market:
    """The frames of a small market."""
    return Market()


@pytest.fixture(scope="session")
def recording(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of the small market."""
    return write_recording(tmp_path_factory.mktemp("recordings") / "second.jsonl", market.second())


BUYER = '''
from decimal import Decimal

from alphaforge import Fill, Order, Strategy, StrategyParams, Trade


class Params(StrategyParams):
    size: Decimal = Decimal("0.01")


class Buyer(Strategy[Params]):
    """Buys on every tenth trade, sells what it has five trades later, and leaves an order resting."""

    def on_start(self) -> None:
        self.count = 0

    def on_trade(self, trade: Trade) -> None:
        self.count += 1
        if self.count == 2:
            self.buy(self.params.size, "40000")
        if self.count % 10 == 0:
            self.buy(self.params.size)
        elif self.count % 10 == 5:
            self.close()
'''


@pytest.fixture(scope="session")
def buyer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A strategy that trades."""
    path = tmp_path_factory.mktemp("strategies") / "buyer.py"
    path.write_text(BUYER, encoding="utf-8")
    return path
