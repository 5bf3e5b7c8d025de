"""Records as JSON lines: one object a line, in the order in which things happened."""

import json
from collections.abc import Sequence
from typing import TextIO

from pydantic import Field

from alphaforge.model.orders import Record
from alphaforge.model.settings import ConfigPath, Settings
from alphaforge.sinks.rows import row


class JsonLinesSettings(Settings):
    """`[sinks.jsonl]`."""

    path: ConfigPath = Field(description="the file; an existing one is replaced")


class JsonLinesSink:
    """Writes records to a file, and flushes after every batch."""

    def __init__(self, settings: JsonLinesSettings) -> None:
        self._path = settings.path
        self._file: TextIO | None = None

    def open(self) -> None:
        """Create the file, and its folder where need be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w", encoding="utf-8")

    def write(self, records: Sequence[Record]) -> None:
        """Write one line for each record."""
        if self._file is None:
            raise RuntimeError("the sink is not open")
        self._file.writelines(json.dumps(row(record)) + "\n" for record in records)
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
