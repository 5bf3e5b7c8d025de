"""A strategy in a node: its callbacks, its start and stop, its saved state, and what it broke."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alphaforge_rs import CallbackWatch, Instrument, Runtime

from alphaforge.model.errors import CallbackOverrun, StrategyError, describe, place_of
from alphaforge.strategies.context import StrategyContext
from alphaforge.strategies.risk_rules import RuleChain
from alphaforge.strategies.strategy import Strategy

log = logging.getLogger("alphaforge.engine")

CALLBACKS = (
    "on_trade",
    "on_quote",
    "on_book",
    "on_bar",
    "on_history_bar",
    "on_feed_status",
    "on_order",
    "on_fill",
    "on_timer",
)
CHANNELS: dict[str, Literal["trades", "quotes", "book", "feed_status"]] = {
    "on_trade": "trades",
    "on_quote": "quotes",
    "on_book": "book",
    "on_feed_status": "feed_status",
}
"""The callbacks whose definition is a subscription."""


@dataclass(frozen=True, slots=True)
class StrategyFault:
    """A strategy raised and was halted, or could not save its state."""

    strategy: str
    callback: str
    error: str
    place: str
    """File and line where it was raised."""

    def __str__(self) -> str:
        if self.callback == "save":
            return f"strategy {self.strategy}: its state was not saved: {self.error} ({self.place})"
        return f"strategy {self.strategy} was halted: {self.callback} raised {self.error} ({self.place})"


@dataclass(frozen=True, slots=True)
class RunningStrategy:
    """A strategy that is part of a node."""

    name: str
    strategy: Strategy[Any]
    on_error: Literal["cancel", "leave"]
    state_file: Path | None

    def read_state(self) -> dict[str, Any] | None:
        """What the strategy saved before; None where there is nothing.

        Raises:
            StrategyError: the file cannot be read, or holds something else.
        """
        if self.state_file is None:
            return None
        try:
            state = json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(
                error.strerror or describe(error), "set state_file to another file"
            ) from error
        except ValueError as error:  # no JSON, or no text
            raise self._unusable(describe(error), "remove the file to start without it") from error
        if not isinstance(state, dict):
            raise self._unusable("it holds no JSON object", "remove the file to start without it")
        return state

    def load_state(self) -> None:
        """Give the strategy what it saved before, where there is something.

        Raises:
            StrategyError: the file cannot be read, or the strategy's `load` raises.
        """
        state = self.read_state()
        if state is None:
            return
        try:
            self.strategy.load(state)
        except (Exception, SystemExit) as error:  # whatever the strategy's own load raises
            raise self._unusable(describe(error), "remove the file to start without it") from error

    def _unusable(self, why: str, remedy: str) -> StrategyError:
        where = f"strategy {self.name}: the state in {self.state_file}"
        return StrategyError(f"{where} cannot be loaded: {why}; {remedy}")

    def save_state(self) -> None:
        """Write what the strategy wants to find again; the old file stays until the new one is whole.

        It raises what the strategy's `save` raises, and where the file cannot be written.
        """
        if self.state_file is None:
            return
        text = json.dumps(dict(self.strategy.save()))
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.state_file.with_name(self.state_file.name + ".new")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self.state_file)


def defines(strategy: Strategy[Any], callback: str) -> bool:
    """Whether the strategy has a callback of its own."""
    return getattr(type(strategy), callback) is not getattr(Strategy, callback)


def callbacks_of(strategy: Strategy[Any]) -> dict[str, Callable[[Any], None]]:
    """The bound methods of the callbacks that the strategy has defined."""
    defined: dict[str, Callable[[Any], None]] = {
        name: getattr(strategy, name) for name in CALLBACKS if defines(strategy, name)
    }

    def call_by_name(timer: int) -> None:
        if (name := strategy.timer_due(timer)) is not None:
            strategy.on_timer(name)

    # What helps strategies has timers too, which call no method of the strategy.
    defined["on_timer"] = call_by_name
    return defined


def join(
    runtime: Runtime,
    name: str,
    strategy: Strategy[Any],
    instruments: Sequence[Instrument],
    rules: RuleChain,
) -> None:
    """Make a strategy part of a runtime: its port, its subscriptions, its context."""
    callbacks = callbacks_of(strategy)
    port = runtime.add_strategy(name, callbacks, instruments)
    for callback, channel in CHANNELS.items():
        if callback in callbacks:
            for instrument in instruments:
                port.subscribe(instrument, channel)
    strategy.bind(StrategyContext(port, instruments, rules))


class FaultHandler:
    """Contains what strategies raise: the strategy is halted by its policy, the node lives on."""

    def __init__(self) -> None:
        self.faults: list[StrategyFault] = []
        self.runtime: Runtime | None = None
        self.watch: CallbackWatch | None = None
        self.policies: dict[str, Literal["cancel", "leave"]] = {}

    def __call__(self, strategy: str, callback: str, error: BaseException) -> None:
        """A callback of a strategy raised."""
        place = place_of(error) or "no traceback"
        fault = StrategyFault(strategy, callback, describe(error), place)
        self.faults.append(fault)
        log.error("%s", fault)
        log.debug("traceback of %s", strategy, exc_info=error)
        if self.runtime is not None:
            self.runtime.halt_strategy(
                strategy,
                f"{callback} raised {fault.error}",
                cancel_orders=self.policies.get(strategy) != "leave",
            )

    def guard(self, strategy: str, callback: str, call: Callable[[], None]) -> None:
        """Call a callback that the runtime does not call itself."""
        try:
            if self.watch is None:
                call()
            else:
                self.watch.call(call)
        except (Exception, SystemExit, CallbackOverrun) as error:  # a strategy can raise anything
            self(strategy, callback, error)
