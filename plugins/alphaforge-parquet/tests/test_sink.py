"""The sink: the same records as JSON lines have, typed and exact, in files that are always whole."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alphaforge.model.errors import SetupError
from alphaforge_parquet.settings import ParquetSettings
from alphaforge_parquet.sink import ParquetSink

COMMAND = Path(sys.executable).with_name("alphaforge")
NODE = """
[feed]
seconds = {seconds}
{feed}
[[strategies]]
use = "demo-market-maker"
[[strategies]]
use = "demo-trend-taker"
[sinks.parquet]
path = "records"
{parquet}
[sinks.jsonl]
path = "records.jsonl"
"""
FOLDERS = {"order": "orders", "fill": "fills", "equity": "equity", "alert": "alerts"}
TIMES = {"ts", "created_at", "started_at"}
NUMBERS = {"price", "quantity", "filled", "fee", "equity"}


def node(folder: Path, *, seconds: float = 20, feed: str = "", parquet: str = "") -> Path:
    path = folder / "node.toml"
    path.write_text(NODE.format(seconds=seconds, feed=feed, parquet=parquet), encoding="utf-8")
    return path


def run(config: Path) -> None:
    done = subprocess.run([COMMAND, "run", config, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def rows(folder: Path) -> list[dict[str, object]]:
    """All rows of the files in a folder, in the order of their names; times as ns."""
    found = []
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        for name in TIMES & set(table.schema.names):
            index = table.schema.get_field_index(name)
            assert table.schema.field(name).type == pa.timestamp("ns", tz="UTC")
            table = table.set_column(index, name, table[name].cast(pa.int64()))
        found += table.to_pylist()
    return found


def as_json(kind: str, row: dict[str, object]) -> dict[str, object]:
    """A row as JSON lines have it, with numbers that can be compared."""
    return {"type": kind, **{name: value for name, value in row.items() if name != "run_id"}}


def written(path: Path, kind: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        {name: Decimal(value) if name in NUMBERS and value else value for name, value in line.items()}
        for line in lines
        if line["type"] == kind
    ]


@pytest.mark.parametrize("parquet", ["", "part_rows = 7"], ids=["one-part", "many-parts"])
def test_it_holds_what_json_lines_hold(parquet, tmp_path) -> None:
    run(node(tmp_path, parquet=parquet))
    for kind in ("order", "fill", "equity"):
        found = rows(tmp_path / "records" / FOLDERS[kind])
        assert [as_json(kind, row) for row in found] == written(tmp_path / "records.jsonl", kind)
        assert found
        assert {row["run_id"] for row in found} == {1}
    parts = len(list((tmp_path / "records" / "fills").iterdir()))
    assert parts > 1 if parquet else parts == 1


def test_every_run_adds_its_own_files(tmp_path) -> None:
    config = node(tmp_path, seconds=5)
    run(config)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    run(config)
    assert all(path.read_bytes() == content for path, content in before.items())
    runs = rows(tmp_path / "records" / "runs")
    assert [row["run_id"] for row in runs] == [1, 2]
    assert {row["run_id"] for row in rows(tmp_path / "records" / "equity")} == {1, 2}


def test_a_killed_process_leaves_whole_files(tmp_path) -> None:
    feed = 'pace = "realtime"\nspeed = 20'
    config = node(tmp_path, seconds=1_000_000, feed=feed, parquet="part_s = 0.05")
    process = subprocess.Popen([COMMAND, "run", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    fills = tmp_path / "records" / "fills"
    deadline = time.monotonic() + 40
    while len(list(fills.glob("*.parquet"))) < 5:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = rows(fills)
    assert len(left) >= 5
    lines = written(tmp_path / "records.jsonl", "fill")[: len(left)]
    assert [as_json("fill", row) for row in left][: len(lines)] == lines
    # The next run is not disturbed by what was left unfinished.
    run(node(tmp_path, seconds=5))
    assert [row["run_id"] for row in rows(tmp_path / "records" / "runs")] == [1, 2]


def test_a_folder_that_cannot_be_used_is_named(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"file/records: Not a directory; set path to a folder, or to one"):
        ParquetSink(ParquetSettings(path=tmp_path / "file" / "records")).open()
    done = subprocess.run(
        [COMMAND, "run", node(tmp_path), "--set", "sinks.parquet.path=file", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert re.search(
        r"^error: sink parquet cannot be opened: .*file: .*; set path to a folder", done.stderr, re.MULTILINE
    )


@pytest.mark.parametrize(("key", "value"), [("part_rows", 0), ("part_s", 0), ("part_s", float("inf"))])
def test_parts_have_bounds(key, value, tmp_path) -> None:
    with pytest.raises(ValueError, match=key):
        ParquetSettings(path=tmp_path, **{key: value})
