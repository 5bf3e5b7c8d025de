"""`init`: what it writes works as it stands, and nothing that is there is written over."""

import re
import subprocess
import sys
from pathlib import Path

FILES = ["README.md", "node.toml", "strategy.py", "test_strategy.py"]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def next_commands(out: str) -> list[str]:
    """What it prints to do next."""
    first, _, rest = out.partition("Next:\n\n")
    assert first
    return [line.strip() for line in rest.splitlines()]


def test_what_it_prints_works_as_it_is_printed(alphaforge, shell_environment, tmp_path) -> None:
    name = "a new/bot"
    done = alphaforge("init", name, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert names_in(tmp_path / name) == FILES
    (command,) = next_commands(done.out)
    ran = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=shell_environment,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout
    assert re.search(r"^orders +\d+ \(\d+ filled\)", ran.stdout, re.MULTILINE)


def test_its_node_runs(alphaforge, tmp_path) -> None:
    written = alphaforge("init", "x", "--json", cwd=tmp_path).json
    assert (written["folder"], sorted(written["files"])) == ("x", FILES)
    assert written["next"] == ["cd x && alphaforge backtest strategy.py --simulated 60 && pytest"]
    done = alphaforge("run", tmp_path / "x" / "node.toml", "--json")
    assert done.code == 0, done.err
    assert (done.json["fills"] > 0, done.json["denied"]) == (True, {})


def test_its_test_can_fail(alphaforge, tmp_path) -> None:
    alphaforge("init", tmp_path)
    strategy = tmp_path / "strategy.py"
    text = strategy.read_text(encoding="utf-8")
    strategy.write_text(text.replace("bar.close > average", "bar.close < average"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path]
    assert "1 failed" in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_without_the_testkit_it_says_what_to_install(alphaforge, tmp_path) -> None:
    # A module of that name that cannot be found: the import system is told that there is none.
    hidden = "import sys\nsys.modules['alphaforge_testkit'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(hidden, encoding="utf-8")
    done = alphaforge("init", "x", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    install, then = next_commands(done.out)
    assert install == "pip install alphaforge-testkit"
    assert then.startswith("cd x && alphaforge backtest")


def test_nothing_that_is_there_is_written_over(alphaforge, tmp_path) -> None:
    (tmp_path / "mine.txt").touch()
    done = alphaforge("init", tmp_path)
    assert done.code == 2
    assert "is not empty: name a new folder" in " ".join(done.err.replace("│", " ").split())
    assert names_in(tmp_path) == ["mine.txt"]
    done = alphaforge("init", tmp_path / "mine.txt")
    assert (done.code, (tmp_path / "mine.txt").read_text()) == (2, "")
    done = alphaforge("init", "/proc/none/x")
    assert (done.code, done.errors) == (1, ["init: /proc/none: No such file or directory"])
