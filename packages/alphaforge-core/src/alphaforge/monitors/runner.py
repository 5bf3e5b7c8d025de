"""Runs a monitor again and again, and says what it found when that changes."""

import inspect
import logging
from collections.abc import Callable

import anyio

from alphaforge.model.errors import describe
from alphaforge.model.monitor import CheckResult, Monitor, NodeView

log = logging.getLogger("alphaforge.monitors")

_LEVELS = {"pass": logging.INFO, "warn": logging.WARNING, "fail": logging.ERROR}


class MonitorRunner:
    """One monitor of a node."""

    def __init__(self, name: str, monitor: Monitor) -> None:
        self.name = name
        self.last: CheckResult | None = None
        self._monitor = monitor

    async def run(self, view: Callable[[], NodeView], halt: Callable[[str], None]) -> None:
        """Look every interval until cancelled. `halt` is called where the monitor demands it."""
        while True:
            self.look(view(), halt)
            await anyio.sleep(self._monitor.interval_s)

    def look(self, view: NodeView, halt: Callable[[str], None]) -> None:
        """Look once."""
        result = self._check(view)
        if self.last is None or self.last.status != result.status:
            log.log(_LEVELS[result.status], "%s: %s: %s", self.name, result.status, result.text)
        demands_halt = result.halt and not (self.last and self.last.halt)
        self.last = result
        if demands_halt:
            halt(f"monitor {self.name}: {result.text}")

    def _check(self, view: NodeView) -> CheckResult:
        try:
            result: object = self._monitor.check(view)
        except (Exception, SystemExit) as error:  # a plugin's monitor can raise anything
            return CheckResult("fail", f"the monitor raised {describe(error)}")
        if isinstance(result, CheckResult):
            return result
        if inspect.iscoroutine(result):
            result.close()
            return CheckResult("fail", "the monitor's check is async and was not awaited")
        return CheckResult("fail", f"the monitor answered {result!r} instead of a CheckResult")
