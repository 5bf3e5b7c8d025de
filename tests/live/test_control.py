"""The control socket of a live node: what people ask of it, and what it cannot be brought to do."""

import json
import socket
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from alphaforge.cli.main import application
from alphaforge.engine.control.client import NoAnswerError, RefusedError, ask_once
from alphaforge.engine.control.latch_file import read_latches
from alphaforge.engine.control.messages import LONGEST_LINE_BYTES, OperateRequest, Scope, StatusRequest
from alphaforge.engine.control.node_folder import NodeFolder
from alphaforge.engine.supervisor import first_error
from alphaforge.model.errors import SetupError
from alphaforge_binance.emulator import BinanceEmulator, node_sections
from alphaforge_testkit.live import RunningNode, running_node
from typer.testing import CliRunner, Result

pytestmark = pytest.mark.anyio


def folder_of(tmp_path: Path) -> NodeFolder:
    return NodeFolder(tmp_path / "data", "main")


async def cli(tmp_path: Path, *arguments: str) -> Result:
    """The command line, beside the node's loop and in its process: another one takes a second to start."""
    whole = [*arguments, "--node", "main", "--data-dir", str(tmp_path / "data")]
    return await anyio.to_thread.run_sync(partial(CliRunner().invoke, application(whole), whole))


async def asked(tmp_path: Path, request) -> dict:
    return (await anyio.to_thread.run_sync(ask_once, folder_of(tmp_path), request)).result


async def resting(node: RunningNode, price: str = "30000"):
    handle = node.probe.buy("0.01", price, instrument=node.instrument)
    await node.until_state(handle.id, "open")
    return handle


