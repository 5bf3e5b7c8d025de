"""`alphaforge data fetch` beside the emulator: all that was traded, once, whatever happens meanwhile."""

import gzip
import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alphaforge_binance.emulator.emulator import BinanceEmulator
from alphaforge_binance.emulator.settings import BinanceSettings

pytestmark = pytest.mark.anyio

SECOND_NS = 1_000_000_000
STEPS = 9_000
DAY_NS = 86_400 * SECOND_NS


@pytest.fixture
async def exchange() -> AsyncIterator[BinanceEmulator]:
    """An exchange that has traded all through the night into yesterday, two steps of a minute at a time."""
    running = BinanceEmulator(BinanceSettings(symbols=("BTCUSDT",), steps_per_s=1.0))
    before = running.clock.now_ns()
    begin_ns = before - before % DAY_NS - DAY_NS - 3_600 * SECOND_NS
    step_ns = 2 * 3_600 * SECOND_NS // STEPS
    for step in range(STEPS):
        running.clock.offset_ns = begin_ns + step * step_ns - before
        running.tick()
    running.clock.offset_ns = 0
    async with running:
        yield running


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def within(exchange: BinanceEmulator, kind: str, day: date) -> list[Any]:
    since_ns = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND_NS
    return [
        each
        for each in getattr(exchange.exchange.market("BTCUSDT"), kind)
        if since_ns <= each.time_ns < since_ns + DAY_NS
    ]


def fetch(node_toml: Path, what: str, first: date, last: date) -> list[str | Path]:
    dates = ("--from", first.isoformat(), "--to", last.isoformat())
    return ["data", "fetch", "BINANCE:BTCUSDT", "--config", node_toml, "--what", what, *dates, "--json"]


def frames_of(path: Path) -> list[Any]:
    with gzip.open(path) as file:
        times, frames = zip(*(line.split(b" ", 1) for line in file), strict=True)
    assert list(times) == sorted(times)
    return [json.loads(frame) for frame in frames]


async def test_trades_are_fetched_whole_and_once(exchange, node_toml, shell, tmp_path) -> None:
    days = [yesterday() - timedelta(days=1), yesterday()]
    outcome = await shell.run(*fetch(node_toml, "trades", *days))
    assert outcome.code == 0, outcome.err
    for day, row in zip(days, outcome.json, strict=True):
        traded = within(exchange, "trades", day)
        head, *frames = frames_of(tmp_path / row["file"])
        assert "symbols" in head
        assert (row["day"], row["state"], row["fetched"]) == (day.isoformat(), "whole", len(traded))
        assert [frame["data"]["t"] for frame in frames] == [trade.trade_id for trade in traded]
    assert len(within(exchange, "trades", days[1])) > 1_000, "more than a page"
    again = await shell.run(*fetch(node_toml, "trades", *days))
    assert [row["fetched"] for row in again.json] == [0, 0]


async def test_a_backtest_reads_what_was_fetched(exchange, node_toml, shell) -> None:
    counted = {"trades": "trades", "aggTrades": "aggregates"}
    for what, kind in counted.items():
        (row,) = (await shell.run(*fetch(node_toml, what, yesterday(), yesterday()))).json
        result = await shell.backtest(row["file"])
        assert (result["trades"], result["warnings"]) == (len(within(exchange, kind, yesterday())), [])


async def test_candles_are_those_of_the_trades(exchange, node_toml, shell, tmp_path) -> None:
    (row,) = (await shell.run(*fetch(node_toml, "klines:1m", yesterday(), yesterday()))).json
    _, *frames = frames_of(tmp_path / row["file"])
    candles = [frame["data"]["k"] for frame in frames]
    assert all(candle["x"] for candle in candles)
    opens = [candle["t"] for candle in candles]
    assert opens == list(range(opens[0], opens[0] + 60_000 * len(opens), 60_000))
    assert len(opens) == 1_440
    assert sum(candle["n"] for candle in candles) == len(within(exchange, "trades", yesterday()))


async def test_today_is_kept_as_a_part_and_gone_on_with(exchange, node_toml, shell, tmp_path) -> None:
    today = datetime.now(UTC).date()
    (row,) = (await shell.run(*fetch(node_toml, "trades", today, today))).json
    assert (row["state"], row["file"][-5:]) == ("not over yet", ".part")
    first = frames_of(tmp_path / row["file"])
    market = exchange.exchange.market("BTCUSDT")
    known = market.trade_id
    await shell.until(lambda: market.trade_id > known)
    (row,) = (await shell.run(*fetch(node_toml, "trades", today, today))).json
    assert row["fetched"] > 0
    ids = [frame["data"]["t"] for frame in frames_of(tmp_path / row["file"])[1:]]
    assert len(ids) == len(first) - 1 + row["fetched"]
    assert ids == list(range(ids[0], ids[-1] + 1))


async def test_a_killed_fetch_goes_on_where_it_was(exchange, node_toml, shell, tmp_path) -> None:
    slow = exchange.faults.add(
        kind="answer_delayed", match="GET /api/v3/historicalTrades*", seconds=0.3, count=1_000
    )
    part = tmp_path / f"data/binance/BTCUSDT/trades/{yesterday()}.jsonl.gz.part"
    async with shell.start(*fetch(node_toml, "trades", yesterday(), yesterday())) as process:
        await shell.until(lambda: slow.fired >= 2)
        process.send_signal(signal.SIGKILL)
    kept = len(frames_of(part)) - 1
    traded = within(exchange, "trades", yesterday())
    assert 0 < kept < len(traded)
    # And what a crash of the machine does: the last write is not all there.
    part.write_bytes(part.read_bytes()[:-100])
    outcome = await shell.run(*fetch(node_toml, "trades", yesterday(), yesterday()))
    (row,) = outcome.json
    assert row["state"] == "whole"
    assert len(traded) - kept <= row["fetched"] < len(traded)
    ids = [frame["data"]["t"] for frame in frames_of(tmp_path / row["file"])[1:]]
    assert ids == [trade.trade_id for trade in traded]
    assert not part.exists()


async def test_a_whole_file_that_was_cut_since_is_noticed(exchange, node_toml, shell, tmp_path) -> None:
    command = fetch(node_toml, "klines:1m", yesterday(), yesterday())
    (row,) = (await shell.run(*command)).json
    path = tmp_path / row["file"]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (row,) = (await shell.run(*command)).json
    assert row["fetched"] > 0
    assert len(frames_of(path)) == 1_441


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--what", "quotes"), "what = 'quotes': Binance has trades, aggTrades, klines:1s"),
        (("--what", "klines:7m"), "what = 'klines:7m': Binance has trades"),
        (("--to", "2017-07-13"), "--to: it is before --from"),
        (("--to", "2999-01-01"), "has not begun yet"),
    ],
)
async def test_what_cannot_be_fetched_is_refused(arguments, said, exchange, node_toml, shell) -> None:
    known = ("--from", yesterday().isoformat(), "--to", yesterday().isoformat())
    outcome = await shell.run("data", "fetch", "BINANCE:BTCUSDT", "--config", node_toml, *known, *arguments)
    assert outcome.code in {1, 2}
    assert said in " ".join(outcome.err.replace("│", " ").split())
