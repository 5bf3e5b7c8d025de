"""Every hook: one plugin that provides a thing of each kind, and a node that uses them all."""

import json
from decimal import Decimal

import pytest
from alphaforge.hooks.hookspecs import KINDS
from alphaforge.hooks.registry import Registry

EVERYTHING = """
import json
import signal
from pathlib import Path

from alphaforge import Strategy, hookimpl
from alphaforge.hooks.specs import (
    CommandSpec, EmulatorSpec, FillModelSpec, MonitorSpec, ReaderSpec, RiskRuleSpec, SinkSpec, StrategySpec,
    VenueSpec,
)
from alphaforge.model.errors import DataError
from alphaforge.model.instrument import Instrument
from alphaforge.model.events import EventBatch
from alphaforge.model.fill_model import FeeTiers, FillModel
from alphaforge.model.monitor import CheckResult
from alphaforge.model.recording_file import RecordingReader
from alphaforge.model.risk_rule import Allow, Reject
from alphaforge.model.settings import ConfigPath, Settings

INSTRUMENT = Instrument(
    venue="TOY", symbol="AB", base="A", quote="B", tick_size="1", lot_size="1"
)


def parse_instruments(body):
    return [INSTRUMENT]


class Decoder:
    def __init__(self, table):
        self.handle = table.handle("TOY", "AB")

    def decode(self, data, ts_recv, batch):
        message = json.loads(data)
        batch.add_trade(self.handle, ts_recv, None, message["toy"], str(message["price"]), "1")


class ToyRecording:
    notes = ["a toy"]
    progress = (0, 0)
    instruments = [INSTRUMENT]

    def __init__(self, path, instruments_file):
        self.path = path

    def batches(self, table):
        reader, decoder = RecordingReader(self.path), Decoder(table)
        while frames := reader.next_frames(2):
            batch = EventBatch(table)
            for frame in frames:
                decoder.decode(frame.data, frame.ts_recv, batch)
            yield batch


def knows(beginning):
    return any(b'"toy"' in frame for frame in beginning.frames)


class Buyer(Strategy):
    def on_trade(self, trade):
        self.buy(1, trade.price_decimal)
        self.buy(2, trade.price_decimal)


class OneOnly:
    def __init__(self, settings):
        pass

    def check(self, order, view):
        return Allow() if order.quantity == 1 else Reject("one_at_a_time", "one at a time")


class Toy:
    def __init__(self, options):
        self.options = options

    async def __aenter__(self):
        signal.raise_signal(signal.SIGTERM)
        return self

    async def __aexit__(self, *error):
        pass

    def facts(self):
        return {"symbols": ",".join(self.options.symbols)}


class FileSettings(Settings):
    path: ConfigPath


class LastState:
    def __init__(self, settings):
        self.path = settings.path
        self.reasons = []

    def open(self):
        pass

    def write(self, records):
        self.reasons += [record.reason for record in records if getattr(record, "state", "") == "denied"]

    def close(self):
        self.path.write_text(json.dumps(self.reasons))


class Looking:
    interval_s = 0.001

    def __init__(self, settings):
        self.path = settings.path

    def check(self, node):
        self.path.write_text(node.state)
        return CheckResult("pass", "fine")


@hookimpl
def alphaforge_venues():
    return [VenueSpec("toy", "A toy", parse_instruments, Decoder)]

@hookimpl
def alphaforge_readers():
    return [ReaderSpec("toy", "toy frames", knows, ToyRecording)]

@hookimpl
def alphaforge_strategies():
    return [StrategySpec("toy-buyer", "buys", lambda: Buyer)]

@hookimpl
def alphaforge_risk_rules():
    return [RiskRuleSpec("one-only", "one at a time", Settings, OneOnly)]

@hookimpl
def alphaforge_fill_models():
    fees = FeeTiers("0.5", "0.5")
    return [FillModelSpec("dear", "half of it is fees", Settings, lambda settings: FillModel(fees=fees))]

@hookimpl
def alphaforge_emulators():
    return [EmulatorSpec("toy", "a toy that closes at once", Toy)]

@hookimpl
def alphaforge_sinks():
    return [SinkSpec("reasons", "keeps reasons", FileSettings, LastState)]

@hookimpl
def alphaforge_monitors():
    return [MonitorSpec("looking", "looks", FileSettings, Looking)]

@hookimpl
def alphaforge_commands():
    return [CommandSpec("toy", lambda: lambda: print("a toy"))]
"""
PROVIDES = """
[provides]
venues = ["toy"]
readers = ["toy"]
strategies = ["toy-buyer"]
risk_rules = ["one-only"]
fill_models = ["dear"]
emulators = ["toy"]
sinks = ["reasons"]
monitors = ["looking"]

[[commands]]
name = "toy"
help = "Say what it is."
"""
NODE = """
[feed]
source = "recorded"
files = ["toy.jsonl"]
[venues.toy]
[paper.fill_model]
use = "dear"
[[strategies]]
use = "toy-buyer"
[risk.rules.one-only]
[sinks.reasons]
path = "reasons.json"
[monitors.looking]
path = "state.txt"
"""
NAMES = {
    "alphaforge_venues": "toy",
    "alphaforge_readers": "toy",
    "alphaforge_strategies": "toy-buyer",
    "alphaforge_risk_rules": "one-only",
    "alphaforge_fill_models": "dear",
    "alphaforge_emulators": "toy",
    "alphaforge_sinks": "reasons",
    "alphaforge_monitors": "looking",
    "alphaforge_commands": "toy",
}


@pytest.fixture
def everything(site):
    """A site with a plugin that provides one thing of every kind."""
    site.add("everything", EVERYTHING, PROVIDES)
    return site


@pytest.mark.parametrize(("hook", "spec_type"), KINDS.values(), ids=[hook for hook, _ in KINDS.values()])
def test_what_a_hook_returns_is_found_by_its_name(hook: str, spec_type: type, everything, installed) -> None:
    registry: Registry = installed()
    spec = registry.get(spec_type, NAMES[hook])
    assert isinstance(spec, spec_type)
    assert spec.name == NAMES[hook]
    assert spec in registry.all(spec_type)


def test_a_node_uses_them_all(everything, tmp_path) -> None:
    lines = [
        f'{1_767_225_600_000_000_000 + number} {{"toy": {number}, "price": 7}}' for number in range(1, 6)
    ]
    (tmp_path / "toy.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "node.toml").write_text(NODE, encoding="utf-8")
    outcome = everything.run("run", str(tmp_path / "node.toml"), "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["trades"] == 5
    assert outcome.json["orders_by_state"]["denied"] == 5
    assert outcome.json["warnings"] == ["a toy"]
    bought = outcome.json["fills"] * 7
    assert bought > 0
    assert outcome.json["fees"] == {"B": str(Decimal(bought) / 2)}
    reasons = json.loads((tmp_path / "reasons.json").read_text(encoding="utf-8"))
    assert reasons == ["risk rule one-only: one_at_a_time: one at a time"] * 5
    assert (tmp_path / "state.txt").read_text(encoding="utf-8") == "ready"
    assert everything.run("toy").out == "a toy\n"
    assert everything.run("emulate", "toy", "--symbols", "AB, CD", "--json").json == {"symbols": "AB,CD"}
    listed = {plugin["name"]: plugin for plugin in everything.run("plugins", "list", "--json").json}
    assert listed["everything"]["kinds"] == list(KINDS)
