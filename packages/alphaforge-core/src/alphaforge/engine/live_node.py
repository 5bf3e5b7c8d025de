"""The live node: sockets push, and each push is one turn of the same runtime that backtests pull through."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import anyio
from alphaforge_rs import EventBatch
from anyio.abc import TaskGroup

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.websocket import keep_connected
from alphaforge.engine.compose import Composition
from alphaforge.engine.control.desk import OperatorDesk
from alphaforge.engine.control.latch_file import refuse_killed
from alphaforge.engine.control.latch_keeper import LatchKeeper
from alphaforge.engine.control.messages import Scope, ScopeKind, State
from alphaforge.engine.control.node_folder import NodeFolder, leave_node, read_holder
from alphaforge.engine.control.open_orders import open_orders
from alphaforge.engine.control.server import ControlServer, listening
from alphaforge.engine.control.watchdog import Watchdog
from alphaforge.engine.lifecycle import NodeState
from alphaforge.engine.live_venue import LiveVenue
from alphaforge.engine.market_connections import connect_market
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.engine.supervisor import OnFailure, Service, supervise
from alphaforge.feeds.live_market import MarketStream
from alphaforge.feeds.liveness import Liveness
from alphaforge.model.errors import SetupError
from alphaforge.model.monitor import NodeView
from alphaforge.model.orders import Alert, Record
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.venues.order_tracker import OrderTracker
from alphaforge.venues.tracked_order import TrackedOrder
from alphaforge.venues.trading_session import TradingSession

log = logging.getLogger("alphaforge.engine")

READY_WITHIN_S = 60.0
_SETTLE_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.02
_CLOCK_EVERY_S = 30.0
_DRIFTING_CLOCK_EVERY_S = 1.0
"""So often while orders are denied for the clock."""
_WALL_CLOCK_EVERY_S = 0.2
_TOLD_CHANGE_S = 0.25


class LiveNode(Node):
    """Runs strategies over live venues: on paper, or with orders that leave."""

    def __init__(self, parts: Composition, venues: Sequence[LiveVenue], clock: Clock) -> None:
        super().__init__(parts)
        self._venues = venues
        self._clock = clock
        self._nothing = EventBatch(parts.feed.table)
        self._sessions: dict[str, TradingSession] = {}
        self._streams: list[MarketStream] = []
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_ns: int | None = None
        self._failure: Exception | None = None
        """What a turn has raised that no task of ours called."""
        self._is_over = False
        """The run has ended; what the closing sockets still say is not part of it."""
        self._records: list[Record] = []
        self._has_records = anyio.Event()
        self._folder = NodeFolder(parts.config.node.data_dir, parts.config.node.name)
        self._keeper = LatchKeeper(None, ())
        self._halted: set[Scope] = set()
        self._watchdog: Watchdog | None = None

    async def run(self) -> RunResult:
        """See `Node.run`. When it has ended, the node may start again.

        Raises:
            AlphaForgeError: as for `Node.run`; also where it was killed, and nobody has let it go since.
        """
        try:
            return await super().run()
        finally:
            leave_node(self._folder)

    def view(self) -> NodeView:
        """See `Node.view`."""
        lag_s = max((stream.lag.lag_s for stream in self._streams), default=0.0)
        return replace(super().view(), lag_s=lag_s)

    def operate(
        self,
        state: State,
        reason: str,
        *,
        scope: ScopeKind = "account",
        name: str | None = None,
        by: str | None = None,
        cancel_orders: bool = False,
        flatten: bool = False,
    ) -> None:
        """See `Node.operate`. When this returns, what is to be cancelled has left, and nothing else will."""
        super().operate(
            state,
            reason,
            scope=scope,
            name=name,
            by=by,
            cancel_orders=cancel_orders,
            flatten=flatten,
        )
        if state == "halted":
            self._recall(Scope(kind=scope, name=name))
        self._flush()
        # What the strategies have to say to it comes after the cancels.
        asyncio.get_running_loop().call_soon(self._timer_fired)

    async def _trade(self) -> None:
        """Connect the accounts, start the strategies, listen until told to stop, and drain."""
        try:
            await self._trade_until_drained()
        finally:
            await self._withdraw()

    async def _trade_until_drained(self) -> None:
        self._restore_latches()
        desk = OperatorDesk(self, self._parts, self._sessions, self._venues, self._keeper)
        control = ControlServer(desk, self._clock.monotonic_s)
        async with listening(self._folder.socket) as listener, anyio.create_task_group() as services:
            serve = Service("control", partial(control.serve, listener), OnFailure.RESTART)
            services.start_soon(supervise, serve, self._report_down)
            services.start_soon(self._keeper.run, self._tell)
            services.start_soon(self._pass_records_on)
            for venue in self._venues:
                self._parts.runtime.note_clock(venue.name, venue.offset.offset_ns)
                self._serve(services, f"clock {venue.name}", partial(self._watch_clock, venue))
            if self._parts.config.node.mode == "live":
                await self._connect_accounts(services)
            self._start_strategies()
            self._start_watchdog(services)
            self._parts.runtime.start()
            self.state = NodeState.READY
            self._note_trading_state("")
            self._turn_now(self._nothing)
            for venue in self._venues:
                self._connect_market(venue, services)
            self._start_monitors(services)
            await self._until_stopped()
            await self._drain()
            self._disarm()
            self._is_over = True
            if self._watchdog is not None:
                await self._watchdog.dismiss()
            services.cancel_scope.cancel()

    def _restore_latches(self) -> None:
        """Hold back what was held back when the node ended; on paper nothing outlives a run."""
        section = self._parts.config.node
        if section.mode != "live":
            return
        entries = refuse_killed(self._folder.latches, section.name)
        self._keeper = LatchKeeper(self._folder.latches, entries)
        for entry in entries:
            try:
                super().operate(entry.state, entry.reason, scope=entry.scope, name=entry.name, by=entry.by)
            except ValueError as error:
                self._keeper.pass_over(entry)
                self._warn([f"{entry}; {error}"])

    # Turns: each is a chain of plain calls, from the bytes of a socket to the bytes of another.

    def _turn_now(self, batch: EventBatch) -> None:
        """Market events go to the strategies, and what these order leaves."""
        if self._is_over:
            return
        self._parts.runtime.run(batch, self._clock.now_ns())
        if len(batch):
            self._last_event = asyncio.get_running_loop().time()
        self._flush()

    def _execute(self, work: Callable[[], None]) -> None:
        """A venue's word goes to the kernel; see `venues.venue_link.Execute`."""
        if self._is_over:
            return
        runtime = self._parts.runtime
        runtime.run(self._nothing, self._clock.now_ns())
        work()
        runtime.run(self._nothing, self._clock.now_ns())
        self._flush()

    def _flush(self) -> None:
        runtime = self._parts.runtime
        while commands := runtime.take_outbox():
            for command in commands:
                self._sessions[command.instrument.venue].send(command)
        records = runtime.take_records()
        if records:
            if any(isinstance(record, Alert) for record in records):
                self._follow_latches()
            self._records += records + runtime.take_records()
            self._has_records.set()
        self._arm(runtime.next_due)

    def _recall(self, scope: Scope) -> None:
        """Trading is halted: nothing of what was approved before leaves any more but cancels."""
        orders = {order.id for order in open_orders(self._parts, scope)}
        for session in self._sessions.values():
            session.recall(orders)

    def _follow_latches(self) -> None:
        """What rules, monitors and people hold back: nothing of it leaves, and it outlives the node."""
        latches = self._parts.runtime.latches()
        halted = {Scope(kind=each.scope, name=each.name) for each in latches if each.state == "halted"}
        for scope in halted - self._halted:  # once: what flattens it leaves later
            self._recall(scope)
        self._halted = halted
        self._keeper.follow(latches)
        self._note_trading_state(next((each.reason for each in latches if each.scope == "account"), ""))

    def _arm(self, due_ns: int | None) -> None:
        """Wake the runtime when its next work is due."""
        if due_ns == self._timer_due_ns:
            return
        self._disarm()
        if due_ns is not None:
            delay_s = max(due_ns - self._clock.now_ns(), 0) / 1e9
            self._timer_due_ns = due_ns
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = self._timer_due_ns = None
        try:
            self._turn_now(self._nothing)
        except Exception as error:  # raised where the node is run, which ends it
            self._failure = error

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_due_ns = None

    # Services.

    async def _connect_accounts(self, services: TaskGroup) -> None:
        for venue in self._venues:
            link = venue.link(self._parts.feed.table)
            if link is None:
                raise SetupError(f"venues.{venue.name.lower()}: live trading needs its keys")
            tracker = OrderTracker(self._parts.config.node.name, venue.name, self._parts.runtime)
            session = self._sessions[venue.name] = TradingSession(link, tracker, self._execute)
            self._serve(services, f"account {venue.name}", session.run)
            if (plan := link.codec.plan()) is not None:
                run = partial(
                    keep_connected,
                    plan,
                    session,
                    clock=self._clock,
                    tls_context=venue.tls_context,
                    # Where the venue wants silence, it does not want another logon either.
                    attempts=(venue.attempts, venue.budget),
                )
                self._serve(services, plan.name, run)
        for name, session in self._sessions.items():
            with anyio.move_on_after(READY_WITHIN_S):
                await session.is_ready.wait()
            if not session.is_ready.is_set():
                raise SetupError(
                    f"venues.{name.lower()}: not ready for trading within {READY_WITHIN_S:g} s; what was "
                    "missing stands in the log"
                )

    def _connect_market(self, venue: LiveVenue, services: TaskGroup) -> None:
        table, runtime = self._parts.feed.table, self._parts.runtime
        streams = connect_market(
            venue,
            venue.adapter.market(table),
            table=table,
            on_events=self._turn_now,
            is_synced=lambda instrument: runtime.book(instrument).is_synced,
            tell=self._tell,
            note_lag=runtime.note_lag,
            serve=partial(self._serve, services),
        )
        self._streams += streams
        turn = partial(self._turn_now, self._nothing)
        liveness = Liveness(
            venue.instruments, streams, clock=self._clock, note_alive=runtime.note_alive, turn=turn
        )
        self._serve(services, f"liveness {venue.name}", liveness.run)

    def _start_watchdog(self, services: TaskGroup) -> None:
        """From here on the loop must turn; what strategies do in `on_start` may take its time."""
        section, holder = self._parts.config.node, read_holder(self._folder)
        if section.mode == "live" and section.watchdog_s and holder is not None and holder.launch.config:
            self._watchdog = Watchdog(self._folder, holder.launch, section.watchdog_s)
            service = Service("watchdog", self._watchdog.run, OnFailure.RESTART)
            services.start_soon(supervise, service, self._tell)

    def _serve(self, services: TaskGroup, name: str, run: Callable[[], Awaitable[None]]) -> None:
        services.start_soon(supervise, Service(name, run, OnFailure.STOP_NODE), self._report_down)

    async def _watch_clock(self, venue: LiveVenue) -> None:
        """Measure the venue's clock now and then, and at once when ours was set."""
        runtime, measured_s = self._parts.runtime, self._clock.monotonic_s()
        while True:
            await anyio.sleep(_WALL_CLOCK_EVERY_S)
            jump_ns = self._clock.wall_jump_ns()
            if jump_ns is not None:
                self._tell(
                    f"the wall clock was set by {jump_ns / 1e9:+.3f} s; the node's time goes on as before"
                )
            every_s = _DRIFTING_CLOCK_EVERY_S if runtime.clock_drifts(venue.name) else _CLOCK_EVERY_S
            if not venue.offset.is_doubted and self._clock.monotonic_s() - measured_s < every_s:
                continue
            venue.offset.is_doubted = False
            measured_s, before_ns = self._clock.monotonic_s(), venue.offset.offset_ns
            try:
                await venue.measure_clock()
            except (TransportError, FrameError) as error:
                log.warning("%s: its clock cannot be read: %s", venue.name, error)
            runtime.note_clock(venue.name, venue.offset.offset_ns)
            self._flush()
            change_s = (venue.offset.offset_ns - before_ns) / 1e9
            if abs(change_s) > _TOLD_CHANGE_S:
                self._tell(f"{venue.name}: its clock has moved by {change_s:+.3f} s against ours")

    async def _pass_records_on(self) -> None:
        while True:
            await self._has_records.wait()
            await self._put_taken()

    async def _put_taken(self) -> None:
        self._has_records = anyio.Event()
        records, self._records = self._records, []
        if records:
            self._recorder.add(records)
            for sink in self._parts.sinks:
                await sink.put(records)

    async def _until_stopped(self) -> None:
        while True:
            self._serve_requests()
            self._flush()
            if self._failure is not None:
                raise self._failure
            if self._stop_reason is not None:
                self._stopped = self._stop_reason
                return
            await anyio.sleep(_LOOK_EVERY_S)

    async def _drain(self) -> None:
        """Let the strategies stop, take back what is still open, and wait for the venues' word on it."""
        self.state = NodeState.DRAINING
        self._keeper.freeze()
        self._stop_strategies()
        self._turn_now(self._nothing)
        if any(self._live_orders()):
            self._parts.runtime.operate("halted", "the node stops", cancel_orders=True)
            self._flush()
        with anyio.move_on_after(_SETTLE_WITHIN_S):
            await self._until_settled()
        for name, session in self._sessions.items():
            left = [tracked.command.client_order_id for tracked in session.tracker.live()]
            if left:
                self._warn([f"{name}: what became of {', '.join(left)} is not known: look at the venue"])
        self._parts.runtime.drain()
        self._flush()
        if (fault := await self._keeper.save()) is not None:
            self._warn([fault])
        await self._put_taken()

    async def _withdraw(self) -> None:
        """Take back what is still open where the node has failed, since nobody will look after it."""
        left = [
            (session.link, tracked.cancel(version))
            for session in self._sessions.values()
            for tracked in session.tracker.live()
            for version in tracked.versions
            if not version.has_ended
        ]
        with anyio.move_on_after(_SETTLE_WITHIN_S, shield=True):
            for link, cancel in left:
                log.error(
                    "%s: %s is left open; cancelled: %s", link.venue, cancel.name, await link.ask(cancel)
                )

    async def _until_settled(self) -> None:
        while any(self._live_orders()):  # noqa: ASYNC110 - orders end in many places
            await anyio.sleep(_LOOK_EVERY_S)

    def _live_orders(self) -> Iterator[TrackedOrder]:
        for session in self._sessions.values():
            yield from session.tracker.live()

    def _tell(self, text: str) -> None:
        log.warning("%s", text)
        self._parts.runtime.tell(text)
        self._flush()
