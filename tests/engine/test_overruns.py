"""A callback that does not return is interrupted, at its own cost only: never is a line of the engine hit."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from alphaforge import Strategy, Trade
from alphaforge.config.node_config import NodeConfig
from alphaforge.engine.overrun import watching
from alphaforge.engine.running_strategy import FaultHandler
from alphaforge.model.errors import CallbackOverrun
from alphaforge_rs import CallbackWatch, InstrumentTable, Runtime, SetupError

BUDGET_S = 0.2
NODE = f"[node]\ncallback_budget_s = {BUDGET_S}\n"
ENDLESS = f'[[strategies]]\nuse = "{__name__}:%s"\n'
HEALTHY = f'[[strategies]]\nuse = "{__name__}:Healthy"\n'


class Healthy(Strategy):
    """Counts trades."""

    def on_start(self) -> None:
        self.trades = 0

    def on_trade(self, trade: Trade) -> None:
        self.trades += 1


class Loops(Healthy):
    """Rests an order on the first trade and loops for ever on the second."""

    def on_trade(self, trade: Trade) -> None:
        super().on_trade(trade)
        if self.trades == 2:
            self.spin()
        self.handle = self.buy("0.01", "40000")

    def spin(self) -> None:
        while True:
            pass


class Swallows(Loops):
    """Catches what errors there are, and goes on."""

    def spin(self) -> None:
        while True:
            with suppress(Exception):
                self.mark(self.instrument)


class Survives(Loops):
    """Catches even what stops it, once, and returns as if nothing had been."""

    def spin(self) -> None:
        with suppress(BaseException):
            super().spin()


class Sleeps(Loops):
    """Loops in C for a while."""

    def spin(self) -> None:
        time.sleep(3 * BUDGET_S)


class StartsForEver(Healthy):
    """Loops before the first event."""

    def on_start(self) -> None:
        super().on_start()
        while True:
            pass


def four_trades(script, _) -> None:
    for ms in (0, 100, 200, 300):
        script.turn().trade(ms)


@pytest.mark.parametrize("name", ["Loops", "Swallows", "Survives", "Sleeps"])
def test_f42_a_strategy_that_loops_is_halted_its_orders_cancelled_and_the_others_go_on(name, nodes) -> None:
    ran = nodes.run(NODE + ENDLESS % name + HEALTHY, four_trades)
    endless, healthy = (running.strategy for running in ran.parts.strategies)
    (fault,) = ran.result.faults
    assert fault.strategy == name
    assert fault.callback == "on_trade"
    assert fault.error == "CallbackOverrun: it did not return within node.callback_budget_s"
    assert endless.is_halted
    assert endless.trades == 2
    assert endless.handle.order.state == "cancelled"
    assert healthy.trades == 4
    assert not healthy.is_halted


def test_f42_a_strategy_that_never_comes_to_its_start_is_halted(nodes) -> None:
    ran = nodes.run(NODE + ENDLESS % "StartsForEver" + HEALTHY, four_trades)
    (fault,) = ran.result.faults
    assert (fault.strategy, fault.callback) == ("StartsForEver", "on_start")
    assert ran.parts.strategies[1].strategy.trades == 4


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads take turns so often that each race is run."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before_s)


@contextmanager
def hammered(watch: CallbackWatch) -> Iterator[list[int]]:
    """Another thread interrupts whatever runs, as often as it can."""
    ended, hits = threading.Event(), [0]

    def hammer() -> None:
        while not ended.is_set():
            running = watch.running
            if running is not None and watch.interrupt(running):
                hits[0] += 1

    thread = threading.Thread(target=hammer)
    thread.start()
    try:
        yield hits
    finally:
        ended.set()
        thread.join()


def loop_a_little() -> None:
    for _ in range(2_000):
        pass


# The last is all C: what interrupts it comes too late for it, and must not hit what runs next.
@pytest.mark.usefixtures("eager_threads")
@pytest.mark.parametrize("callback", [loop_a_little, partial(time.sleep, 0.0002)])
def test_f42_an_interruption_hits_its_callback_and_never_what_runs_after_it(
    callback: Callable[[], None],
) -> None:
    faults = FaultHandler()
    overruns = lines_after = 0
    with watching(NodeConfig(), Runtime("main", 1, InstrumentTable([]), faults), faults):
        assert faults.watch is not None
        with hammered(faults.watch) as hits:
            for _ in range(2_000):
                try:
                    faults.watch.call(callback)
                except CallbackOverrun:
                    overruns += 1
                # Here an exception that came too late would strike, and fail the test.
                for _ in range(20):
                    lines_after += 1
    assert lines_after == 40_000
    assert 0 < overruns <= hits[0]


def test_what_does_not_run_any_more_is_not_interrupted() -> None:
    seen: list[int | None] = []
    watch = CallbackWatch(list, list, CallbackOverrun)
    watch.call(lambda: seen.append(watch.running))
    (number,) = seen
    assert number is not None
    assert watch.running is None
    assert not watch.interrupt(number)


def test_a_runtime_has_one_watch() -> None:
    runtime = Runtime("main", 1, InstrumentTable([]), lambda *_: None)
    watch = CallbackWatch(list, list, CallbackOverrun)
    runtime.watch_callbacks(watch)
    with pytest.raises(SetupError, match="the callbacks are watched already"):
        runtime.watch_callbacks(watch)
