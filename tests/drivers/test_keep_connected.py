"""A WebSocket that stays: opened again after every end, and replaced without losing a message."""

import random
import time
from contextlib import suppress

import anyio
import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket import keep_connected
from alphaforge.sansio.backoff import Backoff
from alphaforge.sansio.close_reason import CloseKind
from alphaforge.sansio.rate_limit import RateWindow, WeightBudget
from alphaforge.sansio.websocket_plan import WebSocketPlan
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.anyio


def plan(url: str, **options) -> WebSocketPlan:
    return WebSocketPlan(name="test", url=url, **{"overlap_s": 0.02, **options})


def quick() -> Backoff:
    return Backoff(random.Random(1), first_s=0.01, longest_s=0.02)


async def kept(tasks, own: WebSocketPlan, handler, **options) -> None:
    options = {"clock": Clock(), "backoff": quick(), "generator": random.Random(1), **options}
    tasks.start_soon(lambda: keep_connected(own, handler, **options))


class Ticker:
    """A server that gives every connection the same numbers, as they come."""

    def __init__(self) -> None:
        self.number = 0
        self.open: set = set()
        self.opened = 0

    async def count(self) -> None:
        while True:
            self.number += 1
            for connection in list(self.open):
                with suppress(ConnectionClosed):  # the client has just left it
                    await connection.send(str(self.number))
            await anyio.sleep(0.001)

    async def serve(self, connection) -> None:
        await connection.recv()  # the subscription
        self.open.add(connection)
        self.opened += 1
        await connection.send("subscribed")
        try:
            await connection.wait_closed()
        finally:
            self.open.discard(connection)


def subscribing(handler):
    """Ready when subscribed."""
    handler.opening = lambda connection: connection.send_text(b"subscribe")

    def take(message: bytes) -> None:
        if message == b"subscribed":
            handler.connections[-1].ready()

    handler.taking = take


def without_repeats(messages: list[bytes]) -> list[int]:
    """The numbers as a filter by sequence passes them: each once, older ones dropped."""
    last, passed = 0, []
    for message in messages:
        if message != b"subscribed" and int(message) > last:
            last = int(message)
            passed.append(last)
    return passed


async def test_it_is_opened_again_after_every_end(websocket_server, handler) -> None:
    async def serve(connection) -> None:
        await connection.send("hello")

    async with websocket_server(serve) as url, anyio.create_task_group() as tasks:
        await kept(tasks, plan(url), handler)
        await handler.until(lambda: len(handler.reasons) == 5)
        tasks.cancel_scope.cancel()
    assert handler.messages[:5] == [b"hello"] * 5
    assert {reason.kind for reason in handler.reasons[:5]} == {CloseKind.CLOSED_BY_PEER}


@pytest.mark.parametrize("seed", range(3))
async def test_many_renewals_lose_no_message(websocket_server, handler, seed) -> None:
    ticker = Ticker()
    subscribing(handler)
    async with websocket_server(ticker.serve) as url, anyio.create_task_group() as tasks:
        tasks.start_soon(ticker.count)
        own = plan(url, max_lifetime_s=0.05, overlap_s=0.01)
        await kept(tasks, own, handler, generator=random.Random(seed))
        await handler.until(lambda: len(handler.connections) >= 12)
        tasks.cancel_scope.cancel()
    numbers = without_repeats(handler.messages)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert {reason.kind for reason in handler.reasons[:10]} == {CloseKind.RENEWED}


async def test_a_renewal_that_the_handler_asks_for_loses_no_message(websocket_server, handler) -> None:
    ticker = Ticker()
    subscribing(handler)
    async with websocket_server(ticker.serve) as url, anyio.create_task_group() as tasks:
        tasks.start_soon(ticker.count)
        await kept(tasks, plan(url), handler)
        for renewals in range(1, 6):
            await handler.until(lambda: handler.connections and handler.connections[-1].is_ready)
            handler.connections[-1].renew("serverShutdown")
            await handler.until(lambda renewals=renewals: len(handler.reasons) == renewals)
        tasks.cancel_scope.cancel()
    numbers = without_repeats(handler.messages)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert [(reason.kind, reason.text) for reason in handler.reasons[:5]] == [
        (CloseKind.RENEWED, "serverShutdown")
    ] * 5


