"""Runs a monitor again and again, and says what it found when that changes."""

import contextlib
import inspect
import logging
import threading
from collections.abc import Callable

import anyio
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token

from alphaforge.model.errors import describe
from alphaforge.model.monitor import CheckResult, Monitor, NodeView

log = logging.getLogger("alphaforge.monitors")

ANSWER_AFTER_S = 5.0
"""How long a check may take before that is a failure."""

_LEVELS = {"pass": logging.INFO, "warn": logging.WARNING, "fail": logging.ERROR}


class MonitorRunner:
    """One monitor of a node."""

    def __init__(self, name: str, monitor: Monitor) -> None:
        self.name = name
        self.last: CheckResult | None = None
        self._monitor = monitor
        self._interval_s = monitor.interval_s

    async def run(self, view: Callable[[], NodeView], halt: Callable[[str], None]) -> None:
        """Look every interval until cancelled. `halt` is called where the monitor demands it."""
        while True:
            await self.look(view(), halt)
            await anyio.sleep(self._interval_s)

    async def look(self, view: NodeView, halt: Callable[[str], None]) -> None:
        """Look once. A check that does not answer in time has failed; the next waits until it has."""
        answer = _Answer(self._monitor, view)
        with anyio.move_on_after(ANSWER_AFTER_S) as patience:
            await answer.given.wait()
        self._take(answer.result, halt)
        if patience.cancelled_caught:
            await answer.given.wait()
            self._take(answer.result, halt)

    def _take(self, result: CheckResult, halt: Callable[[str], None]) -> None:
        if self.last is None or self.last.status != result.status:
            log.log(_LEVELS[result.status], "%s: %s: %s", self.name, result.status, result.text)
        demands_halt = result.halt and not (self.last and self.last.halt)
        self.last = result
        if demands_halt:
            halt(f"monitor {self.name}: {result.text}")


class _Answer:
    """What a check answers; until then, that it has not.

    It is asked on a thread of its own, since it may wait and trading must not. The thread is a daemon,
    so that a check that never answers does not keep the process alive.
    """

    def __init__(self, monitor: Monitor, view: NodeView) -> None:
        self.given = anyio.Event()
        self.result = CheckResult("fail", f"no answer for {ANSWER_AFTER_S:g} s")
        threading.Thread(target=self._ask, args=(monitor, view, current_token()), daemon=True).start()

    def _ask(self, monitor: Monitor, view: NodeView, loop: EventLoopToken) -> None:
        self.result = _check(monitor, view)
        with contextlib.suppress(anyio.RunFinishedError):  # the node has ended, and nobody waits
            from_thread.run_sync(self.given.set, token=loop)


def _check(monitor: Monitor, view: NodeView) -> CheckResult:
    try:
        result: object = monitor.check(view)
    except (Exception, SystemExit) as error:  # a plugin's monitor can raise anything
        return CheckResult("fail", f"the monitor raised {describe(error)}")
    if isinstance(result, CheckResult):
        return result if result.status in tuple(_LEVELS) else _of_odd_status(result)
    if inspect.iscoroutine(result):
        result.close()
        return CheckResult("fail", "the monitor's check is async and was not awaited")
    return CheckResult("fail", f"the monitor answered {result!r} instead of a CheckResult")


def _of_odd_status(result: CheckResult) -> CheckResult:
    """What a check means whose status is none; where it demands a halt, it has one."""
    text = f"the monitor answered the status {result.status!r} instead of pass, warn or fail: {result.text}"
    return CheckResult("fail", text, halt=result.halt)