async def test_people_see_the_node_its_orders_and_positions(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        handle = await resting(node)
        bought = node.probe.buy("0.05")
        await node.until_state(bought.id, "filled")
        status = json.loads((await cli(tmp_path, "status", "--json")).stdout)
        assert (status["node"], status["state"], status["trading"]) == ("main", "ready", "active")
        assert (status["venues"], status["orders_open"], status["latches"]) == ({"BINANCE": True}, 1, [])
        orders = json.loads((await cli(tmp_path, "orders", "--json")).stdout)["orders"]
        assert [order["client_order_id"] for order in orders] == [node.order(handle.id).client_order_id]
        positions = json.loads((await cli(tmp_path, "positions", "--json")).stdout)["positions"]
        assert [(each["strategy"], each["quantity"]) for each in positions] == [("Probe", "0.05")]
        for command in ("status", "orders", "positions"):
            shown = await cli(tmp_path, command)
            assert shown.exit_code == 0, shown.stderr
            assert shown.stdout.strip()


async def test_a_halt_takes_the_orders_back_and_only_a_person_ends_it(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        handle = await resting(node)
        halted = await cli(tmp_path, "halt", "--by", "ann", "--reason", "news", "--json")
        assert halted.exit_code == 0, halted.stderr
        said = json.loads(halted.stdout)
        assert said["before"] == {"state": "active"}
        assert (said["now"]["state"], said["now"]["by"], said["now"]["reason"]) == ("halted", "ann", "news")
        await node.until_state(handle.id, "cancelled")
        assert (
            node.order(node.probe.buy("0.01", "30000", instrument=node.instrument).id).reject_code == "halted"
        )
        assert node.node.state == "halted"
        assert [entry.reason for entry in read_latches(folder_of(tmp_path).latches)] == ["news"]
        nobody = await cli(tmp_path, "resume")
        assert nobody.exit_code == 2
        resumed = await cli(tmp_path, "resume", "--by", "bob", "--reason", "over")
        assert resumed.stdout == "the account: halted → active\n"
        assert node.node.state == "ready"
        await resting(node)
        assert read_latches(folder_of(tmp_path).latches) == []
        assert any("halted, says ann: news" in text for text in node.alerts)
        assert any("active, says bob: over" in text for text in node.alerts)


async def test_a_part_is_halted_or_reduced_and_the_rest_goes_on(tmp_path) -> None:
    async with BinanceEmulator() as exchange:
        sections = node_sections(exchange, tmp_path, instruments=["BTCUSDT", "ETHUSDT"])
        async with running_node(sections) as node:
            await node.until_synced()
            kept = await resting(node)
            await cli(tmp_path, "halt", "--instrument", "BINANCE:ETHUSDT", "--by", "ann")
            await cli(tmp_path, "reduce-only", "--strategy", "Probe", "--by", "ann")
            held = json.loads((await cli(tmp_path, "status", "--json")).stdout)
            assert {(each["scope"], each["state"]) for each in held["latches"]} == {
                ("instrument", "halted"),
                ("strategy", "reducing"),
            }
            assert held["state"] == "ready"
            assert node.order(kept.id).state == "open"
            assert (
                node.order(node.probe.buy("0.01", "30000", instrument=node.instrument).id).reject_code
                == "reduce_only"
            )
            none = await cli(tmp_path, "halt", "--venue", "kraken")
            assert 'venue "KRAKEN": this node has no such venue' in str(none.exception)
        # What was held back is held back after a restart, and the rest trades.
        async with running_node(sections) as node:
            await node.until_synced()
            assert (
                node.order(node.probe.buy("0.01", "30000", instrument=node.instrument).id).reject_code
                == "reduce_only"
            )
            await cli(tmp_path, "resume", "--strategy", "Probe", "--by", "ann", "--reason", "over")
            await resting(node)
        left = read_latches(folder_of(tmp_path).latches)
        assert [(entry.scope, entry.name) for entry in left] == [("instrument", "BINANCE:ETHUSDT")]


@pytest.mark.rule(19)
async def test_a_kill_can_close_the_positions(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        bought = node.probe.buy("0.05")
        await node.until_state(bought.id, "filled")
        await resting(node)
        killed = await cli(tmp_path, "kill", "--flatten", "--by", "ann", "--json")
        assert killed.exit_code == 0, killed.output
        said = json.loads(killed.stdout)
        assert (said["orders_open"], said["confirmed"], said["faults"]) == (1, 1, [])
        assert node.probe.position(node.instrument).is_flat


@pytest.mark.rule(19)
async def test_an_order_that_waits_for_room_in_the_limits_does_not_leave_after_a_halt(tmp_path) -> None:
    async with BinanceEmulator() as exchange:
        sections = node_sections(exchange, tmp_path, orders_over="http", recv_window_ms=1000)
        async with running_node(sections) as node:
            await node.until_synced()
            link = node.venues[0]
            link.budget.block(link.clock.now_s() + 0.5)
            waiting = node.probe.buy("0.01", "30000")
            await anyio.sleep(0.1)
            halt = OperateRequest(state="halted", by="ann", reason="x", cancel_orders=True)
            await asked(tmp_path, halt)
            await node.until_state(waiting.id, "rejected", "cancelled")
            assert exchange.account("main").orders == {}


async def test_a_node_is_stopped(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        assert (await cli(tmp_path, "stop", "--by", "ann", "--reason", "night")).exit_code == 0
        await node.until(lambda: node.node.state == "stopped")
        with pytest.raises(NoAnswerError, match="it does not run"):
            await asked(tmp_path, StatusRequest())
        assert (await cli(tmp_path, "status")).exit_code == 5
    assert node.result.stopped == "stopped by ann: night"
    # That it ended held back everything, but for its end only.
    assert read_latches(folder_of(tmp_path).latches) == []


async def test_nobody_who_is_silent_slow_or_wrong_holds_the_node_up(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        path = folder_of(tmp_path).socket
        assert path.stat().st_mode & 0o777 == 0o600
        silent = [await anyio.connect_unix(path) for _ in range(40)]
        for line, code in (
            (b"no json\n", "bad_request"),
            (b'{"version":2,"command":"status"}\n', "unsupported_version"),
            (b'{"version":1,"command":"status","more":1}\n', "bad_request"),
            (b'{"version":1,"command":"operate","state":"active","reason":"x"}\n', "bad_request"),
            (b"x" * (LONGEST_LINE_BYTES + 2), "too_long"),
        ):
            async with await anyio.connect_unix(path) as stream:
                await stream.send(line)
                assert json.loads(await stream.receive())["error"]["code"] == code
        assert (await asked(tmp_path, StatusRequest()))["state"] == "ready"
        with pytest.raises(RefusedError, match="no such strategy"):
            await asked(
                tmp_path,
                OperateRequest(
                    state="halted", scope=Scope(kind="strategy", name="Nobody"), by="ann", reason="x"
                ),
            )
        await resting(node)
        for stream in silent:
            await stream.aclose()


async def test_a_folder_with_a_long_path_has_a_socket_too(tmp_path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, deep)) as node:
        await node.until_synced()
        with pytest.raises(OSError, match="too long"), socket.socket(socket.AF_UNIX) as direct:
            direct.connect(str(folder_of(deep).socket))
        assert (await asked(deep, StatusRequest()))["state"] == "ready"


async def test_a_damaged_latch_file_holds_back_everything(tmp_path) -> None:
    path = folder_of(tmp_path).latches
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="ascii")
    async with BinanceEmulator() as exchange:
        with pytest.raises(BaseExceptionGroup) as failure:
            async with running_node(node_sections(exchange, tmp_path)):
                pass
        error = first_error(failure.value)
        assert isinstance(error, SetupError)
        assert "what is held back cannot be read" in str(error)
    assert path.read_text(encoding="ascii") == "{"
