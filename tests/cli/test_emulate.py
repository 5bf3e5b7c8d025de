"""`alphaforge emulate`: what it says, whom it lets in, and what it refuses."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = Path(sys.executable).with_name("alphaforge")


def test_it_says_where_it_is_and_ends_on_a_signal(tmp_path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nkind = "error"\nmatch = "GET /api/v3/time"\nstatus = 502\n')
    command = [COMMAND, "emulate", "binance", "--json", "--symbols", "BTCUSDT, dogeusdt", "--faults", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        facts = json.loads(process.stdout.readline())
        info = httpx.get(f"{facts['rest']}/api/v3/exchangeInfo").json()
        assert [symbol["symbol"] for symbol in info["symbols"]] == ["BTCUSDT", "DOGEUSDT"]
        assert [httpx.get(f"{facts['rest']}/api/v3/time").status_code for _ in range(2)] == [502, 200]
        assert httpx.get(f"{facts['control']}/faults").json()[0]["fired"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == "ended by SIGTERM\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--host", "0.0.0.0"], 2, "0.0.0.0 can be reached from other machines, and the keys"),
        (["--host", "here"], 2, "'here' is no IP address"),
        (["--symbols", "NONSENSE"], 1, "NONSENSE: base and quote cannot be told from the symbol"),
        (["--faults", "none.toml"], 1, "none.toml: No such file"),
        (["--market", "none.gz"], 1, "none.gz: "),
        (["--market", "none.gz", "--symbols", "BTCUSDT"], 1, "a recording (--market FILE) says itself"),
        (["--port", "70000"], 2, "less than or equal to 65535"),
    ],
)
def test_what_it_cannot_do_is_told(arguments, code, message, tmp_path) -> None:
    command = [COMMAND, "emulate", "binance", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60, env={"COLUMNS": "400"}
    )
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split())


def test_an_emulator_that_is_not_there() -> None:
    done = subprocess.run([COMMAND, "emulate", "nowhere"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "emulators 'nowhere' is not provided by any installed plugin (there is: binance)" in done.stderr


def test_its_own_dependencies_are_named(tmp_path) -> None:
    # A module of this name that cannot be imported stands in for an installation without the extra.
    (tmp_path / "trustme.py").write_text("raise ModuleNotFoundError(name='trustme')")
    done = subprocess.run(
        [COMMAND, "emulate", "binance"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
        timeout=60,
    )
    assert done.returncode == 1
    assert "the emulator needs trustme: pip install 'alphaforge-binance[emulator]'" in done.stderr
