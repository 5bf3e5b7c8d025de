"""Sinks: each fed from a bounded queue; a broken one is out of service, and only its records are lost."""

import re
import threading
import time
from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from alphaforge import Fill, Order, Strategy, Trade
from alphaforge.model.errors import DataError, SetupError
from alphaforge.sinks.rows import SHAPES, row
from alphaforge.sinks.worker import QUEUE_BATCHES, SinkWorker

TOML = f'[[strategies]]\nuse = "{__name__}:Busy"\n'
TURNS = 150


class Busy(Strategy):
    """Has something to record in every turn."""

    started = 0

    def on_start(self) -> None:
        Busy.started += 1

    def on_trade(self, trade: Trade) -> None:
        self.buy("0.0002")


def many_turns(script, _) -> None:
    script.quote(0)
    for turn in range(TURNS):
        script.turn().trade(10 * turn)


class Breaking:
    """A sink that raises in one of its calls, from the third write on."""

    def __init__(self, place: str, error: BaseException) -> None:
        self.place = place
        self.error = error
        self.writes = 0
        self.written = 0
        self.calls: list[str] = []

    def open(self) -> None:
        self.calls.append("open")
        if self.place == "open":
            raise self.error

    def write(self, records: Sequence[Any]) -> None:
        self.writes += 1
        if self.place == "write" and self.writes >= 3:
            raise self.error
        self.written += len(records)

    def close(self) -> None:
        self.calls.append("close")
        if self.place == "close":
            raise self.error


class Slow:
    """A sink that is slower than the engine."""

    def __init__(self) -> None:
        self.records: list[Any] = []

    def open(self) -> None: ...

    def write(self, records: Sequence[Any]) -> None:
        time.sleep(0.001)
        self.records += records

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("disk full"), "OSError: disk full"),
        (SystemExit(5), "SystemExit: 5"),
        (StopIteration("over"), "StopIteration: over"),
    ],
    ids=["error", "exit", "stop-iteration"],
)
def test_a_sink_that_fails_is_out_of_service_and_the_run_goes_on(error, told, nodes, collector) -> None:
    broken = Breaking("write", error)
    ran = nodes.run(TOML, many_turns, sinks=[("broken", broken), ("good", collector)])
    lost = len(collector.records) - broken.written
    assert lost > TURNS
    (warning,) = ran.result.warnings
    pattern = rf"sink broken failed \({told}\); {lost} records were not written"
    assert re.fullmatch(pattern, warning)
    assert ran.result.sink_failures == [warning]
    assert broken.writes == 3
    assert broken.calls == ["open", "close"]
    assert ran.result.trades == TURNS
    assert ran.result.faults == []
    alone = nodes.run(TOML, many_turns)
    assert alone.result.result_hash == ran.result.result_hash


def test_a_sink_that_fails_to_close_is_told_too(nodes) -> None:
    broken = Breaking("close", OSError("still writing"))
    ran = nodes.run(TOML, many_turns, sinks=[("broken", broken)])
    expected = "sink broken failed (OSError: still writing); 0 records were not written"
    assert ran.result.warnings == [expected]
    assert broken.written > 0


@pytest.mark.parametrize(
    "error", [OSError("no such disk"), SystemExit("no such disk")], ids=["error", "exit"]
)
def test_a_sink_that_cannot_be_opened_stops_the_start(error, nodes) -> None:
    before = Busy.started
    opened, never = Breaking("close", OSError("odd")), Breaking("write", OSError("odd"))
    sinks = [("opened", opened), ("broken", Breaking("open", error)), ("never", never)]
    with pytest.raises(SetupError, match=r"sink broken cannot be opened: \w+: no such disk"):
        nodes.run(TOML, many_turns, sinks=sinks)
    assert Busy.started == before
    assert opened.calls == ["open", "close"]
    assert never.calls == []


