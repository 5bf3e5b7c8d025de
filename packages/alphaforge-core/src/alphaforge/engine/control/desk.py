"""The operator's desk: what people ask of a running live node, in the words of its control socket."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import anyio
from alphaforge_rs import Latch

from alphaforge.drivers.clock import Clock
from alphaforge.engine.compose import Composition
from alphaforge.engine.control.figures import KillFigures
from alphaforge.engine.control.latch_keeper import LatchKeeper
from alphaforge.engine.control.messages import (
    Answer,
    KillRequest,
    OperateRequest,
    OrdersRequest,
    PositionsRequest,
    Request,
    RequestError,
    Scope,
    ScopeKind,
    State,
    StatusRequest,
    StopRequest,
)
from alphaforge.engine.control.open_orders import open_orders
from alphaforge.engine.inbox import Inbox, InboxFullError
from alphaforge.engine.inbox import StopRequest as StopNode
from alphaforge.engine.lifecycle import NodeState
from alphaforge.model.plain_digits import plain_digits
from alphaforge.sinks.rows import row
from alphaforge.venues.trading_session import TradingSession

_LOOK_EVERY_S = 0.005


class OperatedNode(Protocol):
    """The part of a live node that its operators reach."""

    @property
    def state(self) -> NodeState:
        """Where it is in its life."""
        ...

    @property
    def inbox(self) -> Inbox:
        """Where a stop is asked for."""
        ...

    def operate(
        self,
        state: State,
        reason: str,
        *,
        scope: ScopeKind,
        name: str | None,
        by: str | None,
        cancel_orders: bool,
    ) -> None:
        """Change who may trade. Raises ValueError where the kernel refuses it."""
        ...


@dataclass(frozen=True, slots=True)
class _Kill:
    """A kill that goes on."""

    request: KillRequest
    arrived_s: float
    orders: Mapping[int, str]
    """The client order ids of what was open, by the kernel's ids."""


