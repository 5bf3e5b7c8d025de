"""docs/hooks.md: its plugins work as they stand, and specs and protocols are those of the code."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from alphaforge.hooks.hookspecs import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
MODEL = ROOT / "packages" / "alphaforge-core" / "src" / "alphaforge" / "model"
FILES = dict(re.findall(r"^`([\w./-]+)`[^\n]*:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
SHAPES = {
    "Sink": "sink", "RiskRule": "risk_rule", "ProposedOrder": "risk_rule", "RiskView": "risk_rule",
    "Reject": "risk_rule", "DeclaredLimits": "risk_rule", "Monitor": "monitor", "NodeView": "monitor",
    "CheckResult": "monitor",
}  # fmt: skip


def classes_of(text: str) -> Iterator[ast.ClassDef]:
    yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))


def shape_of(node: ast.ClassDef) -> list[str]:
    """Fields and signatures of a class, without docstrings."""
    shape = []
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            shape.append(f"{item.name}({ast.unparse(item.args)}) -> {ast.unparse(item.returns or item.args)}")
        elif isinstance(item, ast.AnnAssign):
            shape.append(ast.unparse(item))
    return shape


@pytest.mark.parametrize("spec_type", [spec_type for _, spec_type in KINDS.values()])
def test_the_fields_of_a_spec_are_named_in_their_order(spec_type) -> None:
    assert f"`{spec_type.__name__}({', '.join(field.name for field in fields(spec_type))})`" in PAGE


@pytest.mark.parametrize("name", SHAPES)
def test_a_protocol_is_shown_as_it_is(name: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (shown,) = [node for block in blocks for node in classes_of(block) if node.name == name]
    source = (MODEL / f"{SHAPES[name]}.py").read_text(encoding="utf-8")
    (real,) = [node for node in classes_of(source) if node.name == name]
    assert shape_of(shown) == shape_of(real) != []


@pytest.fixture
def alphaforge(tmp_path: Path):
    """`alphaforge(*arguments)` runs the command line with the plugins of the page installed."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    install(tmp_path, project["entry-points"]["alphaforge"] | {"deskguard": "deskguard.plugin"})

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("alphaforge"), *arguments],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            check=False,
            timeout=60,
        )

    return run


def install(folder: Path, entry_points: dict[str, str]) -> None:
    """Write what pip would write of each plugin."""
    for name, module in entry_points.items():
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[alphaforge]\n{name} = {module}\n")


def test_the_plugins_of_the_page_are_fine(alphaforge) -> None:
    done = alphaforge("plugins", "list", "--load")
    assert re.search(r"coinflip +1\.0 +strategies +1 +loaded", done.stdout), done.stdout
    assert re.search(r"deskguard +1\.0 +risk_rules, sinks, monitors, commands +1 +loaded", done.stdout)
    doctor = alphaforge("plugins", "doctor")
    assert doctor.returncode == 0, doctor.stdout


def test_the_plugin_of_several_kinds_does_what_it_says(alphaforge, tmp_path) -> None:
    done = alphaforge("run", "node.toml", "--json", "--log-level", "info")
    assert done.returncode == 0, done.stderr
    assert "started: pass: " in done.stderr
    fills = (tmp_path / "fills.csv").read_text(encoding="utf-8").splitlines()
    assert len(fills) > 0
    assert f'"fills": {len(fills)},' in done.stdout
    counted = alphaforge("desk", "fills", "fills.csv")
    assert (counted.returncode, counted.stdout) == (0, f"{len(fills)}\n")


def test_the_rule_of_the_page_denies_orders_in_a_wide_market(alphaforge) -> None:
    done = alphaforge("run", "node.toml", "--json", "--set", "risk.rules.tight-spread.most=0")
    result = json.loads(done.stdout)
    assert result["denied"] == {"plugin_rule": result["orders"]}
    assert result["orders"] > 0


def test_the_strategy_of_the_page_flips_coins(alphaforge) -> None:
    done = alphaforge("run", "node.toml", "--json", "--set", "strategies.0.use=coin-flip")
    assert done.returncode == 0, done.stderr
    assert '"fills": 0' not in done.stdout
