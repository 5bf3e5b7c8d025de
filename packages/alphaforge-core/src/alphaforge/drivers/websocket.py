"""WebSockets that stay: opened, replaced in time, and opened again when they end."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from typing import Never, cast

import anyio
from anyio.abc import TaskGroup
from websockets.uri import parse_uri

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.tls import verifying
from alphaforge.drivers.websocket_connection import WebSocketConnection, WebSocketHandler
from alphaforge.sansio.backoff import Backoff
from alphaforge.sansio.close_reason import CloseKind, CloseReason
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.rate_limit import WeightBudget
from alphaforge.sansio.websocket_plan import WebSocketPlan

__all__ = ["WebSocketConnection", "WebSocketHandler", "keep_connected", "run_connection"]

log = logging.getLogger("alphaforge.drivers.websocket")

_SILENCE_S = {429: 60.0, 418: 120.0}
"""How long these answers to an opening silence us where the venue does not say it."""


async def run_connection(
    plan: WebSocketPlan,
    handler: WebSocketHandler,
    *,
    clock: Clock,
    tls_context: ssl.SSLContext | None = None,
) -> CloseReason:
    """Open one connection, run it to its end, and return why it ended. Cancelled, it says goodbye.

    Raises:
        Exception: what the handler raised.
    """
    return await _run(WebSocketConnection(plan, handler, clock), tls_context)


async def keep_connected(
    plan: WebSocketPlan,
    handler: WebSocketHandler,
    *,
    clock: Clock,
    tls_context: ssl.SSLContext | None = None,
    attempts: Sequence[WeightBudget] = (),
    backoff: Backoff | None = None,
    generator: random.Random | None = None,
) -> Never:
    """Keep a connection open for ever: open it again when it ends, and replace it before it must end.

    A replacement is opened beside the old connection, which is closed `overlap_s` after the handler has
    called `ready` on the new one. No message is lost then; those of the overlap come twice, and are told
    apart by their sequence. `attempts` are what the venue allows of attempts, shared by all connections of
    this machine; their times are `clock.now_s()`.

    Raises:
        ExceptionGroup: what the handler raised.
    """
    random_generator = generator or random.Random()  # noqa: S311  # jitter needs no secrecy
    keeper = _Keeper(
        plan,
        handler,
        clock=clock,
        tls_context=tls_context,
        attempts=attempts,
        backoff=backoff or Backoff(random_generator),
        generator=random_generator,
    )
    async with anyio.create_task_group() as tasks:
        await keeper.keep(tasks)
    raise AssertionError("unreachable")


class _Keeper:
    """Holds one connection of a plan, and another while one replaces the other."""

    def __init__(
        self,
        plan: WebSocketPlan,
        handler: WebSocketHandler,
        *,
        clock: Clock,
        tls_context: ssl.SSLContext | None,
        attempts: Sequence[WeightBudget],
        backoff: Backoff,
        generator: random.Random,
    ) -> None:
        self._backoff = backoff
        self._plan = plan
        self._handler = handler
        self._clock = clock
        self._tls_context = tls_context
        self._attempts = attempts
        self._random = generator

    async def keep(self, tasks: TaskGroup) -> Never:
        current = await self._opened(tasks)
        while True:
            began_s = self._clock.monotonic_s()
            lifetime_s = self._plan.max_lifetime_s
            if lifetime_s is not None:
                lifetime_s *= self._random.uniform(0.9, 1.0)
            if not await _until(current, _is_leaving, lifetime_s):
                current.renew("its lifetime ends soon")
            if current.has_ended:
                await self._pause(current, self._clock.monotonic_s() - began_s)
                current = await self._opened(tasks)
            else:
                current = await self._replaced(tasks, current)

    async def _opened(self, tasks: TaskGroup) -> WebSocketConnection:
        """A connection that is ready, after as many tries as it takes."""
        while True:
            for budget in self._attempts:
                await self._wait_for_attempt(budget)
            connection = WebSocketConnection(self._plan, self._handler, self._clock)
            tasks.start_soon(_run, connection, self._tls_context)
            await _until(connection, _is_settled)
            if not connection.has_ended:
                return connection
            await self._pause(connection, 0.0)

    async def _replaced(self, tasks: TaskGroup, old: WebSocketConnection) -> WebSocketConnection:
        """A connection in the place of `old`, which stays until the new one has proved itself."""
        log.info("%s: renewed, since %s", self._plan.name, old.renewal)
        while True:
            new = await self._opened(tasks)
            if old.has_ended or not await _until(new, _has_ended, self._plan.overlap_s):
                old.close(str(old.renewal), CloseKind.RENEWED)
                return new
            await self._pause(new, 0.0)

    async def _wait_for_attempt(self, budget: WeightBudget) -> None:
        # No event can say it (ASYNC110): what ends this wait is time.
        while (wait_s := budget.reserve(1, Priority.QUERY, self._clock.now_s())) > 0:  # noqa: ASYNC110
            await anyio.sleep(wait_s)

    async def _pause(self, connection: WebSocketConnection, ran_s: float) -> None:
        reason = connection.reason
        pause_s = self._backoff.pause_s(ran_s)
        if reason is not None and reason.kind is CloseKind.REFUSED and reason.code in _SILENCE_S:
            silence_s = _SILENCE_S[reason.code] if reason.retry_after_s is None else reason.retry_after_s
            pause_s = max(pause_s, silence_s)
            for budget in self._attempts:
                budget.block(self._clock.now_s() + silence_s)
        log.warning("%s: %s; opened again in %.1f s", self._plan.name, reason, pause_s)
        await anyio.sleep(pause_s)


def _is_settled(connection: WebSocketConnection) -> bool:
    return connection.is_ready or connection.has_ended


def _has_ended(connection: WebSocketConnection) -> bool:
    return connection.has_ended


def _is_leaving(connection: WebSocketConnection) -> bool:
    return connection.has_ended or connection.renewal is not None


async def _until(
    connection: WebSocketConnection,
    holds: Callable[[WebSocketConnection], bool],
    timeout_s: float | None = None,
) -> bool:
    """Wait until something holds of a connection; False if it did not in time."""
    with anyio.move_on_after(timeout_s):
        while not holds(connection):
            await connection.changed.wait()
    return holds(connection)


async def _run(connection: WebSocketConnection, tls_context: ssl.SSLContext | None) -> CloseReason:
    try:
        await _open(connection, tls_context)
        await _until(connection, _has_ended)
    finally:
        # Cancelled in the middle of it: the goodbye takes 1 s at most.
        connection.close("it is not needed any more")
        with anyio.CancelScope(shield=True):
            await _until(connection, _has_ended)
    if len(connection.errors) > 1:
        raise ExceptionGroup(f"the handler of {connection.plan.name} failed", connection.errors)
    if connection.errors:
        raise connection.errors[0]
    return cast("CloseReason", connection.reason)


async def _open(connection: WebSocketConnection, tls_context: ssl.SSLContext | None) -> None:
    """Open a connection, or end it with the reason why it could not be."""
    plan = connection.plan
    uri = parse_uri(plan.url)
    context = verifying(tls_context) if uri.secure else None
    try:
        with anyio.fail_after(plan.connect_timeout_s):
            # One address after the other: a race between them (happy eyeballs) loses a socket where it is
            # cancelled at the moment when one has won.
            await asyncio.get_running_loop().create_connection(
                lambda: connection, uri.host, uri.port, ssl=context
            )
            await _until(connection, lambda it: it.has_opened or it.has_ended)
    except TimeoutError:
        text = f"not open within {plan.connect_timeout_s:g} s"
        connection.fail_opening(CloseReason(CloseKind.CONNECT_FAILED, text))
    except ssl.SSLError as error:
        connection.fail_opening(CloseReason(CloseKind.TLS_FAILED, str(error)))
    except OSError as error:
        connection.fail_opening(CloseReason(CloseKind.CONNECT_FAILED, str(error)))
