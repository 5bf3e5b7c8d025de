"""The kill switch, on a node in a process of its own with 200 open orders on two symbols (F45)."""

import json
import os
import resource
import signal

import anyio
import anyio.to_thread
import pytest
from alphaforge.engine.control.latch_file import read_latches
from alphaforge_binance.emulator import BinanceEmulator, node_sections

pytestmark = [pytest.mark.anyio, pytest.mark.rule(19)]

ORDERS = 200
WRITTEN_WITHIN_MS = 250


async def nothing_more_comes(running, before: int) -> None:
    """No order is sent any more, by the venue's log, whatever the strategy tries."""
    await anyio.sleep(0.5)
    assert running.orders_received() == before
    assert running.open_orders() == 0


async def test_a_kill_takes_200_orders_back_at_once_and_nothing_leaves_after_it(
    tmp_path, live_process, run_cli
) -> None:
    async with live_process(tmp_path) as running:
        await running.by_hand()
        received = running.orders_received()
        code, said = await running.kill()
        assert (code, said["ok"], said["by_engine"]) == (0, True, True), said
        assert (said["orders_open"], said["cancels_written"], said["confirmed"]) == (ORDERS, ORDERS, ORDERS)
        # Where others want the processor too, it takes as much longer.
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert said["written_ms"] <= WRITTEN_WITHIN_MS * busy
        assert said["unconfirmed"] == []
        await nothing_more_comes(running, received)
        assert running.open_orders(ours=False) == 1
        assert running.process.poll() is None
        # It is latched, and a start is refused until a person lets it go.
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        again = running.start()
        assert await anyio.to_thread.run_sync(again.wait) == 1
        assert (
            "was killed (ann: test) and does not start until a person lets it go" in running.log.read_text()
        )
        assert (await run_cli("resume", str(running.config))).returncode == 2
        let_go = await run_cli("resume", str(running.config), "--by", "bob", "--reason", "looked at")
        assert let_go.stdout == "the account: halted → active (the node does not run)\n"
        assert read_latches(running.folder / "latches.json") == []
        again = running.start()
        try:
            await running.until(lambda: running.open_orders() == ORDERS)
        finally:
            again.kill()
            again.wait()


async def test_f45_a_kill_while_the_engine_is_wedged_ends_it_first(tmp_path, live_process) -> None:
    async with live_process(tmp_path) as running:
        await running.by_hand()
        running.process.send_signal(signal.SIGSTOP)
        received = running.orders_received()
        code, said = await running.kill()
        assert (code, said["ok"], said["by_engine"]) == (0, True, False), said
        assert said["killed"] == [running.process.pid]
        assert (said["orders_open"], said["cancels_written"], said["confirmed"]) == (ORDERS, ORDERS, ORDERS)
        assert running.process.poll() == -signal.SIGKILL
        running.process.send_signal(signal.SIGCONT)
        await nothing_more_comes(running, received)
        assert running.open_orders(ours=False) == 1
        [entry] = read_latches(running.folder / "latches.json")
        assert (entry.by, entry.reason, entry.blocks_start) == ("ann", "test", True)


@pytest.mark.parametrize("is_wedged", [False, True], ids=["running", "wedged"])
async def test_f45_a_kill_while_the_venue_answers_5xx(tmp_path, live_process, is_wedged) -> None:
    async with live_process(tmp_path) as running:
        if is_wedged:
            running.process.send_signal(signal.SIGSTOP)
        received = running.orders_received()
        for target in ("*/api/v3/*", "order.*"):
            running.exchange.faults.add(kind="error", match=target, status=503, duration_s=5.0)
        # What was refused counts against the venue's limits: the budget of a minute may have to come back.
        code, said = await running.kill("--wait", "90")
        assert code == 0, said
        assert said["by_engine"] is not is_wedged
        assert (said["orders_open"], said["confirmed"], said["unconfirmed"]) == (ORDERS, ORDERS, [])
        assert said["confirmed_ms"] > 4_000
        await nothing_more_comes(running, received)


def no_room() -> None:
    """No file can grow any more, as on a disk without a free block."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("is_wedged", [False, True], ids=["running", "wedged"])
async def test_f45_a_kill_while_the_disk_is_full(tmp_path, live_process, is_wedged) -> None:
    async with live_process(tmp_path) as running:
        if is_wedged:
            running.process.send_signal(signal.SIGSTOP)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        received = running.orders_received()
        code, said = await running.kill(preexec_fn=no_room)
        assert code == 6, said
        assert said["by_engine"] is not is_wedged
        assert (said["orders_open"], said["confirmed"], said["unconfirmed"]) == (ORDERS, ORDERS, [])
        assert any("latches.json: File too large" in fault for fault in said["faults"])
        await nothing_more_comes(running, received)


async def test_all_orders_of_the_account_go_where_that_is_asked_for(tmp_path, live_process) -> None:
    async with live_process(tmp_path) as running:
        await running.by_hand()
        await running.by_hand("SOLUSDT")  # which the node does not trade
        code, said = await running.kill("--all-orders")
        assert code == 0, said
        assert (said["others"]["orders_open"], said["others"]["confirmed"]) == (2, 2)
        assert running.open_orders(ours=False) == 0
        await running.by_hand("SOLUSDT")
        running.process.send_signal(signal.SIGSTOP)
        code, said = await running.kill("--all-orders")
        assert (code, said["orders_open"], said["confirmed"]) == (0, 1, 1), said
        assert running.open_orders(ours=False) == 0


async def test_a_drill_kills_nodes_on_an_emulator_and_asks_no_real_venue(tmp_path, run_cli) -> None:
    async with BinanceEmulator() as exchange:
        sections = node_sections(exchange, tmp_path)["venues"]["binance"]
        lines = [f"{key} = {json.dumps(value)}" for key, value in sections.items()]
        config = tmp_path / "node.toml"
        config.write_text("\n".join(["[venues.binance]", *lines]), encoding="utf-8")
        drill = await run_cli("kill", str(config), "--drill", "--json")
    assert drill.returncode == 0, drill.stderr
    said = json.loads(drill.stdout)["drill"]
    assert [each["by_engine"] for each in said.values()] == [True, False]
    assert all(each["confirmed"] == each["orders_open"] >= 40 for each in said.values())
    assert exchange.rest.answered == {}
    assert exchange.ws_api.answered == {}
