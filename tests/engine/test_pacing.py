"""Pacing: everything is given in order at every speed, and nothing is due after the last event at hand."""

import time

import anyio
import pytest
from alphaforge.engine.pacing import Pacer
from alphaforge_rs import EventBatch, Instrument, InstrumentTable

AT = 1_767_225_600_000_000_000
MS = 1_000_000


def batch_at(times: list[int]) -> EventBatch:
    instrument = Instrument(venue="T", symbol="A", base="A", quote="B", tick_size="1", lot_size="1")
    batch = EventBatch(InstrumentTable([instrument]))
    for number, at in enumerate(times):
        batch.add_trade(0, AT + at * MS, None, number, "1", "1")
    return batch


def paced(pacer: Pacer, *batches: EventBatch) -> list[tuple[list[int], int | None]]:
    """The trade ids of each part, and the time that comes with it."""

    async def collect() -> list[tuple[list[int], int | None]]:
        return [
            ([event.trade_id for event in part.events()], until)
            for batch in batches
            async for part, until in pacer.parts(batch)
        ]

    return anyio.run(collect)


@pytest.mark.parametrize("times", [[], [0], [0, 5, 5, 60], [50, 0, 60, 10]], ids=str)
def test_nothing_is_lost_and_nothing_is_due_after_the_last_event(times) -> None:
    parts = paced(Pacer("realtime", 20.0), batch_at(times))
    assert [number for part, _ in parts for number in part] == list(range(len(times)))
    assert parts[-1][1] is None
    for index, (_, until) in enumerate(parts[:-1]):
        later = [AT + times[number] * MS for part, _ in parts[index + 1 :] for number in part]
        assert until is not None
        assert until < later[0]


def test_at_full_speed_a_batch_is_given_whole() -> None:
    assert paced(Pacer("max"), batch_at([0, 60_000, 1])) == [([0, 1, 2], None)]


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_the_speed_divides_the_time_it_takes(speed) -> None:
    began = time.monotonic()
    paced(Pacer("realtime", speed), batch_at([0, 100]), batch_at([200, 400]))
    assert time.monotonic() - began >= 0.4 / speed
