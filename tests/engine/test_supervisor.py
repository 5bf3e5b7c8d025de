"""Supervision: a service that fails is started again, stays down after its last try, or stops the node."""

import asyncio
import selectors
from collections.abc import Sequence

import anyio
import pytest
from alphaforge.engine.supervisor import OnFailure, Service, first_error, supervise

PAUSES_S = [0.1, 0.2, 0.4, 0.8, 1.6]


class Clock(selectors.DefaultSelector):
    """A selector that does not wait: the time it was to wait for has passed at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """An event loop that lives by such a clock, so that pauses cost nothing and are exact."""

    def __init__(self) -> None:
        self._clock = Clock()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds since it began."""
        return self._clock.now


class Failing:
    """A service that fails after so many seconds each time, before it does its work."""

    def __init__(self, *lasts_s: float) -> None:
        self.lasts_s = list(lasts_s)
        self.starts: list[float] = []
        self.failures: list[float] = []

    async def run(self) -> None:
        self.starts.append(anyio.current_time())
        if len(self.starts) > len(self.lasts_s):
            return
        await anyio.sleep(self.lasts_s[len(self.failures)])
        self.failures.append(anyio.current_time())
        raise OSError(f"failure {len(self.failures)}")

    @property
    def pauses_s(self) -> Sequence[float]:
        """How long after each failure it was started again."""
        pauses = zip(self.failures, self.starts[1:], strict=False)
        return [round(start - failure, 6) for failure, start in pauses]


def supervised(service: Failing, on_failure: OnFailure) -> list[str]:
    """Supervise a service to its end; returns what was reported down."""
    down: list[str] = []
    watched = Service("pulse", service.run, on_failure)
    anyio.run(supervise, watched, down.append, backend_options={"loop_factory": Loop})
    return down


@pytest.mark.parametrize("policy", OnFailure)
def test_a_service_that_does_its_work_is_left_alone(policy: OnFailure) -> None:
    service = Failing()
    assert supervised(service, policy) == []
    assert len(service.starts) == 1


def test_a_failed_service_is_started_again_after_pauses_that_double(caplog) -> None:
    service = Failing(0, 0)
    assert supervised(service, OnFailure.RESTART) == []
    assert service.pauses_s == PAUSES_S[:2]
    assert [record.getMessage() for record in caplog.records] == [
        "service pulse failed and is restarted: OSError: failure 1",
        "service pulse failed and is restarted: OSError: failure 2",
    ]


def test_of_a_group_of_errors_the_first_is_told(caplog) -> None:
    class Grouped(Failing):
        async def run(self) -> None:
            try:
                await super().run()
            except OSError as error:
                raise ExceptionGroup("unhandled errors in a TaskGroup", [error]) from None

    assert supervised(Grouped(0), OnFailure.RESTART) == []
    assert [record.getMessage() for record in caplog.records] == [
        "service pulse failed and is restarted: OSError: failure 1"
    ]


def test_after_its_last_try_it_stays_down_and_that_is_reported() -> None:
    service = Failing(*[4] * 9)
    assert supervised(service, OnFailure.RESTART) == ["service pulse stays down: OSError: failure 6"]
    assert service.pauses_s == PAUSES_S


def test_a_service_that_fails_once_a_day_is_always_started_again() -> None:
    service = Failing(*[86_400] * 20)
    assert supervised(service, OnFailure.RESTART) == []
    assert service.pauses_s == [PAUSES_S[0]] * 20


def test_after_a_long_run_all_tries_are_there_again() -> None:
    service = Failing(0, 0, 0, 0, 0, 5.1, *[0] * 9)
    assert supervised(service, OnFailure.RESTART) == ["service pulse stays down: OSError: failure 11"]
    assert service.pauses_s == [*PAUSES_S, *PAUSES_S]


def test_a_service_that_must_not_fail_stops_the_node_with_its_error() -> None:
    service = Failing(0)
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
