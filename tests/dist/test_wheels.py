"""What `pip install alphaforge alphaforge-binance` gives, and what a third party's plugin adds."""

import json
import re
import zipfile
from collections.abc import Callable
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "hooks.md"
Run = Callable[..., str]


def test_the_wheels_are_all_there(wheelhouse: Path) -> None:
    ours = sorted(path.name.partition("-0")[0] for path in wheelhouse.glob("alphaforge*.whl"))
    assert ours == [
        "alphaforge",
        "alphaforge_binance",
        "alphaforge_coinbase",
        "alphaforge_core",
        "alphaforge_healthcheck",
        "alphaforge_parquet",
        "alphaforge_rs",
        "alphaforge_testkit",
    ]
    (rust,) = wheelhouse.glob("alphaforge_rs*.whl")
    assert "-cp311-abi3-" in rust.name


def test_every_wheel_brings_the_licence(wheelhouse: Path) -> None:
    wheels = list(wheelhouse.glob("alphaforge*.whl"))
    assert wheels
    for wheel in wheels:
        name, version, *_ = wheel.name.split("-")
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheel) as content:
            metadata = HeaderParser().parsestr(content.read(f"{info}/METADATA").decode())
            licence = content.read(f"{info}/licenses/LICENSE")
        assert metadata["License-Expression"] == "MIT", wheel.name
        assert metadata.get_all("License-File") == ["LICENSE"], wheel.name
        assert licence == (ROOT / "LICENSE").read_bytes(), wheel.name


def test_the_metapackage_brings_core_rust_and_healthcheck(run: Run, installed: Path) -> None:
    listed = json.loads(run(installed / "pip", "list", "--format", "json"))
    names = {package["name"] for package in listed}
    assert {"alphaforge", "alphaforge-core", "alphaforge-rs", "alphaforge-healthcheck"} <= names
    plugins = json.loads(run(installed / "alphaforge", "plugins", "list", "--load", "--json"))
    assert {plugin["name"]: plugin["state"] for plugin in plugins} == {
        "commands": "loaded",
        "core": "loaded",
        "binance": "loaded",
        "healthcheck": "loaded",
    }


def test_the_demo_runs_and_repeats(run: Run, installed: Path) -> None:
    command = (installed / "alphaforge", "demo", "--seconds", "20", "--seed", "4", "--json")
    first, second = json.loads(run(*command)), json.loads(run(*command))
    assert first["fills"] > 0
    assert first["result_hash"] == second["result_hash"]


def test_the_demo_writes_its_report(run: Run, installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run(installed / "alphaforge", "demo", "--seconds", "5", "--report", page)
    # The template, the style sheet and the script are in the wheel, and plotly.js comes with its own.
    assert page.stat().st_size > 4_000_000


def test_types_reach_the_users_type_checker(installed: Path) -> None:
    package = next((installed.parent / "lib").glob("python*/site-packages"))
    for name in ("alphaforge", "alphaforge_rs", "alphaforge_binance"):
        assert (package / name / "py.typed").exists(), name
    assert (package / "alphaforge_rs" / "__init__.pyi").exists()


@pytest.fixture(scope="module")
def third_party(run: Run, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin of docs/hooks.md, written out from the page and installed with pip."""
    folder = tmp_path_factory.mktemp("third-party")
    page = GUIDE.read_text(encoding="utf-8")
    first = page.partition("\n## A plugin of several kinds\n")[0]
    files = re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```", first, re.MULTILINE | re.DOTALL)
    lines = 0
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        lines += len(text.splitlines())
    assert 0 < lines <= 50, "the plugin of the guide should stay about 40 lines long"
    run(installed / "pip", "install", "--quiet", "--no-deps", folder)
    return folder


def test_a_third_partys_plugin_appears_when_it_is_installed(
    run: Run, installed: Path, third_party: Path
) -> None:
    plugins = json.loads(run(installed / "alphaforge", "plugins", "list", "--load", "--json"))
    found = {plugin["name"]: plugin for plugin in plugins}["coinflip"]
    assert (found["state"], found["version"], found["kinds"]) == ("loaded", "1.0", ["strategies"])


def test_its_strategy_runs_by_name(run: Run, installed: Path, third_party: Path, tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text('[feed]\nseconds = 20\n[[strategies]]\nuse = "coin-flip"\n', encoding="utf-8")
    result = json.loads(run(installed / "alphaforge", "run", config, "--json"))
    assert result["fills"] > 0
    assert result["faults"] == []
