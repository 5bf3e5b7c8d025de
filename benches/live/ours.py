"""AlphaForge: real strategies in a real live node. `python -m benches.live.ours JOB`, see `client.py`."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from unittest import mock

import anyio
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket_connection import WebSocketConnection
from alphaforge.engine.compose import compose
from alphaforge.engine.inbox import StopRequest
from alphaforge.engine.live_node import LiveNode
from alphaforge.engine.live_venue import open_venues
from alphaforge.hooks.registry import Registry
from alphaforge.sansio.rate_limit import RateWindow, WeightBudget

from benches.live.client import Job, Server, frames_a_second, main, orders_by_second
from benches.live.strategies import Many, OneByOne, OrderPerTrade, PerTrade, Placing

_LOOK_EVERY_S = 0.01


class Stopwatch:
    """Times the node from outside of it: from a market frame's bytes to the order's, in one call chain."""

    def __init__(self) -> None:
        self.samples_ns: list[int] = []
        self.received_ns = 0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Wrap the driver's connections."""
        received, made = WebSocketConnection.data_received, WebSocketConnection.connection_made

        def data_received(connection: WebSocketConnection, data: bytes) -> None:
            self.received_ns = time.perf_counter_ns() if connection.plan.name != "trading" else 0
            received(connection, data)
            self.received_ns = 0

        def connection_made(connection: WebSocketConnection, transport: Any) -> None:
            is_timed = connection.plan.name == "trading"
            made(connection, cast("Any", TimedTransport(transport, self)) if is_timed else transport)

        with (
            mock.patch.object(WebSocketConnection, "data_received", data_received),
            mock.patch.object(WebSocketConnection, "connection_made", connection_made),
        ):
            yield


class TimedTransport:
    """A transport that notes when it has written."""

    def __init__(self, transport: asyncio.Transport, watch: Stopwatch) -> None:
        self._transport = transport
        self._watch = watch

    def write(self, data: bytes) -> None:
        self._transport.write(data)
        if self._watch.received_ns:
            self._watch.samples_ns.append(time.perf_counter_ns() - self._watch.received_ns)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


@asynccontextmanager
async def running(server: Server, strategy: type[Placing], symbol: str = "BTCUSDT") -> AsyncIterator[Any]:
    """A live node; gives the strategy, which has begun."""
    with tempfile.TemporaryDirectory() as folder:
        raw = RawConfig()
        raw.add(_sections(server, strategy, symbol, Path(folder)), "bench")
        config, registry, clock = load_config(raw), Registry.installed(), Clock()
        async with open_venues(config, raw, registry, clock) as opened:
            # Binance's own limit, 6000 a minute, would be what is measured.
            unlimited = WeightBudget([RateWindow(10**9, 60.0, guard_s=0.5)])
            venues = [replace(venue, budget=unlimited) for venue in opened]
            node = LiveNode(compose(config, raw, registry, live=venues), venues, clock)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(node.run)
                await _until(lambda: node.state != "starting")
                yield Placing.made[-1]
                node.inbox.put(StopRequest("measured"))


def _sections(server: Server, strategy: type[Placing], symbol: str, folder: Path) -> dict[str, Any]:
    key_file = folder / "keys.toml"
    api_key, private_key = server.keys["ed25519_key"], server.keys["ed25519_pem"]
    key_file.touch(mode=0o600)
    key_file.write_text(f'api_key = "{api_key}"\nprivate_key = """{private_key}"""\n', encoding="ascii")
    return {
        "node": {"name": "bench", "mode": "live", "data_dir": str(folder / "data")},
        "feed": {"source": "live"},
        "strategies": [{"use": f"benches.live.strategies:{strategy.__name__}"}],
        "venues": {
            "binance": {
                "instruments": [symbol],
                "streams": ["trades"],
                "base_url": server.rest,
                "ws_url": f"ws://{server.host}",
                "ws_api_url": f"ws://{server.host}/ws-api/v3",
                "key_file": str(key_file),
            }
        },
    }


async def _until(holds: Callable[[], object]) -> None:
    with anyio.fail_after(60):
        while not holds():  # noqa: ASYNC110 - what is measured must not have to tell
            await anyio.sleep(_LOOK_EVERY_S)


async def ticks(job: Job) -> list[int]:
    """How long each tick took within this process; the server knows how long it took outside."""
    watch = Stopwatch()
    with watch.installed():
        async with running(job.bare, OrderPerTrade) as strategy:
            await _until(lambda: strategy.placed >= job.ticks)
    return watch.samples_ns


async def flood(job: Job) -> float:
    async with running(job.bare, PerTrade, "ETHUSDT") as strategy:
        return await frames_a_second(lambda: strategy.newest, job)


async def round_trips(job: Job) -> list[int]:
    async with running(job.emulator, OneByOne) as strategy:
        await _until(lambda: len(strategy.taken_ns) >= job.round_trips)
        found: list[int] = strategy.taken_ns
        return found


async def sustained(job: Job) -> list[float]:
    async with running(job.emulator, Many) as strategy:
        strategy.in_flight = job.orders_in_flight
        await _until(lambda: strategy.ended)
        return await orders_by_second(lambda: strategy.ended, job)


if __name__ == "__main__":
    main({"ticks": ticks, "flood": flood, "round_trips": round_trips, "sustained": sustained})
