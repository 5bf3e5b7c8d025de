"""Records in a SQLite database: the latest state of every order, all fills, equity and alerts."""

import sqlite3
from collections.abc import Sequence

from pydantic import Field

from alphaforge.model.orders import Record
from alphaforge.model.settings import ConfigPath, Settings
from alphaforge.sinks.rows import row

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    client_order_id TEXT PRIMARY KEY, venue_order_id TEXT, strategy TEXT NOT NULL,
    instrument TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL, time_in_force TEXT NOT NULL,
    price TEXT, quantity TEXT NOT NULL, filled TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
    created_at INTEGER NOT NULL, ts INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS fills (
    ts INTEGER NOT NULL, client_order_id TEXT NOT NULL, trade_id TEXT NOT NULL,
    strategy TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL,
    quantity TEXT NOT NULL, liquidity TEXT NOT NULL, fee TEXT NOT NULL, fee_currency TEXT NOT NULL,
    PRIMARY KEY (instrument, client_order_id, trade_id)
);
CREATE TABLE IF NOT EXISTS equity (ts INTEGER NOT NULL, currency TEXT NOT NULL, equity TEXT);
CREATE TABLE IF NOT EXISTS alerts (ts INTEGER NOT NULL, client_order_id TEXT, text TEXT NOT NULL);
"""

_STATEMENTS = {
    "order": """
        INSERT OR REPLACE INTO orders VALUES (:client_order_id, :venue_order_id, :strategy,
        :instrument, :side, :kind, :time_in_force, :price, :quantity, :filled, :state, :reason,
        :created_at, :ts)""",
    "fill": """
        INSERT OR IGNORE INTO fills VALUES (:ts, :client_order_id, :trade_id, :strategy,
        :instrument, :side, :price, :quantity, :liquidity, :fee, :fee_currency)""",
    "equity": "INSERT INTO equity VALUES (:ts, :currency, :equity)",
    "alert": "INSERT INTO alerts VALUES (:ts, :client_order_id, :text)",
}


class SqliteSettings(Settings):
    """`[sinks.sqlite]`."""

    path: ConfigPath = Field(
        description="the database file; records are added to an existing one, each order and fill once"
    )


class SqliteSink:
    """Writes every batch of records in one transaction."""

    def __init__(self, settings: SqliteSettings) -> None:
        self._path = settings.path
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the database, and create folder and tables where need be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One worker at a time calls, though not always the same thread.
        self._connection = sqlite3.connect(self._path, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(_SCHEMA)

    def write(self, records: Sequence[Record]) -> None:
        """Write the records, all or none."""
        if self._connection is None:
            raise RuntimeError("the sink is not open")
        with self._connection:
            for record in records:
                values = row(record)
                self._connection.execute(_STATEMENTS[values.pop("type")], values)

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
