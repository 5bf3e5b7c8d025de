"""Running a node until its feed ends or a signal asks it to stop."""

import logging
import signal

import anyio

from alphaforge.engine.inbox import StopRequest
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.engine.supervisor import first_error

log = logging.getLogger("alphaforge.cli")


async def run_until_told(node: Node) -> RunResult:
    """Run a node; a signal to end asks it to stop, and it drains as at the end of its feed."""
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_ask_to_stop_on_signal, node)
            result = await node.run()
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    return result


async def _ask_to_stop_on_signal(node: Node) -> None:
    received = await first_signal()
    log.warning("stopping after %s; a second one ends the process at once", received.name)
    node.inbox.put(StopRequest(f"received {received.name}"))
    # Whatever hangs then, a sink for example, the next signal gets past it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def first_signal() -> signal.Signals:
    """Wait for a signal that asks to stop."""
    with anyio.open_signal_receiver(*_stop_signals()) as signals:
        async for received in signals:
            return received
    raise AssertionError("signals come for ever")


def _stop_signals() -> list[signal.Signals]:
    """The signals that ask to stop, without SIGHUP where `nohup` has said that it is not to count."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
