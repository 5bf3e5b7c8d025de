"""Supervision: every service of a node has a stated restart policy."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import anyio

from alphaforge.model.errors import describe

log = logging.getLogger("alphaforge.engine")

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_MOST_RESTARTS = 5


class OnFailure(StrEnum):
    """What happens when a service raises."""

    STOP_NODE = "stop_node"
    """The node stops, and the error is the reason."""
    RESTART = "restart"
    """The service starts again after a pause that doubles each time; after the last try it stays
    down, which is said, and the node lives on. A run longer than the longest pause counts as recovery."""


@dataclass(frozen=True, slots=True)
class Service:
    """Something that runs as long as the node does, or until its work is done."""

    name: str
    run: Callable[[], Awaitable[None]]
    on_failure: OnFailure


async def supervise(service: Service, report_down: Callable[[str], None]) -> None:
    """Run a service under its policy. `report_down` is told when one stays down."""
    restarts = 0
    while True:
        started = anyio.current_time()
        try:
            await service.run()
        except Exception as error:  # the policy decides what any error means
            if service.on_failure is OnFailure.STOP_NODE:
                raise
            described = describe(first_error(error))
            if anyio.current_time() - started > _LONGEST_PAUSE_S:
                restarts = 0
            if restarts == _MOST_RESTARTS:
                report_down(f"service {service.name} stays down: {described}")
                return
            log.warning("service %s failed and is restarted: %s", service.name, described)
            await anyio.sleep(min(_FIRST_PAUSE_S * 2**restarts, _LONGEST_PAUSE_S))
            restarts += 1
        else:
            return


def first_error(error: BaseException) -> BaseException:
    """The first error of a task group, from which the others follow; an error of no group is its own."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
