"""Wheels of the whole workspace, installed by name into an environment that holds nothing else."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command outside the checkout, as a user would; fail with all it printed."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")
    }
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """`run(*command)` gives what the command printed."""
    return _run


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheels, and the wheels of everything they depend on."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    uv = shutil.which("uv") or pytest.fail("uv is not on PATH")
    _run(uv, "build", "--quiet", "--all-packages", "--wheel", "--out-dir", folder, cwd=ROOT)
    requirements = folder / "requirements.txt"
    exported = _run(
        uv, "export", "--quiet", "--locked", "--all-packages", "--no-dev", "--no-emit-workspace",
        "--no-hashes", cwd=ROOT,
    )  # fmt: skip
    requirements.write_text(exported, encoding="utf-8")
    _run(sys.executable, "-m", "venv", folder / "pip")
    pip = folder / "pip" / "bin" / "pip"
    _run(pip, "download", "--quiet", "--no-deps", "--requirement", requirements, "--dest", folder)
    return folder


@pytest.fixture(scope="session")
def installed(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with `alphaforge` and `alphaforge-binance`, from wheels alone."""
    environment = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    _run(
        programs / "pip", "install", "--quiet", "--no-index", "--find-links", wheelhouse,
        "alphaforge", "alphaforge-binance",
    )  # fmt: skip
    return programs
