"""Supervision: a service that fails is started again, stays down after its last try, or stops the node."""

import time

import anyio
import pytest
from alphaforge.engine.supervisor import OnFailure, Service, first_error, supervise


class Failing:
    """A service that fails so many times before it does its work."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.starts: list[float] = []

    async def run(self) -> None:
        self.starts.append(time.monotonic())
        await anyio.lowlevel.checkpoint()
        if len(self.starts) <= self.failures:
            raise OSError(f"failure {len(self.starts)}")


def supervised(service: Failing, on_failure: OnFailure, most_restarts: int = 2) -> list[str]:
    """Supervise a service to its end; returns what was reported down."""
    down: list[str] = []
    anyio.run(supervise, Service("pulse", service.run, on_failure, most_restarts), down.append)
    return down


@pytest.mark.parametrize("policy", OnFailure)
def test_a_service_that_does_its_work_is_left_alone(policy: OnFailure) -> None:
    service = Failing(0)
    assert supervised(service, policy) == []
    assert len(service.starts) == 1


def test_a_failed_service_is_started_again_after_pauses_that_double(caplog) -> None:
    service = Failing(2)
    assert supervised(service, OnFailure.RESTART) == []
    first, second, third = service.starts
    assert second - first >= 0.1
    assert third - second >= 0.2
    assert [record.getMessage() for record in caplog.records] == [
        "service pulse failed and is restarted: OSError: failure 1",
        "service pulse failed and is restarted: OSError: failure 2",
    ]


def test_after_its_last_try_it_stays_down_and_that_is_reported() -> None:
    service = Failing(99)
    assert supervised(service, OnFailure.RESTART) == ["service pulse stays down: OSError: failure 3"]
    assert len(service.starts) == 3


def test_a_service_that_must_not_fail_stops_the_node_with_its_error() -> None:
    service = Failing(1)
    with pytest.raises(OSError, match="failure 1"):
        supervised(service, OnFailure.STOP_NODE)
    assert len(service.starts) == 1


def test_a_service_that_waits_can_be_cancelled() -> None:
    cancelled = []

    async def forever() -> None:
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            cancelled.append(True)
            raise

    async def cancel_it() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(supervise, Service("pulse", forever, OnFailure.RESTART), cancelled.append)
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    anyio.run(cancel_it)
    assert cancelled == [True]


def test_the_first_error_of_nested_groups_is_the_reason() -> None:
    reason = OSError("the reason")
    group = ExceptionGroup("outer", [ExceptionGroup("inner", [reason, ValueError("a consequence")])])
    assert first_error(group) is reason
