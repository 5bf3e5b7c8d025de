"""Whole nodes in this process, over a market that the test writes event by event."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import Composition, compose
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge.model.events import EventBatch
from alphaforge.model.monitor import Monitor
from alphaforge.model.sink import Sink
from alphaforge.monitors.runner import MonitorRunner
from alphaforge_rs import InstrumentTable

START_NS = 1_767_225_600_000_000_000
MS = 1_000_000


class Script:
    """A feed of what the test wrote: events of `SIM:BTCUSDT`, and actions between the turns."""

    def __init__(self, table: InstrumentTable) -> None:
        self.table = table
        self.notes: Sequence[str] = ()
        self.progress = (0, 0)
        self._past: list[EventBatch] = []
        self._items: list[EventBatch | Callable[[], None]] = []
        self._count = 0

    def batches(self) -> Iterator[EventBatch]:
        """What was written, in order; actions happen when the turn before them is over."""
        for item in self._items:
            if isinstance(item, EventBatch):
                yield item
            else:
                item()

    def history(self) -> Iterator[EventBatch]:
        """What was written to be before."""
        yield from self._past

    def before(self) -> "Script":
        """What was written so far was before the run."""
        self._past += [item for item in self._items if isinstance(item, EventBatch)]
        self._items.clear()
        return self

    def missed(self, trades: int) -> "Script":
        """The venue counted trades that nobody received."""
        self._count += trades
        return self

    def turn(self) -> "Script":
        """What follows belongs to another turn of the engine."""
        self._items.append(EventBatch(self.table))
        return self

    def then(self, action: Callable[[], None]) -> "Script":
        """Do something between two turns."""
        self._items.append(action)
        return self

    @property
    def _batch(self) -> EventBatch:
        if not self._items or not isinstance(self._items[-1], EventBatch):
            self.turn()
        batch = self._items[-1]
        assert isinstance(batch, EventBatch)
        return batch

    def trade(self, ms: float, price: str = "50000.5", quantity: str = "1") -> "Script":
        """A trade `ms` milliseconds after the start."""
        at = START_NS + round(ms * MS)
        self._count += 1
        self._batch.add_trade(0, at, at, self._count, price, quantity, "buy")
        return self

    def quote(self, ms: float, bid: str = "50000", ask: str = "50001") -> "Script":
        """The best bid and ask."""
        self._batch.add_quote(0, START_NS + round(ms * MS), None, None, bid, "5", ask, "5")
        return self

    def snapshot(self, ms: float, sequence: int) -> "Script":
        """A whole book."""
        bids, asks = [("50000", "5")], [("50001", "5")]
        self._batch.add_snapshot(0, START_NS + round(ms * MS), None, sequence, bids, asks)
        return self

    def diff(self, ms: float, first: int, last: int, bid: str = "49999.5") -> "Script":
        """A change of the book."""
        self._batch.add_diff(0, START_NS + round(ms * MS), None, first, last, [(bid, "3")], [])
        return self

    def venue_bar(self, ms: float, interval_ms: int = 1000) -> "Script":
        """A bar that the venue made, of the interval that ends then."""
        at, interval = START_NS + round(ms * MS), interval_ms * MS
        prices = ("50000", "50001", "49999", "50000.5")
        self._batch.add_venue_bar(0, at, interval, at - interval, *prices, "1", 1)
        return self

    def connected(self, ms: float, *, connected: bool) -> "Script":
        """The stream is gone, or back."""
        self._batch.add_feed_notice(0, START_NS + round(ms * MS), connected)
        return self


@dataclass(frozen=True)
class Ran:
    """A node that has run."""

    result: RunResult
    parts: Composition
    node: Node

    @property
    def strategy(self) -> Any:
        """Its first strategy."""
        return self.parts.strategies[0].strategy


Write = Callable[[Script, Node], object]


@dataclass(frozen=True)
class Nodes:
    """Makes nodes from TOML; the market is written by the test."""

    folder: Path

    def compose(self, toml: str, sinks: Sequence[tuple[str, Sink]] = ()) -> Composition:
        """The parts of a node."""
        path = self.folder / "node.toml"
        path.write_text(toml, encoding="utf-8")
        raw = load_raw(path)
        config = load_config(raw)
        return compose(config, raw, Registry.installed(config.plugins.disabled), more_sinks=sinks)

    def run(
        self,
        toml: str,
        write: Write,
        *,
        sinks: Sequence[tuple[str, Sink]] = (),
        monitors: Sequence[tuple[str, Monitor]] = (),
    ) -> Ran:
        """Run a node to its end over what `write(script, node)` writes."""
        parts = self.compose(toml, sinks)
        script = Script(parts.feed.table)
        watched = [MonitorRunner(name, monitor) for name, monitor in monitors]
        parts = replace(parts, feed=script, monitors=watched)
        node = Node(parts)
        write(script, node)
        return Ran(anyio.run(node.run), parts, node)


@pytest.fixture
def nodes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Nodes:
    """`nodes.run(toml, write)` runs a node over a market that `write(script, node)` writes."""
    caplog.set_level(logging.DEBUG, "alphaforge")
    return Nodes(tmp_path)


class Collector:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.calls: list[str] = []

    def open(self) -> None:
        """Note the call."""
        self.calls.append("open")

    def write(self, records: Sequence[Any]) -> None:
        """Keep the records."""
        self.calls.append("write")
        self.records += records

    def close(self) -> None:
        """Note the call."""
        self.calls.append("close")


@pytest.fixture
def collector() -> Collector:
    """A sink that keeps what it is given."""
    return Collector()


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """`plugin(code, provides)` installs a plugin for this test; `provides` is TOML of its manifest."""

    def install(code: str, provides: str) -> None:
        package = f"plugin_{tmp_path.name.replace('-', '_')}"
        folder = tmp_path / "site" / package
        info = tmp_path / "site" / f"{package}-1.0.dist-info"
        folder.mkdir(parents=True)
        info.mkdir()
        (folder / "__init__.py").touch()
        (folder / "plugin.py").write_text(code, encoding="utf-8")
        manifest = f'name = "tested"\nsummary = "s"\napi = [1, 1]\n[provides]\n{provides}\n'
        (folder / "alphaforge-plugin.toml").write_text(manifest, encoding="utf-8")
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        entry = f"[alphaforge]\ntested = {package}.plugin\n"
        (info / "entry_points.txt").write_text(entry, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "site"))

    return install


@pytest.fixture
def read_json() -> Callable[[Path], Any]:
    """`read_json(path)` gives what a file holds."""
    return lambda path: json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def read_lines() -> Callable[[Path], list[Any]]:
    """`read_lines(path)` gives what the JSON lines of a file hold."""
    return lambda path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
