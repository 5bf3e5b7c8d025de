"""The operator's desk: what people ask of a running live node, in the words of its control socket."""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import anyio
from alphaforge_rs import Latch

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
from alphaforge.engine.control.open_orders import is_within, open_orders
from alphaforge.engine.control.sweep import Sweep
from alphaforge.engine.control.tally import Tally
from alphaforge.engine.inbox import Inbox, InboxFullError
from alphaforge.engine.inbox import StopRequest as StopNode
from alphaforge.engine.lifecycle import NodeState
from alphaforge.engine.live_venue import LiveVenue
from alphaforge.model.plain_digits import plain_digits
from alphaforge.sansio.venue_events import OrderReport
from alphaforge.sinks.rows import row
from alphaforge.venues.order_tracker import OrderTracker
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
        flatten: bool,
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
        venues: Sequence[LiveVenue],
        keeper: LatchKeeper,
    ) -> None:
        self._node = node
        self._parts = parts
        self._sessions = sessions
        self._venues = venues
        self._keeper = keeper
        self._clock = venues[0].clock

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
        self._apply(request.state, request, cancel_orders=request.cancel_orders, flatten=False)
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

    def _apply(
        self,
        state: State,
        request: OperateRequest | KillRequest,
        *,
        cancel_orders: bool,
        flatten: bool,
    ) -> None:
        scope = request.scope
        try:
            self._node.operate(
                state,
                request.reason,
                scope=scope.kind,
                name=scope.name,
                by=request.by,
                cancel_orders=cancel_orders,
                flatten=flatten,
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
        if request.all_orders and request.scope.kind not in {"account", "venue"}:
            raise RequestError("refused", f"all orders of an account are more than {request.scope}")
        orders = {
            order.id: order.client_order_id
            for order in open_orders(self._parts, request.scope)
            if order.state not in {"held", "intent"}
        }
        self._apply("halted", request, cancel_orders=True, flatten=request.flatten)
        self._keeper.note_kill(
            request.scope, by=request.by, reason=request.reason, now_ns=self._clock.now_ns()
        )
        return _Kill(request, arrived_s, orders)

    async def _finish(self, kill: _Kill) -> Answer:
        """Wait for the venues' word on each order; what is not confirmed is sent again meanwhile."""
        request = kill.request
        fault = await self._keeper.save()
        others = Tally(kill.arrived_s, self._clock.monotonic_s)
        figures, holdings = self._figures(kill), self._holdings(request)
        left_s = kill.arrived_s + request.wait_s - self._clock.monotonic_s()
        with anyio.move_on_after(max(left_s, 0.0)):
            async with anyio.create_task_group() as sweeps:
                for sweep in self._sweeps(request, others):
                    sweeps.start_soon(partial(sweep.run, again_after_s=0.0))
                while not figures.is_confirmed or figures.written_ms is None or holdings:
                    await anyio.sleep(_LOOK_EVERY_S)
                    figures, holdings = self._figures(kill, figures), self._holdings(request)
        told_others = others.figures().to_json() if request.all_orders else None
        ending = {"others": told_others, "positions_left": holdings, "latch_fault": fault}
        return Answer(result={**figures.to_json(), **ending})

    def _sweeps(self, request: KillRequest, tally: Tally) -> Sequence[Sweep]:
        """What takes back the orders that are not of this run."""
        if not request.all_orders:
            return ()
        names = [name for name in self._sessions if request.scope.name in {None, name}]
        for name in names:
            tally.begin(name)

        def is_wanted(tracker: OrderTracker, report: OrderReport) -> bool:
            return tracker.owner(report.name) is None

        return [
            Sweep(venue.name, venue, partial(is_wanted, self._sessions[venue.name].tracker), tally)
            for venue in self._venues
            if venue.name in names
        ]

    def _holdings(self, request: KillRequest) -> Sequence[str]:
        """The positions that are to be closed and are not."""
        positions = self._parts.runtime.positions() if request.flatten else ()
        return [
            f"{position.strategy} {position.instrument.id} {plain_digits(position.quantity_decimal)}"
            for position in positions
            if not position.is_flat and is_within(request.scope, position)
        ]

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
