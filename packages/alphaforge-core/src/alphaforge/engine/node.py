"""The node: it runs what was composed, from start to stop."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import anyio
import anyio.lowlevel
from alphaforge_rs import Balance, EventBatch, Order
from anyio.abc import TaskGroup

from alphaforge.engine.compose import Composition
from alphaforge.engine.control.messages import ScopeKind, State
from alphaforge.engine.inbox import HaltRequest, Inbox, StopRequest
from alphaforge.engine.lifecycle import NodeState
from alphaforge.engine.overrun import watching
from alphaforge.engine.pacing import Pacer
from alphaforge.engine.result import Ending, RunResult, result_of
from alphaforge.engine.snapshot import NodeSnapshot, snapshot_of
from alphaforge.engine.supervisor import OnFailure, Service, first_error, supervise
from alphaforge.engine.vain_waits import missing_bars, missing_history, vain_callbacks
from alphaforge.engine.warm_up import take_history, told_gap, wants_history
from alphaforge.model.errors import SetupError
from alphaforge.model.monitor import NodeView
from alphaforge.report.recorder import RunRecorder

log = logging.getLogger("alphaforge.engine")

Progress = Callable[[int, int], None]
"""Told how much of the feed has been given, and how much there is."""

_TURNS = 1_000
"""How many of the last turns are remembered for their times."""


class Node:
    """Runs strategies over a feed. One task group; every service in it is supervised."""

    def __init__(self, parts: Composition, *, progress: Progress | None = None) -> None:
        self.state = NodeState.STARTING
        self.inbox = Inbox()
        self._parts = parts
        self._progress = progress
        self._warnings: list[str] = []
        self._recorder = RunRecorder()
        self._last_event = time.monotonic()
        self._turn_times_ns: deque[int] = deque(maxlen=_TURNS)
        self._stop_reason: str | None = None
        self._halt_reason: str | None = None
        self._stopped: str | None = None
        self._batches: Iterator[EventBatch] | None = None
        """The feed's batches, where the first has been read to see when the run begins."""

    async def run(self) -> RunResult:
        """Run to the end of the feed, or until somebody asks to stop.

        Raises:
            AlphaForgeError: a strategy's saved state cannot be loaded, a sink cannot be opened, or
                the data cannot be read on. What was recorded until then is in the sinks.
        """
        with watching(self._parts.config, self._parts.runtime, self._parts.faults):
            return await self._run_watched()

    async def _run_watched(self) -> RunResult:
        parts = self._parts
        for strategy in parts.strategies:
            strategy.load_state()
        self._open_sinks()
        started = time.monotonic()
        failure: Exception | None = None
        try:
            async with anyio.create_task_group() as sinks:
                for sink in parts.sinks:
                    service = Service(f"sink {sink.name}", sink.run, OnFailure.STOP_NODE)
                    sinks.start_soon(supervise, service, self._warnings.append)
                try:
                    await self._trade()
                except Exception as error:  # raised below, when the sinks have written what they were given
                    failure = error
                finally:
                    for sink in parts.sinks:
                        sink.finish()
        except BaseExceptionGroup as group:
            raise first_error(group) from group
        finally:
            # The runtime and its fault handler know each other, which no garbage collector sees.
            parts.faults.runtime = None
        if failure is not None:
            raise first_error(failure)
        wall_s = time.monotonic() - started
        self._save_states()
        self.state = NodeState.STOPPED
        ending = Ending(wall_s, self._halt_reason, self._stopped, self._warnings)
        return result_of(parts, ending, self._recorder)

    def view(self) -> NodeView:
        """What monitors may see."""
        runtime = self._parts.runtime
        return NodeView(
            state=self.state.value,
            events=runtime.counters().events,
            since_last_event_s=time.monotonic() - self._last_event,
            feed_time_ns=runtime.now,
        )

    def balances(self) -> list[Balance]:
        """What is thought to be on the accounts."""
        return self._parts.runtime.balances()

    def orders(self) -> list[Order]:
        """All orders of the run."""
        return self._parts.runtime.orders()

    def snapshot(self, *, depth: int) -> NodeSnapshot:
        """What people want to see of it now, with `depth` levels of each book. Call it between turns."""
        return snapshot_of(self._parts, self.state, self._turn_times_ns, depth=depth)

    def _open_sinks(self) -> None:
        try:
            for sink in self._parts.sinks:
                sink.open()
        except SetupError:
            for sink in self._parts.sinks:
                sink.abandon()
            raise

    async def _trade(self) -> None:
        """Start the strategies, run the feed with the monitors beside it, and drain."""
        self._start_strategies()
        await self._warm_up()
        self._parts.runtime.start()
        self.state = NodeState.READY
        await self._put_records()
        async with anyio.create_task_group() as services:
            self._start_monitors(services)
            feed = Service("feed", self._pump, OnFailure.STOP_NODE)
            await supervise(feed, self._report_down)
            services.cancel_scope.cancel()
        await self._drain()
        for strategy in self._parts.strategies:
            self._warn(missing_bars(strategy))

    def _start_strategies(self) -> None:
        for strategy in self._parts.strategies:
            self._parts.faults.guard(strategy.name, "on_start", strategy.strategy.on_start)
            self._warn(vain_callbacks(strategy))

    def _start_monitors(self, services: TaskGroup) -> None:
        for monitor in self._parts.monitors:
            watch = partial(monitor.run, self.view, self._halt)
            service = Service(f"monitor {monitor.name}", watch, OnFailure.RESTART)
            services.start_soon(supervise, service, self._report_down)

    async def _warm_up(self) -> None:
        """Give the strategies the bars from before the run that they have asked for."""
        parts = self._parts
        if not wants_history(parts.strategies):
            if parts.config.feed.history:
                self._warn(["feed.history is set, and no strategy asks for bars from before the run"])
            return
        self._batches = await take_history(parts.runtime, parts.feed)
        for strategy in parts.strategies:
            self._warn(missing_history(strategy))

    def _warn_of_gaps(self) -> None:
        """Say at once what is not known between history and run; an instrument's first trade tells."""
        texts = map(told_gap, self._parts.runtime.history_gaps())
        self._warn([text for text in texts if text not in self._warnings])

    async def _pump(self) -> None:
        """Hand the feed's batches to the runtime, one a turn."""
        feed = self._parts.config.feed
        pacer = Pacer(feed.pace, feed.speed)
        for batch in self._batches or self._parts.feed.batches():
            async for part, until_ns in pacer.parts(batch):
                await self._turn(part, until_ns)
                if self._stop_reason is not None:
                    # Something of the feed was left; one that has come to its end was not stopped early.
                    self._stopped = self._stop_reason
                    return
            if self._progress is not None:
                self._progress(*self._parts.feed.progress)

    async def _turn(self, batch: EventBatch, until_ns: int | None) -> None:
        """One turn, in the fixed order of work: requests first, then market data."""
        self._serve_requests()
        if self._stop_reason is not None:
            return
        began_ns = time.perf_counter_ns()
        self._parts.runtime.run(batch, until_ns)
        if len(batch):
            self._last_event = time.monotonic()
            self._turn_times_ns.append(time.perf_counter_ns() - began_ns)
        if self._batches is not None:
            self._warn_of_gaps()
        await self._put_records()
        await anyio.lowlevel.checkpoint()

    def _serve_requests(self) -> None:
        for request in self.inbox.take_all():
            match request:
                case StopRequest(reason):
                    log.info("stopping: %s", reason)
                    self._stop_reason = self._stop_reason or reason
                case HaltRequest(reason):
                    log.error("trading is halted: %s", reason)
                    self.operate("halted", reason, cancel_orders=True)

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
        """Change who may trade.

        Raises:
            ValueError: there is no such scope, or nobody in person lets go what is held back.
        """
        runtime = self._parts.runtime
        runtime.operate(
            state,
            reason,
            scope=scope,
            name=name,
            by=by,
            cancel_orders=cancel_orders,
            flatten=flatten,
        )
        self._note_trading_state(reason)

    def _note_trading_state(self, reason: str) -> None:
        """Be halted where the account is, and ready again where it is not any more."""
        is_halted = self._parts.runtime.trading_state == "halted"
        if is_halted:
            self._halt_reason = self._halt_reason or reason
        if is_halted and self.state is not NodeState.DRAINING:
            self.state = NodeState.HALTED
        elif self.state is NodeState.HALTED:
            self.state = NodeState.READY

    async def _drain(self) -> None:
        """Let the strategies stop, and deliver what is in flight."""
        self._serve_requests()
        self.state = NodeState.DRAINING
        self._stop_strategies()
        self._parts.runtime.drain()
        await self._put_records()

    def _stop_strategies(self) -> None:
        for strategy in self._parts.strategies:
            if not strategy.strategy.is_halted:
                self._parts.faults.guard(strategy.name, "on_stop", strategy.strategy.on_stop)

    async def _put_records(self) -> None:
        records = self._parts.runtime.take_records()
        if records:
            self._recorder.add(records)
            for sink in self._parts.sinks:
                await sink.put(records)

    def _save_states(self) -> None:
        """Save all states. One that cannot be saved is a fault of the run, and loses nothing else."""
        for strategy in self._parts.strategies:
            self._parts.faults.guard(strategy.name, "save", strategy.save_state)

    def _halt(self, reason: str) -> None:
        self.inbox.put(HaltRequest(reason))

    def _warn(self, texts: Iterable[str]) -> None:
        for text in texts:
            log.warning("%s", text)
            self._warnings.append(text)

    def _report_down(self, text: str) -> None:
        log.error("%s", text)
        self._warnings.append(text)
