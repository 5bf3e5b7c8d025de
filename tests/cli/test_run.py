"""`run`: the node of a backtest, at full speed or at the pace of the recording, until it is told to stop."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from alphaforge_testkit.recordings import write_recording

WATCHER = '''
from alphaforge import Strategy


class Watcher(Strategy):
    """Rests an order, and says when it has seen three trades and when it stops."""

    def on_start(self):
        self.count = 0

    def on_trade(self, trade):
        self.count += 1
        if self.count == 1:
            self.buy("0.01", "40000")
        if self.count == 3:
            print("running", flush=True)

    def on_stop(self):
        print("stopping", flush=True)
        self.cancel_all()

    def save(self):
        return {"count": self.count}
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory, market, recording, buyer) -> Path:
    """Nodes: one over a second of market, and one over a recording that lasts ten minutes."""
    folder: Path = tmp_path_factory.mktemp("run")
    node = (
        f'[feed]\nsource = "recorded"\nfiles = ["{recording}"]\n'
        f'[paper]\ncash = {{ USDT = "5000" }}\n[[strategies]]\nuse = "{buyer}"\n'
        '[sinks.jsonl]\npath = "records.jsonl"\n[monitors.feed-fresh]\ninterval_s = 0.1\n'
    )
    (folder / "node.toml").write_text(node, encoding="utf-8")
    frames = [market.ticker(0), *(market.trade(step) for step in (0, 1, 2, 3, 24_000))]
    write_recording(folder / "long.jsonl", frames)
    (folder / "watcher.py").write_text(WATCHER, encoding="utf-8")
    long = (
        '[feed]\nsource = "recorded"\nfiles = ["long.jsonl"]\npace = "realtime"\n'
        '[[strategies]]\nuse = "watcher.py"\nstate_file = "state.json"\n'
        '[sinks.jsonl]\npath = "long-records.jsonl"\n'
    )
    (folder / "long.toml").write_text(long, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def backtest(alphaforge, buyer, recording):
    """What a backtest over the same recording comes to."""
    done = alphaforge("backtest", buyer, "--data", recording, "--cash", "USDT=5000", "--json")
    assert done.code == 0
    return done.json


def test_a_run_gives_what_a_backtest_gives(alphaforge, folder, backtest) -> None:
    outcome = alphaforge("run", "node.toml", "--json", cwd=folder)
    assert outcome.code == 0, outcome.err
    assert outcome.json["result_hash"] == backtest["result_hash"]
    assert outcome.json["fills"] == backtest["fills"] > 0
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum(json.loads(line)["type"] == "fill" for line in lines) == backtest["fills"]


def test_the_pace_of_the_recording_changes_the_time_it_takes_and_nothing_else(
    alphaforge, folder, backtest
) -> None:
    outcome = alphaforge("run", "node.toml", "--json", "--set", "feed.pace=realtime", cwd=folder)
    assert outcome.code == 0, outcome.err
    assert outcome.json["result_hash"] == backtest["result_hash"]
    assert outcome.json["wall_s"] >= 39 * 0.025


def test_people_see_the_same_result(alphaforge, folder, backtest) -> None:
    outcome = alphaforge("run", "node.toml", cwd=folder)
    assert outcome.code == 0
    assert backtest["result_hash"] in outcome.out


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda told: told.name)
def test_a_signal_ends_a_run_with_its_result(told, start_alphaforge, folder) -> None:
    process = start_alphaforge("run", "long.toml", "--json", cwd=folder)
    assert process.stdout.readline() == "running\n"
    process.send_signal(told)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    first, _, rest = out.partition("\n")
    assert first == "stopping"
    result = json.loads(rest)
    assert 3 <= result["trades"] <= 4
    assert result["orders_by_state"] == {"cancelled": 1}
    assert result["wall_s"] < 20
    lines = (folder / "long-records.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-2])["state"] == "cancelled"
    assert json.loads((folder / "state.json").read_text(encoding="utf-8"))["count"] == result["trades"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda told: told.name)
def test_a_second_signal_ends_a_run_that_hangs(told, start_alphaforge, folder) -> None:
    hangs = WATCHER.replace("self.cancel_all()", "\n        while True:\n            pass")
    (folder / "hangs.py").write_text(hangs, encoding="utf-8")
    process = start_alphaforge("run", "long.toml", "--set", 'strategies=[{use="hangs.py"}]', cwd=folder)
    assert process.stdout.readline() == "running\n"
    process.send_signal(told)
    assert process.stdout.readline() == "stopping\n"
    process.send_signal(told)
    _, err = process.communicate(timeout=20)
    assert process.returncode == -told
    assert f"warning: stopping after {told.name}; a second one ends the process at once" in err


def test_a_run_under_nohup_outlives_its_terminal(folder, shell_environment) -> None:
    process = subprocess.Popen(
        ["nohup", "alphaforge", "run", "long.toml", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env=shell_environment,
    )
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "stopping after SIGTERM" in err
    assert "SIGHUP" not in err


STALLING = WATCHER.replace("self.count += 1", "self.count += 1\n        time.sleep(0.05)")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda told: told.name)
@pytest.mark.parametrize("moment", ["while it loads", "while it runs"])
def test_a_signal_ends_a_backtest_with_a_line_and_its_exit_code(
    told, moment, start_alphaforge, tmp_path, recording
) -> None:
    loading = "print('running', file=sys.stdout, flush=True)\ntime.sleep(60)\n"
    code = f"import sys, time\n{STALLING}" + (loading if moment == "while it loads" else "")
    (tmp_path / "slow.py").write_text(code, encoding="utf-8")
    process = start_alphaforge("backtest", "slow.py", "--data", recording, "--json", cwd=tmp_path)
    stream = process.stderr if moment == "while it loads" else process.stdout
    assert stream.readline() == "running\n"
    process.send_signal(told)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + told
    assert out == ""
    assert err.splitlines()[-1:] == [f"error: ended by {told.name} before it was done"]
    assert "Traceback" not in err


def test_in_the_background_of_a_script_a_backtest_ends_on_sigterm_all_the_same(
    start_alphaforge, tmp_path, recording
) -> None:
    (tmp_path / "slow.py").write_text(f"import time\n{STALLING}", encoding="utf-8")
    process = start_alphaforge(
        "backtest", "slow.py", "--data", recording, cwd=tmp_path, sigint=signal.SIG_IGN
    )
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 143
    assert err.splitlines()[-1] == "error: ended by SIGTERM before it was done"


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has said what it does on a signal."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (caught,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(int(caught, 16) >> (number - 1) & 1)


def test_a_signal_ends_a_demo_too(start_alphaforge, tmp_path) -> None:
    process = start_alphaforge("demo", "--seconds", "1e9", cwd=tmp_path)
    deadline = time.monotonic() + 20
    while not catches(process.pid, signal.SIGTERM) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err == "error: ended by SIGINT before it was done\n"
