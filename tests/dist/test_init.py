"""`alphaforge init` for somebody who has installed `alphaforge` and nothing else: as printed, step by step."""

import os
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path


def test_the_printed_commands_work_as_they_are(
    run: Callable[..., str], wheelhouse: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    install = (programs / "pip", "install", "--quiet", "--no-index", "--find-links", wheelhouse)
    run(*install, "alphaforge")
    printed = run(programs / "alphaforge", "init", "x", cwd=tmp_path)
    commands = [line.strip() for line in printed.partition("Next:\n\n")[2].splitlines()]
    assert commands == [
        "pip install alphaforge-testkit",
        "cd x && alphaforge backtest strategy.py --simulated 60 && pytest",
    ]
    # What `activate` sets, and a package index that is this folder.
    variables = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
    }
    for command in commands:
        done = subprocess.run(
            ["/bin/sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=variables, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "2 passed" in done.stdout
    # Once the testkit is there, nothing is left to install.
    again = run(programs / "alphaforge", "init", "y", cwd=tmp_path)
    assert "pip install" not in again
