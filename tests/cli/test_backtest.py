"""`backtest`: what it prints, what it writes, and that they agree."""

import json
import re
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge_testkit.recordings import write_recording

COUNTS = ("events", "trades", "quotes", "book_updates", "gaps", "crossed", "orders", "fills")
MIDDLE = Decimal("50000.25")
KEYS = {*COUNTS, "fees", "pnl", "final_balances", "result_hash", "wall_s", "events_per_s"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("backtest") / "out"


@pytest.fixture(scope="module")
def outcome(alphaforge, buyer, recording, folder):
    """A backtest with `--json` and `--out`."""
    done = alphaforge(
        "backtest", buyer, "--data", recording, "--cash", "USDT=5000", "--json", "--out", folder
    )
    assert done.code == 0, done.err
    return done


def lines_of(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["type"] == kind]


def table_of(folder: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(folder / "records.sqlite")
    try:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        # The folder holds one run.
        assert {row.pop("run_id") for row in rows} <= {1}
        return rows
    finally:
        connection.close()


def test_the_result_has_all_its_keys_and_counts_are_integers(outcome) -> None:
    result = outcome.json
    assert result.keys() >= KEYS
    assert all(type(result[count]) is int for count in COUNTS)
    assert (result["trades"], result["quotes"], result["book_updates"]) == (40, 40, 42)
    assert result["events"] == 122
    assert (result["gaps"], result["crossed"]) == (1, 0)
    assert len(result["result_hash"]) == 64
    assert isinstance(result["wall_s"], float)
    assert result["faults"] == []


def test_money_is_exact_text_and_adds_up(outcome) -> None:
    result = outcome.json
    profit = result["pnl"]["USDT"]
    assert Decimal(profit["net"]) == (
        Decimal(profit["realised"]) + Decimal(profit["unrealised"]) - Decimal(result["fees"]["USDT"])
    )
    assert Decimal(result["equity"]) == 5000 + Decimal(profit["net"])
    held, money = (Decimal(result["final_balances"][currency]) for currency in ("BTC", "USDT"))
    assert held == Decimal("0.01")
    assert Decimal(result["equity"]) == money + held * MIDDLE


def test_the_same_run_gives_the_same_result_in_every_form(outcome, folder) -> None:
    assert json.loads((folder / "result.json").read_text(encoding="utf-8")) == outcome.json
    files = {"result.json", "report.html", "records.jsonl", "records.sqlite"}
    assert {path.name for path in folder.iterdir()} == files


def test_the_records_agree_with_the_result_and_with_each_other(outcome, folder) -> None:
    result = outcome.json
    fills = lines_of(folder, "fill")
    assert len(fills) == result["fills"] > 0
    assert [{"type": "fill", **row} for row in table_of(folder, "fills")] == fills
    assert sum(Decimal(fill["fee"]) for fill in fills) == Decimal(result["fees"]["USDT"])
    last_states = {row["client_order_id"]: row for row in lines_of(folder, "order")}
    orders = table_of(folder, "orders")
    assert len(orders) == result["orders"] == len(last_states)
    for order in orders:
        assert {"type": "order", **order} == last_states[order["client_order_id"]]
    states: dict[str, int] = {}
    for order in orders:
        states[order["state"]] = states.get(order["state"], 0) + 1
    assert states == result["orders_by_state"]
    equity = lines_of(folder, "equity")
    assert [{"type": "equity", **row} for row in table_of(folder, "equity")] == equity
    assert equity[-1]["equity"] == result["equity"]
    assert len(table_of(folder, "alerts")) == len(lines_of(folder, "alert"))


def test_records_are_in_the_order_in_which_things_happened(outcome, folder) -> None:
    rows = [json.loads(line) for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    times = [row["ts"] for row in rows]
    assert times == sorted(times)
    by_order: dict[str, list[str]] = {}
    for row in rows:
        if row["type"] == "order":
            by_order.setdefault(row["client_order_id"], []).append(row["state"])
    assert all(states[:2] == ["intent", "sent"] for states in by_order.values())


def test_a_second_run_replaces_the_folder_and_gives_the_same(
    outcome, alphaforge, buyer, recording, folder
) -> None:
    before = (folder / "records.jsonl").read_bytes()
    again = alphaforge(
        "backtest", buyer, "--data", recording, "--cash", "USDT=5000", "--out", folder, "--json"
    )
    assert again.json["result_hash"] == outcome.json["result_hash"]
    assert (folder / "records.jsonl").read_bytes() == before
    assert len(table_of(folder, "orders")) == again.json["orders"]


def test_people_get_a_table_with_the_same_numbers(outcome, alphaforge, buyer, recording) -> None:
    shown = alphaforge("backtest", buyer, "--data", recording, "--cash", "USDT=5000")
    assert shown.code == 0
    rows = {" ".join(line.split()[:-1]): line.split()[-1] for line in shown.out.splitlines()}
    assert rows["result hash"] == outcome.json["result_hash"]
    assert rows["market events"] == "122"
    assert re.search("book +1 gap, 0 times crossed", shown.out)
    assert rows["fills"] == str(outcome.json["fills"])
    assert shown.err.startswith("warning: BINANCE:BTCUSDT: the recording holds no exchangeInfo: ")
    assert outcome.err == shown.err


def test_parameters_fees_and_latency_change_the_result(
    outcome, alphaforge_each, buyer, recording, tmp_path
) -> None:
    common = ["backtest", buyer, "--data", recording, "--cash", "USDT=5000", "--json"]
    variants = [["--param", "size=0.02"], ["--fees", "0,0.002"], ["--latency-ms", "60"]]
    results = [
        done.json for done in alphaforge_each([[*common, *variant] for variant in variants], cwd=tmp_path)
    ]
    hashes = {result["result_hash"] for result in [outcome.json, *results]}
    assert len(hashes) == 1 + len(variants)
    assert Decimal(results[1]["fees"]["USDT"]) == 2 * Decimal(outcome.json["fees"]["USDT"])


def test_several_recordings_are_merged(outcome, alphaforge, buyer, market, tmp_path) -> None:
    frames = market.second()
    trades = write_recording(tmp_path / "trades.gz", [frame for frame in frames if "@trade" in frame[1]])
    others = write_recording(tmp_path / "rest.jsonl", [frame for frame in frames if "@trade" not in frame[1]])
    done = alphaforge("backtest", buyer, "--data", others, "--data", trades, "--cash", "USDT=5000", "--json")
    assert done.code == 0, done.err
    assert done.json["events"] == 122
    assert done.json["result_hash"] == outcome.json["result_hash"]


def test_a_simulated_market_needs_no_recording(alphaforge, buyer) -> None:
    results = [
        alphaforge("backtest", buyer, "--simulated", "5", "--json", *more).json
        for more in ((), ("--seed", "2"), ("--symbol", "ETHUSDT"))
    ]
    assert len({result["result_hash"] for result in results}) == 3
    assert all(result["fills"] > 0 for result in results)
