"""Records in a SQLite database, run by run: the latest state of every order, all fills, equity and alerts."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from alphaforge.model.errors import SetupError
from alphaforge.model.orders import Record
from alphaforge.model.settings import ConfigPath, Settings
from alphaforge.sinks.rows import row

_RUN = "run_id INTEGER NOT NULL REFERENCES runs (id)"

# The ids of orders and trades repeat in every run on paper: only with that of the run they are keys.
_TABLES = {
    "runs": "id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL",
    "orders": f"""{_RUN},
    client_order_id TEXT NOT NULL, venue_order_id TEXT, strategy TEXT NOT NULL,
    instrument TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL, time_in_force TEXT NOT NULL,
    price TEXT, quantity TEXT NOT NULL, filled TEXT NOT NULL, state TEXT NOT NULL, reject_code TEXT,
    reason TEXT, created_at INTEGER NOT NULL, ts INTEGER NOT NULL,
    PRIMARY KEY (run_id, client_order_id)""",
    "fills": f"""{_RUN},
    ts INTEGER NOT NULL, client_order_id TEXT NOT NULL, trade_id TEXT NOT NULL,
    strategy TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL,
    quantity TEXT NOT NULL, liquidity TEXT NOT NULL, fee TEXT NOT NULL, fee_currency TEXT NOT NULL,
    PRIMARY KEY (run_id, client_order_id, trade_id)""",
    "equity": f"{_RUN}, ts INTEGER NOT NULL, currency TEXT NOT NULL, equity TEXT",
    "alerts": f"{_RUN}, ts INTEGER NOT NULL, client_order_id TEXT, text TEXT NOT NULL",
}

_STATEMENTS = {
    "order": """
        INSERT OR REPLACE INTO orders VALUES (:run_id, :client_order_id, :venue_order_id, :strategy,
        :instrument, :side, :kind, :time_in_force, :price, :quantity, :filled, :state, :reject_code,
        :reason, :created_at, :ts)""",
    "fill": """
        INSERT INTO fills VALUES (:run_id, :ts, :client_order_id, :trade_id, :strategy,
        :instrument, :side, :price, :quantity, :liquidity, :fee, :fee_currency)""",
    "equity": "INSERT INTO equity VALUES (:run_id, :ts, :currency, :equity)",
    "alert": "INSERT INTO alerts VALUES (:run_id, :ts, :client_order_id, :text)",
}


class SqliteSettings(Settings):
    """`[sinks.sqlite]`."""

    path: ConfigPath = Field(
        description="the database file; every run adds its records to an existing one, under its own `run_id`"
    )


class SqliteSink:
    """Writes every batch of records in one transaction."""

    def __init__(self, settings: SqliteSettings) -> None:
        self._path = settings.path
        self._connection: sqlite3.Connection | None = None
        self._run_id: int | None = None

    def open(self) -> None:
        """Open the database, create folder and tables where need be, and begin a run.

        Raises:
            SetupError: the file is no database, or one whose tables are others.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # One worker at a time calls, though not always the same thread.
            self._connection = sqlite3.connect(self._path, check_same_thread=False)
            self._run_id = _begin_run(self._connection, self._path)
            self._connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.DatabaseError as error:
            self.close()
            remedy = "set path to a SQLite database, or to a file that is not there yet"
            raise SetupError(f"{self._path}: {error}; {remedy}") from error
        except SetupError:
            self.close()
            raise

    def write(self, records: Sequence[Record]) -> None:
        """Write the records, all or none."""
        if self._connection is None:
            raise RuntimeError("the sink is not open")
        with self._connection:
            for record in records:
                values = row(record)
                statement = _STATEMENTS[values.pop("type")]
                self._connection.execute(statement, {"run_id": self._run_id, **values})

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()


def _begin_run(connection: sqlite3.Connection, path: Path) -> int | None:
    """Create what tables are missing, and give the run its id."""
    with connection:
        # Another node may open the same file now.
        connection.execute("BEGIN IMMEDIATE")
        present = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        wanted = {name: f"CREATE TABLE {name} ({columns})" for name, columns in _TABLES.items()}
        for name, statement in wanted.items():
            if present.get(name, statement) != statement:
                raise SetupError(
                    f"{path}: its table {name} is not one of this version of AlphaForge: "
                    "move the file away, or set path to another"
                )
        for name, statement in wanted.items():
            if name not in present:
                connection.execute(statement)
        return connection.execute("INSERT INTO runs (started_at) VALUES (?)", (time.time_ns(),)).lastrowid
