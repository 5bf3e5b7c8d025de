"""`alphaforge record` beside the emulator: what it writes is what was traded, and a backtest reads it."""

import gzip
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alphaforge_binance.emulator.emulator import BinanceEmulator

pytestmark = pytest.mark.anyio

LOST_AT_MOST_NS = 1_000_000_000


def lines_of(path: Path) -> Iterator[tuple[int, Any]]:
    """What a file holds, as far as it is whole."""
    with gzip.open(path) as file:
        for line in file:
            time_ns, frame = line.split(b" ", 1)
            yield int(time_ns), json.loads(frame)


def trades_of(path: Path) -> list[int]:
    return [frame["data"]["t"] for _, frame in lines_of(path) if frame.get("stream", "").endswith("@trade")]


def books_of(path: Path) -> int:
    return sum(frame.get("stream", "").endswith("@depth") for _, frame in lines_of(path))


def recorded(folder: Path) -> list[Path]:
    return sorted(folder.glob("rec/*.jsonl.gz"))


def holds(folder: Path, trades: int, files: int = 1) -> bool:
    found = recorded(folder)
    return len(found) >= files and len(trades_of(found[-1])) >= trades and books_of(found[-1]) > 0


async def test_a_killed_recorder_leaves_a_file_that_a_backtest_reads(
    exchange: BinanceEmulator, node_toml: Path, tmp_path: Path, shell
) -> None:
    async with shell.start("record", node_toml, "--into", "rec") as process:
        await shell.until(lambda: holds(tmp_path, trades=30))
        killed_ns = exchange.clock.now_ns()
        process.send_signal(signal.SIGKILL)
    (path,) = recorded(tmp_path)
    written = trades_of(path)
    traded = exchange.exchange.market("BTCUSDT").trades
    assert written == list(range(written[0], written[-1] + 1))
    unwritten = [trade.time_ns for trade in traded if trade.trade_id > written[-1]]
    assert all(killed_ns - time_ns < LOST_AT_MOST_NS for time_ns in unwritten if time_ns < killed_ns)
    # Asked for whenever it is looked at, there would be dozens.
    assert books_of(path) < 8, "one that is in sync is not asked for again"
    result = await shell.backtest(path)
    assert result["trades"] == len(written)
    assert result["book_updates"] > 0
    assert (result["gaps"], result["crossed"]) == (0, 0)
    # A book that is not in sync would be told.
    assert result["warnings"] == []


async def test_files_rotate_and_each_can_be_read_alone(node_toml: Path, tmp_path: Path, shell) -> None:
    async with shell.start("record", node_toml, "--into", "rec", "--minutes", "0.015", "--json") as process:
        await shell.until(lambda: holds(tmp_path, trades=10, files=3))
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        out = b"".join([chunk async for chunk in process.stdout])
        assert await process.wait() == 0
    files = recorded(tmp_path)
    said = json.loads(out)
    assert [tmp_path / name for name in said["files"]] == files
    assert said["frames"] == sum(len(list(lines_of(path))) for path in files)
    trades = [trade for path in files for trade in trades_of(path)]
    assert trades == list(range(trades[0], trades[-1] + 1))
    for path in files[:-1]:
        assert "symbols" in next(lines_of(path))[1]
        assert (await shell.backtest(path))["warnings"] == []


async def test_after_a_lost_connection_the_book_is_asked_for_again(
    exchange: BinanceEmulator, node_toml: Path, tmp_path: Path, shell
) -> None:
    async with shell.start("record", node_toml, "--into", "rec") as process:
        await shell.until(lambda: holds(tmp_path, trades=10))
        before = len(trades_of(recorded(tmp_path)[0]))
        exchange.faults.add(kind="cut_connections", match="/stream*")
        await shell.until(lambda: books_of(recorded(tmp_path)[0]) > 1 and holds(tmp_path, trades=before + 20))
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    result = await shell.backtest(recorded(tmp_path)[0])
    assert result["trades"] > before
    assert not any("stale" in warning for warning in result["warnings"])


async def test_a_frame_that_nobody_can_read_is_left_out(
    exchange: BinanceEmulator, node_toml: Path, tmp_path: Path, shell
) -> None:
    exchange.faults.add(kind="invalid_json", match="*@trade*", nth=3)
    async with shell.start("record", node_toml, "--into", "rec") as process:
        await shell.until(lambda: holds(tmp_path, trades=20))
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        err = b"".join([chunk async for chunk in process.stderr]).decode()
        assert await process.wait() == 0
    assert "not a frame of Binance Spot" in err
    result = await shell.backtest(recorded(tmp_path)[0])
    assert result["trades"] >= 20
