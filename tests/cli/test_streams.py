"""Output that cannot be written: a clear line where one can be, an exit code, and no place in our code."""

import subprocess

import pytest

FULL = "error: standard output: No space left on device\n"
CLOSED = "error: standard output is closed: redirect it, for example to /dev/null\n"
NODE = """
[feed]
seconds = 2
[[strategies]]
use = "chatty.py"
[sinks.jsonl]
path = "records.jsonl"
"""
CHATTY = """
from alphaforge import Strategy


class Chatty(Strategy):
    def on_trade(self, trade):
        print("x" * 10_000, flush=True)
        self.buy("0.00001", "1")
"""


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def shell(request, tmp_path, shell_environment):
    """`shell(line)` runs a line in a shell; gives its exit code, its output and its errors."""

    def run(line: str) -> tuple[int, str, str]:
        done = subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=shell_environment | {"PYTHONUNBUFFERED": request.param},
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize("command", ["version", "--help", "config show --json", "plugins list"])
def test_an_output_that_is_full_or_closed_is_one_line_of_error(command: str, shell) -> None:
    assert shell(f"alphaforge {command} >/dev/full") == (1, "", FULL)
    assert shell(f"alphaforge {command} >&-") == (1, "", CLOSED)


def test_a_reader_that_has_seen_enough_ends_a_command_without_a_word(shell) -> None:
    code, out, err = shell("alphaforge version | true; echo ${PIPESTATUS[0]}")
    assert (code, out, err) == (0, "1\n", "")


def test_errors_that_nobody_can_read_do_not_get_into_the_output(shell) -> None:
    for nowhere in ("2>&-", "2>/dev/full"):
        assert shell(f"alphaforge run none.toml {nowhere}") == (1, "", "")
        assert shell(f"alphaforge nonsense {nowhere}") == (2, "", "")
        code, out, _ = shell(f"alphaforge demo --seconds 1 --json {nowhere}")
        assert (code, out[:2]) == (0, "{\n")
    assert shell("alphaforge version >&- 2>&-") == (1, "", "")


def test_a_run_goes_on_though_nobody_reads_what_its_strategy_prints(shell, tmp_path) -> None:
    (tmp_path / "node.toml").write_text(NODE, encoding="utf-8")
    (tmp_path / "chatty.py").write_text(CHATTY, encoding="utf-8")
    code, out, err = shell("alphaforge run node.toml --json | head -c 1; echo ${PIPESTATUS[0]}")
    assert (code, out) == (0, "x1\n")
    assert "halted" not in err
    assert len((tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()) > 10
