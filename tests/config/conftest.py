"""Configurations for the tests of this folder: a file, no variables of the machine, and the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alphaforge.config.load import load_config, load_raw
from alphaforge.model.errors import ConfigError

COMMAND = Path(sys.executable).with_name("alphaforge")
LONGEST_S = 60


@dataclass(frozen=True)
class Outcome:
    """What a command of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the variables of the machine that would be part of the configuration."""
    for name in os.environ:
        if name.upper().startswith("ALPHAFORGE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def node_toml(tmp_path: Path) -> Callable[[str], Path]:
    """`node_toml(text)` writes a configuration and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / "node.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def faults_of(node_toml: Callable[[str], Path]) -> Callable[..., list[str]]:
    """`faults_of(text, *assignments)` gives the lines of the error that a configuration is refused with."""

    def faults(text: str, *assignments: str) -> list[str]:
        with pytest.raises(ConfigError) as refusal:
            load_config(load_raw(node_toml(text), assignments))
        return str(refusal.value).splitlines()

    return faults


@pytest.fixture
def alphaforge(tmp_path: Path) -> Callable[..., Outcome]:
    """`alphaforge(*arguments, **variables)` runs the command line in the folder of the test."""

    def run(*arguments: str | Path, **variables: str) -> Outcome:
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1", **variables},
            check=False,
            timeout=LONGEST_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
