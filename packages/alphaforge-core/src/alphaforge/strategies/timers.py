"""The timers of a strategy: at intervals, and every day at a local time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alphaforge_rs import StrategyPort

from alphaforge.model.errors import StrategyError
from alphaforge.strategies.daily_time import DailyTime

_SHORTEST_S = 0.001
_LONGEST_S = 1e9


@dataclass(frozen=True, slots=True)
class _Planned:
    """A daily timer, and when it comes next; None before feed time has begun, when nobody knows."""

    daily: DailyTime
    next_ns: int | None


class Timers:
    """Timers by name; the runtime knows them by number, and by interval only."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._planned: dict[int, _Planned] = {}
        self._calls: dict[int, Callable[[], None]] = {}
        self._count = 0

    @property
    def names(self) -> Sequence[str]:
        """The timers that were ever set."""
        return list(self._numbers)

    def set_interval(self, port: StrategyPort, name: str, interval_s: float) -> None:
        """Come due every `interval_s` seconds.

        Raises:
            StrategyError: `interval_s` is no number, below a millisecond, or longer than a lifetime.
        """
        interval_ns = _nanoseconds(name, interval_s)
        timer = self._number(name)
        self._planned.pop(timer, None)
        port.set_timer(timer, interval_ns)

    def call_every(self, port: StrategyPort, name: str, interval_s: float, call: Callable[[], None]) -> int:
        """Call something else than the strategy's `on_timer` every `interval_s` seconds.

        Raises:
            StrategyError: as `set_interval`.
        """
        interval_ns = _nanoseconds(name, interval_s)
        timer = self._next()
        self._calls[timer] = call
        port.set_timer(timer, interval_ns)
        return timer

    def end_calls(self, port: StrategyPort, timer: int) -> None:
        """Call no more."""
        self._calls.pop(timer, None)
        port.cancel_timer(timer)

    def set_daily(self, port: StrategyPort, name: str, at: str, tz: str) -> None:
        """Come due every day at a local time.

        Raises:
            StrategyError: it is no time of day, or no time zone that this machine knows.
        """
        try:
            daily = DailyTime.parse(at, tz)
        except ValueError as error:
            raise StrategyError(f"timer {name!r}: {error}") from error
        self._plan(port, self._number(name), daily)

    def cancel(self, port: StrategyPort, name: str) -> None:
        """Come due no more."""
        if name in self._numbers:
            timer = self._numbers[name]
            self._planned.pop(timer, None)
            port.cancel_timer(timer)

    def due(self, port: StrategyPort, timer: int) -> str | None:
        """The name of a timer that the runtime calls; None where the strategy is not to be told."""
        call = self._calls.get(timer)
        if call is not None:
            call()
            return None
        planned = self._planned.get(timer)
        if planned is not None:
            self._plan(port, timer, planned.daily)
            if planned.next_ns is None:
                return None
        return next(name for name, number in self._numbers.items() if number == timer)

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = self._next()
        return self._numbers[name]

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _plan(self, port: StrategyPort, timer: int, daily: DailyTime) -> None:
        """Have the runtime call when the time has come, or as soon as feed time has begun."""
        now_ns = port.now
        next_ns = daily.next_after(now_ns) if now_ns else None
        self._planned[timer] = _Planned(daily, next_ns)
        port.set_timer(timer, 1 if next_ns is None else next_ns - now_ns)


def _nanoseconds(name: str, interval_s: float) -> int:
    is_number = isinstance(interval_s, int | float)
    if not is_number or not _SHORTEST_S <= interval_s <= _LONGEST_S:
        bounds = f"a number of seconds from {_SHORTEST_S:g} to {_LONGEST_S:g}"
        raise StrategyError(f"timer {name!r}: interval_s = {interval_s!r}: must be {bounds}")
    return round(interval_s * 1_000_000_000)
