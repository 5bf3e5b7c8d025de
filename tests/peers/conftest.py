"""The emulator as a command of its own, and clients of others that trade on it."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from alphaforge_binance.emulator.operations import BY_REST


def peer(package: str, module: str) -> ModuleType:
    """A client's module. Where tox says that its environment is the client's, it must be there."""
    if os.environ.get("ALPHAFORGE_PEER") == package:
        with warnings.catch_warnings():
            # What a client imports that is deprecated is its own affair.
            warnings.simplefilter("ignore")
            return import_module(module)
    return pytest.importorskip(module, reason=f"tox -e peers has {package}")


def not_offered(client: str) -> set[str]:
    """What a client offers and the emulator does not, as docs/emulator.md says."""
    page = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
    table = page.partition("<!-- not offered -->\n")[2].partition("<!-- end -->")[0].splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table]
    column = rows[0].index(client)
    return {row[0] for row in rows[2:] if row[column] == "offers it"}


def not_served(offered: set[str]) -> set[str]:
    """The requests that the emulator has no operation for, but for listen keys, which end with 410."""
    return {each for each in offered - set(BY_REST) if not each.endswith("/userDataStream")}


class RunningEmulator:
    """`alphaforge emulate binance` in a process of its own."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts
        self.rest = facts["rest"]
        self.host = facts["rest"].removeprefix("http://")
        self.keys = self.control("GET", "/keys")["main"]

    def control(self, method: str, path: str, **body: object):
        """Ask the control endpoint."""
        answer = httpx.request(method, self.facts["control"] + path, json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for_request(self, method: str) -> None:
        """Wait until the WebSocket API has been asked this."""
        deadline = time.monotonic() + 20
        while method not in self.control("GET", "/requests")["websocket"]:
            assert time.monotonic() < deadline, f"nobody asked for {method}"
            time.sleep(0.01)

    def ledger(self) -> dict:
        """What the main account holds, has ordered and has traded."""
        return self.control("GET", "/ledger")["main"]


@pytest.fixture
def emulator() -> Iterator[RunningEmulator]:
    command = Path(sys.executable).with_name("alphaforge")
    with subprocess.Popen(
        [command, "emulate", "binance", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield RunningEmulator(json.loads(process.stdout.readline()))
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
