"""What every client's program shares: what it is to do, the loops around its calls, and its report."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

FLOOD_FRAMES = 800_000
"""The ids of the trades of a flood are 1 to this."""
QUANTITY, PRICE = "0.001", "30000"
"""Of every order. It is `IOC` and far below the market: it is taken, and expires at once."""
PAUSE_S = 0.005
"""Between orders whose round trip is timed: what follows from the one before is done by then."""
_LOOK_EVERY_S = 0.005
_BEGUN_WITHIN_S = 20.0


@dataclass(frozen=True)
class Server:
    """Where a server listens, and the keys of an account there."""

    rest: str
    keys: Mapping[str, str]

    @property
    def host(self) -> str:
        """Host and port."""
        return self.rest.removeprefix("http://")


@dataclass(frozen=True)
class Job:
    """What a client is to do."""

    bare: Server
    emulator: Server
    workloads: list[str]
    ticks: int
    round_trips: int
    flood_s: float
    sustained_s: int
    orders_in_flight: int


Workload: TypeAlias = Callable[[Job], Coroutine[Any, Any, Any]]


def main(workloads: Mapping[str, Workload]) -> None:
    """Do the job that stands on the command line, and print the results as JSON, by workload."""
    told = json.loads(sys.argv[1])
    job = Job(**told | {name: Server(**told[name]) for name in ("bare", "emulator")})

    loops = [asyncio.new_event_loop() for _ in job.workloads]
    found = {
        name: loop.run_until_complete(workloads[name](job))
        for name, loop in zip(job.workloads, loops, strict=True)
    }
    print(json.dumps(found), flush=True)
    # What a client has left running stands still with its loop: some take ten seconds to close.
    os._exit(0)


async def frames_a_second(seen: Callable[[], int], job: Job) -> float:
    """How many frames of the flood get through, by the newest id that the strategy has seen."""
    async with asyncio.timeout(_BEGUN_WITHIN_S):
        while seen() < 1_000:  # noqa: ASYNC110 - what is measured must not have to tell
            await asyncio.sleep(_LOOK_EVERY_S)
    began_s, first = time.perf_counter(), seen()
    await asyncio.sleep(job.flood_s)
    rate = (seen() - first) / (time.perf_counter() - began_s)
    if seen() == FLOOD_FRAMES:
        raise RuntimeError("the flood was over before the time was: make it longer")
    return rate


async def orders_by_second(done: Callable[[], int], job: Job) -> list[float]:
    """How many orders were answered a second, in each second."""
    rates = []
    for _ in range(job.sustained_s):
        began_s, before = time.perf_counter(), done()
        await asyncio.sleep(1.0)
        rates.append((done() - before) / (time.perf_counter() - began_s))
    return rates


@asynccontextmanager
async def repeated(step: Callable[[], Awaitable[object]], count: int = 1) -> AsyncIterator[None]:
    """Do a step again and again beside the block, by `count` tasks; what it raises is raised here."""
    is_over = False

    async def work() -> None:
        while not is_over:
            await step()

    tasks = [asyncio.create_task(work()) for _ in range(count)]
    yield
    is_over = True
    await asyncio.gather(*tasks)


@asynccontextmanager
async def followed(reports: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Follow the orders' reports beside the block, to its end: the work counts."""
    following = asyncio.create_task(reports)
    yield
    if following.done():
        raise RuntimeError("the client does not follow its orders any more") from following.exception()


async def time_each(place: Callable[[], Awaitable[object]], count: int) -> list[int]:
    """Place orders one after another; how long each took, in ns."""
    found = []
    for _ in range(count):
        began_ns = time.perf_counter_ns()
        await place()
        found.append(time.perf_counter_ns() - began_ns)
        await asyncio.sleep(PAUSE_S)
    return found


async def keep_placing(place: Callable[[], Awaitable[object]], job: Job) -> list[float]:
    """Place orders all the time, several in flight; how many were answered in each second."""
    answered = 0

    async def place_one() -> None:
        nonlocal answered
        await place()
        answered += 1

    async with repeated(place_one, job.orders_in_flight):
        return await orders_by_second(lambda: answered, job)