async def test_the_old_connection_stays_until_the_new_one_is_ready(websocket_server, handler) -> None:
    async def serve(connection) -> None:
        await connection.wait_closed()

    def open_(connection) -> None:
        if len(handler.connections) == 1:
            connection.ready()

    handler.opening = open_
    async with websocket_server(serve) as url, anyio.create_task_group() as tasks:
        await kept(tasks, plan(url, ready_timeout_s=0.05), handler)
        await handler.until(lambda: handler.connections)
        first = handler.connections[0]
        first.renew("a test")
        # Replacements that never get ready are given up, one after the other; the first one lives on.
        await handler.until(lambda: len(handler.reasons) == 3)
        assert first.is_open
        assert {reason.kind for reason in handler.reasons} == {CloseKind.NOT_READY}
        handler.opening = lambda connection: connection.ready()
        await handler.until(lambda: not first.is_open and handler.connections[-1].is_open)
        assert handler.connections[-1].is_ready
        await handler.until(lambda: CloseKind.RENEWED in {reason.kind for reason in handler.reasons})
        tasks.cancel_scope.cancel()


async def test_a_replacement_that_dies_in_the_overlap_does_not_cost_the_old_one(
    websocket_server, handler
) -> None:
    served = []

    async def serve(connection) -> None:
        served.append(connection)
        if len(served) != 2:
            await connection.wait_closed()

    async with websocket_server(serve) as url, anyio.create_task_group() as tasks:
        await kept(tasks, plan(url, overlap_s=0.2), handler)
        await handler.until(lambda: handler.connections)
        handler.connections[0].renew("a test")
        await handler.until(lambda: len(handler.connections) == 3)
        assert [reason.kind for reason in handler.reasons] == [CloseKind.CLOSED_BY_PEER]
        assert handler.connections[0].is_open
        await handler.until(lambda: len(handler.reasons) == 2)
        assert not handler.connections[0].is_open
        assert handler.connections[2].is_open
        tasks.cancel_scope.cancel()


async def test_tries_are_bounded_by_what_the_venue_allows(tcp_server, handler) -> None:
    tries = []

    async def serve(stream) -> None:
        tries.append(time.monotonic())
        await stream.aclose()

    attempts = WeightBudget([RateWindow(8, 60.0)])
    async with tcp_server(serve) as port, anyio.create_task_group() as tasks:
        own = plan(f"ws://127.0.0.1:{port}")
        await kept(tasks, own, handler, attempts=[attempts])
        with anyio.move_on_after(0.6):
            await anyio.sleep_forever()
        tasks.cancel_scope.cancel()
    assert len(tries) == 6


async def test_a_venue_that_says_429_is_left_alone(tcp_server, handler) -> None:
    tries = []

    async def serve(stream) -> None:
        tries.append(await stream.receive())
        await stream.send(b"HTTP/1.1 429 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n")

    attempts = WeightBudget([RateWindow(100, 60.0)])
    clock = Clock()
    async with tcp_server(serve) as port, anyio.create_task_group() as tasks:
        await kept(tasks, plan(f"ws://127.0.0.1:{port}"), handler, attempts=[attempts], clock=clock)
        with anyio.move_on_after(0.3):
            await anyio.sleep_forever()
        tasks.cancel_scope.cancel()
    assert len(tries) == 1
    assert 29 < attempts.blocked_until_s - clock.now_s() <= 30


async def test_what_the_handler_raises_is_raised(websocket_server, handler) -> None:
    async def serve(connection) -> None:
        await connection.send("hello")

    def fail(message: bytes) -> None:
        raise LookupError("of the handler")

    handler.taking = fail
    async with websocket_server(serve) as url:
        with anyio.fail_after(5), pytest.raises(ExceptionGroup) as raised:
            await keep_connected(plan(url), handler, clock=Clock())
    assert raised.group_contains(LookupError, match="of the handler")


async def test_cancelled_it_closes_all_connections(websocket_server, handler) -> None:
    codes = []

    async def serve(connection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async with websocket_server(serve) as url, anyio.create_task_group() as tasks:
        await kept(tasks, plan(url, overlap_s=60.0), handler)
        await handler.until(lambda: handler.connections)
        handler.connections[0].renew("a test")
        await handler.until(lambda: len(handler.connections) == 2)
        tasks.cancel_scope.cancel()
    assert codes == [1000, 1000]