class OperatorDesk:
    """Serves requests, each as a turn of its own: what it holds back holds when the first answer leaves."""

    def __init__(
        self,
        node: OperatedNode,
        parts: Composition,
        sessions: Mapping[str, TradingSession],
        keeper: LatchKeeper,
        clock: Clock,
    ) -> None:
        self._node = node
        self._parts = parts
        self._sessions = sessions
        self._keeper = keeper
        self._clock = clock

    async def answers(self, request: Request, arrived_s: float) -> AsyncIterator[Answer]:
        """The answers to a request.

        Raises:
            RequestError: it cannot be served.
        """
        match request:
            case StatusRequest():
                yield Answer(result=self._status())
            case OrdersRequest():
                yield Answer(result={"orders": [row(order) for order in open_orders(self._parts, Scope())]})
            case PositionsRequest():
                yield Answer(result={"positions": self._positions()})
            case OperateRequest():
                yield await self._operate(request)
            case StopRequest(by=by, reason=reason):
                self._stop(f"stopped by {by}: {reason}")
                yield Answer(result={"state": self._node.state.value})
            case KillRequest():
                kill = self._begin(request, arrived_s)
                yield Answer(is_last=False, result=self._figures(kill).to_json())
                yield await self._finish(kill)

    # Looking.

    def _status(self) -> dict[str, Any]:
        parts, section = self._parts, self._parts.config.node
        equity = parts.runtime.equity(parts.reporting_currency)
        counters = parts.runtime.counters()
        return {
            "node": section.name,
            "pid": os.getpid(),
            "mode": section.mode,
            "state": self._node.state.value,
            "trading": parts.runtime.trading_state,
            "latches": [entry.to_json() for entry in self._keeper.entries],
            "venues": {name: session.is_connected for name, session in self._sessions.items()},
            "silent": self._silent(),
            "orders_open": len(open_orders(self._parts, Scope())),
            "events": counters.events,
            "orders": counters.orders,
            "fills": counters.fills,
            "equity": None if equity is None else plain_digits(equity),
            "currency": parts.reporting_currency,
        }

    def _silent(self) -> list[str]:
        """The strategies that have raised: they hear nothing more in this run, whatever may trade."""
        return sorted({fault.strategy for fault in self._parts.faults.faults})

    def _positions(self) -> list[dict[str, Any]]:
        return [
            {
                "strategy": position.strategy,
                "instrument": position.instrument.id,
                "quantity": plain_digits(position.quantity_decimal),
                "average_price": _text(position.average_price_decimal),
                "realised": plain_digits(position.realised),
                "unrealised": _text(position.unrealised),
            }
            for position in self._parts.runtime.positions()
        ]

    # Holding back and letting go.

    async def _operate(self, request: OperateRequest) -> Answer:
        scope = request.scope
        before = self._latch_of(scope)
        self._apply(request.state, request, cancel_orders=request.cancel_orders)
        return Answer(
            result={
                "scope": scope.model_dump(),
                "before": _described(before),
                "now": _described(self._latch_of(scope)),
                "held_back": [entry.to_json() for entry in self._keeper.entries],
                "silent": self._silent(),
                "latch_fault": await self._keeper.save(),
            }
        )

    def _apply(self, state: State, request: OperateRequest | KillRequest, *, cancel_orders: bool) -> None:
        scope = request.scope
        try:
            self._node.operate(
                state,
                request.reason,
                scope=scope.kind,
                name=scope.name,
                by=request.by,
                cancel_orders=cancel_orders,
            )
        except ValueError as error:
            raise RequestError("refused", str(error)) from error

    def _latch_of(self, scope: Scope) -> Latch | None:
        latches = self._parts.runtime.latches()
        return next((each for each in latches if (each.scope, each.name) == (scope.kind, scope.name)), None)

    def _stop(self, reason: str) -> None:
        try:
            self._node.inbox.put(StopNode(reason))
        except InboxFullError as error:
            raise RequestError("refused", str(error)) from error

    # Killing.

    def _begin(self, request: KillRequest, arrived_s: float) -> _Kill:
        """Hold back, and let the cancels leave."""
        orders = {
            order.id: order.client_order_id
            for order in open_orders(self._parts, request.scope)
            if order.state not in {"held", "intent"}
        }
        self._apply("halted", request, cancel_orders=True)
        self._keeper.note_kill(
            request.scope, by=request.by, reason=request.reason, now_ns=self._clock.now_ns()
        )
        return _Kill(request, arrived_s, orders)

    async def _finish(self, kill: _Kill) -> Answer:
        """Wait for the venues' word on each order; what is not confirmed is sent again meanwhile."""
        figures = self._figures(kill)
        fault = await self._keeper.save()
        left_s = kill.arrived_s + kill.request.wait_s - self._clock.monotonic_s()
        with anyio.move_on_after(max(left_s, 0.0)):
            while not figures.is_confirmed or figures.written_ms is None:
                await anyio.sleep(_LOOK_EVERY_S)
                figures = self._figures(kill, figures)
        return Answer(result={**figures.to_json(), "latch_fault": fault})

    def _figures(self, kill: _Kill, before: KillFigures | None = None) -> KillFigures:
        left = {order.id for order in open_orders(self._parts, kill.request.scope)} & kill.orders.keys()
        elapsed_ms = round((self._clock.monotonic_s() - kill.arrived_s) * 1e3, 3)
        unwritten = sum(session.unwritten_cancels(left) for session in self._sessions.values())
        return KillFigures(
            orders_open=len(kill.orders),
            cancels_written=len(kill.orders) - unwritten,
            written_ms=_first(
                before.written_ms if before else None, lambda: None if unwritten else elapsed_ms
            ),
            confirmed=len(kill.orders) - len(left),
            confirmed_ms=_first(
                before.confirmed_ms if before else None, lambda: None if left else elapsed_ms
            ),
            unconfirmed=[kill.orders[order_id] for order_id in sorted(left)],
        )


def _first(known: float | None, now: Callable[[], float | None]) -> float | None:
    return now() if known is None else known


def _described(latch: Latch | None) -> dict[str, Any]:
    if latch is None:
        return {"state": "active"}
    return {"state": latch.state, "since": latch.since, "by": latch.by, "reason": latch.reason}


def _text(number: Any) -> str | None:
    return None if number is None else plain_digits(number)
