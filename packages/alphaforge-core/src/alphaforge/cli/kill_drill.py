"""`alphaforge kill --drill`: the kill of a real process, on emulators of the node's venues."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from alphaforge.cli.kill_run import Done, kill_node
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import VenueSection, venue_of
from alphaforge.engine.control.client import NoAnswerError, ask_once
from alphaforge.engine.control.messages import KillRequest, OrdersRequest
from alphaforge.engine.control.node_folder import NodeFolder
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import EmulatorSpec
from alphaforge.model.emulator import EmulatorOptions
from alphaforge.model.errors import SetupError
from alphaforge.strategies.kill_drill import ORDERS, KillDrill

_MOST_INSTRUMENTS = 2
_READY_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.1
_NAME = "drill"


def rehearse(config: Path, request: KillRequest) -> Mapping[str, Done]:
    """What became of two kills on each venue: of a node that answers, and of one that does not.

    Raises:
        AlphaForgeError: the configuration cannot be used, or a venue has no emulator.
    """
    loaded = load_config(load_raw(config))
    if not loaded.venues:
        raise SetupError(f"{config}: it has no venue to rehearse on")
    return anyio.run(_rehearse, loaded, request)


async def _rehearse(config: NodeConfig, request: KillRequest) -> Mapping[str, Done]:
    registry = Registry.installed(config.plugins.disabled)
    done = {}
    for name, section in config.venues.items():
        spec = registry.get(EmulatorSpec, venue_of(name, section))
        symbols = section.instruments[:_MOST_INSTRUMENTS]
        async with spec.create(_options(symbols)) as emulator:
            for is_wedged, how in ((False, "answers"), (True, "is stopped")):
                with tempfile.TemporaryDirectory() as folder:
                    venue = {**emulator.venue_section(Path(folder)), "instruments": symbols}
                    path = _write(Path(folder), name, section, venue)
                    done[f"{name}, a node that {how}"] = await _one(
                        path, len(symbols) * ORDERS, request, is_wedged=is_wedged
                    )
    return done


async def _one(path: Path, orders: int, request: KillRequest, *, is_wedged: bool) -> Done:
    """Run a node until its orders are open, and kill it."""
    folder = NodeFolder(path.parent, _NAME)
    with _process(path) as process:
        await _until_open(folder, orders, process)
        if is_wedged:
            process.send_signal(signal.SIGSTOP)
        return await anyio.to_thread.run_sync(partial(kill_node, folder, path, request))


async def _until_open(folder: NodeFolder, orders: int, process: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            result = (await anyio.to_thread.run_sync(ask_once, folder, OrdersRequest())).result or {}
            if sum(order["state"] == "open" for order in result["orders"]) >= orders:
                return
        except NoAnswerError:
            pass  # it starts
        await anyio.sleep(_LOOK_EVERY_S)
    raise SetupError(f"the drill's node has not opened {orders} orders within {_READY_WITHIN_S:g} s")


@contextmanager
def _process(path: Path) -> "Iterator[subprocess.Popen[bytes]]":
    code = "from alphaforge.cli.main import main; main()"
    command = [sys.executable, "-c", code, "run", str(path), "--confirm-live"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _options(symbols: list[str]) -> EmulatorOptions:
    return EmulatorOptions(
        host="127.0.0.1",
        port=0,
        control_port=0,
        symbols=symbols,
        recording=None,
        speed=1.0,
        faults=None,
        tls=False,
        seed=1,
        unlimited=True,
    )


def _write(folder: Path, name: str, section: VenueSection, venue: Mapping[str, Any]) -> Path:
    """The configuration of the drill's node: of the venue, its name; all else is the emulator's."""
    tables: dict[str, Mapping[str, Any]] = {
        "node": {"name": _NAME, "mode": "live", "data_dir": str(folder), "watchdog_s": 0},
        "feed": {"source": "live"},
        f"venues.{name}": {"venue": venue_of(name, section), **venue},
    }
    lines = ["[[strategies]]", f"use = {json.dumps(f'{KillDrill.__module__}:{KillDrill.__name__}')}"]
    for table, values in tables.items():
        # Strings, numbers and lists of them are written in TOML as in JSON.
        lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path = folder / "node.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