def test_records_come_in_the_order_in_which_things_happened(nodes, collector) -> None:
    ran = nodes.run(TOML, many_turns, sinks=[("good", collector)])
    assert collector.calls[0] == "open"
    assert collector.calls[-1] == "close"
    assert set(collector.calls[1:-1]) == {"write"}
    times = [record.ts for record in collector.records]
    assert times == sorted(times)
    orders = [record for record in collector.records if isinstance(record, Order)]
    states: dict[int, list[str]] = {}
    for order in orders:
        states.setdefault(order.id, []).append(order.state)
    assert len(states) == ran.result.orders == TURNS
    assert {tuple(found) for found in states.values()} == {("intent", "sent", "open", "filled")}
    assert sum(isinstance(record, Fill) for record in collector.records) == ran.result.fills == TURNS


def test_a_slow_sink_with_a_full_queue_loses_nothing(nodes, collector) -> None:
    slow = Slow()
    ran = nodes.run(TOML, many_turns, sinks=[("slow", slow), ("good", collector)])
    assert TURNS > QUEUE_BATCHES
    assert [repr(record) for record in slow.records] == [repr(record) for record in collector.records]
    assert ran.result.warnings == []


class Held:
    """A sink whose first write waits until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.written: list[Any] = []

    def open(self) -> None: ...

    def write(self, records: Sequence[Any]) -> None:
        assert self.go.wait(timeout=20)
        self.written += records

    def close(self) -> None: ...


def test_a_full_queue_makes_the_engine_wait() -> None:
    sink = Held()
    worker = SinkWorker("held", sink)
    put: list[int] = []

    async def produce() -> None:
        for number in range(2 * QUEUE_BATCHES):
            await worker.put([number])
            put.append(number)
        worker.finish()

    async def scenario() -> None:
        worker.open()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run)
            tasks.start_soon(produce)
            # One batch is with the sink; the queue is full, and nothing more goes in.
            while len(put) <= QUEUE_BATCHES:
                await anyio.lowlevel.checkpoint()
            for _ in range(100):
                await anyio.lowlevel.checkpoint()
            assert len(put) == QUEUE_BATCHES + 1
            sink.go.set()

    anyio.run(scenario)
    assert sink.written == list(range(2 * QUEUE_BATCHES))


def test_a_sink_that_hangs_is_said(monkeypatch, caplog) -> None:
    """F43: a plugin blocks."""
    monkeypatch.setattr("alphaforge.sinks.worker.SAY_AFTER_S", 0.01)
    sink = Held()
    worker = SinkWorker("held", sink)

    async def scenario() -> None:
        worker.open()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run)
            await worker.put([1])
            worker.finish()
            while not caplog.records:
                await anyio.lowlevel.checkpoint()
            assert sink.written == []
            sink.go.set()

    anyio.run(scenario)
    assert sink.written == [1]
    assert [record.getMessage() for record in caplog.records] == [
        "sink held has been at one write for 0.01 s; the node waits for it once its queue is full"
    ]


def test_what_was_recorded_before_the_data_broke_is_written_and_the_sink_closed(nodes, collector) -> None:
    def write(script, _) -> None:
        def break_off() -> None:
            raise DataError("recording.jsonl:7: not a frame")

        script.quote(0).trade(1).turn().trade(500).then(break_off)

    with pytest.raises(DataError, match=r"recording\.jsonl:7: not a frame"):
        nodes.run(TOML, write, sinks=[("good", collector)])
    assert any(isinstance(record, Fill) for record in collector.records)
    assert collector.calls[-1] == "close"


def test_a_sink_never_writes_on_the_engines_thread(nodes) -> None:
    threads: list[int] = []

    class Noting:
        def open(self) -> None: ...

        def write(self, records: Sequence[Any]) -> None:
            threads.append(threading.get_ident())

        def close(self) -> None: ...

    nodes.run(TOML, many_turns, sinks=[("noting", Noting())])
    assert threads
    assert threading.get_ident() not in threads


def test_rows_have_the_shape_that_sinks_are_told(nodes, collector) -> None:
    nodes.run(TOML, many_turns, sinks=[("collector", collector)])
    found = {values.pop("type"): list(values) for values in map(row, collector.records)}
    assert found == {kind: list(SHAPES[kind]) for kind in found}
    assert {"order", "fill", "equity"} <= set(found)
