"""The SQLite sink: runs into one file stay apart, and a file of something else is refused, not changed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alphaforge import Strategy, Trade
from alphaforge.model.errors import SetupError

TOML = f'[[strategies]]\nuse = "{__name__}:Two"\n[sinks.sqlite]\npath = "records.sqlite"\n'
OLD = """
CREATE TABLE orders (client_order_id TEXT PRIMARY KEY, state TEXT NOT NULL);
INSERT INTO orders VALUES ('main-1-1', 'filled');
"""


class Two(Strategy):
    """Sends an order that trades and one that is denied, on every trade."""

    def on_trade(self, trade: Trade) -> None:
        self.buy("0.001")
        self.buy("0.000001", "1")


def one_trade(script, _) -> None:
    script.quote(0).trade(1).trade(500)


def three_trades(script, _) -> None:
    script.quote(0).trade(1).trade(2).trade(3).trade(500)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_each_run_has_all_its_rows_under_an_id_of_its_own(nodes, tmp_path) -> None:
    ran = [nodes.run(TOML, write).result for write in (one_trade, three_trades, one_trade)]
    path = tmp_path / "records.sqlite"
    for table, expected in (
        ("orders", [result.orders for result in ran]),
        ("fills", [result.fills for result in ran]),
    ):
        counted = rows(path, f"SELECT run_id, count(*) FROM {table} GROUP BY run_id ORDER BY run_id")
        assert counted == list(zip((1, 2, 3), expected, strict=True))
    assert [result.fills for result in ran] == [2, 4, 2]
    assert rows(path, "SELECT DISTINCT run_id FROM equity ORDER BY run_id") == [(1,), (2,), (3,)]
    starts = [start for (start,) in rows(path, "SELECT started_at FROM runs ORDER BY id")]
    assert len(starts) == 3
    assert starts == sorted(starts)


def test_a_denied_order_has_its_code_beside_the_reason(nodes, tmp_path) -> None:
    result = nodes.run(TOML, one_trade).result
    query = "SELECT DISTINCT state, reject_code, reason IS NULL FROM orders ORDER BY state"
    assert rows(tmp_path / "records.sqlite", query) == [
        ("denied", "not_positive", 0),
        ("filled", None, 1),
    ]
    assert result.denied == {"not_positive": 2}
    assert result.to_json()["denied"] == {"not_positive": 2}


def test_a_database_of_an_older_version_is_refused_and_left_as_it_is(nodes, tmp_path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    before = path.read_bytes()
    with pytest.raises(SetupError) as refusal:
        nodes.run(TOML, one_trade)
    assert str(refusal.value) == (
        f"sink sqlite cannot be opened: {path}: its table orders is not one of this version of AlphaForge: "
        "move the file away, or set path to another"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("is_folder", [False, True], ids=["text", "folder"])
def test_what_is_no_database_is_refused_with_its_path(is_folder, nodes, tmp_path) -> None:
    path = tmp_path / "records.sqlite"
    path.mkdir() if is_folder else path.write_text("this is a text, " * 100, encoding="utf-8")
    told = "unable to open database file" if is_folder else "file is not a database"
    with pytest.raises(SetupError) as refusal:
        nodes.run(TOML, one_trade)
    assert str(refusal.value) == (
        f"sink sqlite cannot be opened: {path}: {told}; "
        "set path to a SQLite database, or to a file that is not there yet"
    )


def test_other_tables_in_the_file_are_left_alone(nodes, tmp_path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');")
    nodes.run(TOML, one_trade)
    assert rows(path, "SELECT text FROM notes") == [("mine",)]
    assert rows(path, "SELECT count(*) FROM orders") == [(4,)]
