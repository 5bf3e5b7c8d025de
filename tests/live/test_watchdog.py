"""The watchdog of a live node: what it does when the node freezes, dies or ends well."""

import os
import signal
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from alphaforge.engine.control.latch_file import read_latches

pytestmark = [pytest.mark.anyio, pytest.mark.rule(20)]

FROZEN_AFTER_S = 2


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def watchdog_of(running) -> int:
    await running.until(lambda: children(running.process.pid))
    [watchdog] = children(running.process.pid)
    return watchdog


async def test_a_frozen_node_is_ended_its_orders_cancelled_and_its_start_latched(
    tmp_path, live_process
) -> None:
    async with live_process(tmp_path, watchdog_s=FROZEN_AFTER_S) as running:
        watchdog = await watchdog_of(running)
        await running.by_hand()
        # A stall that is shorter than that is none of its business.
        running.process.send_signal(signal.SIGSTOP)
        await anyio.sleep(FROZEN_AFTER_S / 3)
        running.process.send_signal(signal.SIGCONT)
        await anyio.sleep(FROZEN_AFTER_S)
        assert running.process.poll() is None
        assert running.open_orders() == 200
        received = running.orders_received()
        running.process.send_signal(signal.SIGSTOP)
        await running.until(lambda: running.open_orders() == 0)
        assert running.process.poll() == -signal.SIGKILL
        await running.until(lambda: not runs(watchdog))
        assert running.orders_received() == received
        assert running.open_orders(ours=False) == 1
        [entry] = read_latches(running.folder / "latches.json")
        assert (entry.by, entry.blocks_start) == (None, True)
        assert "its watchdog: it was frozen for 2 s" in entry.reason
        assert (
            "node main: 200 orders were open, 200 are confirmed gone, left: none" in running.log.read_text()
        )


async def test_the_orders_of_a_node_that_was_killed_are_cancelled_and_it_may_start_again(
    tmp_path, live_process
) -> None:
    async with live_process(tmp_path, watchdog_s=FROZEN_AFTER_S) as running:
        watchdog = await watchdog_of(running)
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        await running.until(lambda: running.open_orders() == 0)
        await running.until(lambda: not runs(watchdog))
        assert read_latches(running.folder / "latches.json") == []
        again = running.start()
        try:
            await running.until(lambda: running.open_orders() == 200)
            # One that ends well has nothing left behind, and its watchdog nothing to say.
            [next_watchdog] = children(again.pid)
            said = running.log.read_text()
            again.terminate()
            await anyio.to_thread.run_sync(again.wait)
            await running.until(lambda: not runs(next_watchdog))
            assert "watchdog:" not in running.log.read_text().removeprefix(said)
        finally:
            again.kill()
            again.wait()
