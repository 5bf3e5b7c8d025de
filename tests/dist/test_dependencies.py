"""Every package declares what it imports, and imports what it declares."""

import ast
import re
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent for path in ROOT.glob("p*/*/src"))


def project(package: Path) -> dict[str, Any]:
    return tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", requirement)[0] for requirement in requirements}


def extras(package: Path) -> dict[str, set[str]]:
    """What each extra adds."""
    declared = project(package)["project"].get("optional-dependencies", {})
    return {extra: names(requirements) for extra, requirements in declared.items()}


def distribution(module: str) -> str:
    # All that we import are named as their distributions, save our own core.
    return "alphaforge-core" if module == "alphaforge" else module.replace("_", "-")


def imported(folder: Path, without: Collection[str] = ()) -> set[str]:
    """The distributions that the code below a folder imports, but for that in folders of these names."""
    modules: set[str] = set()
    for path in folder.rglob("*.py"):
        if not set(path.relative_to(folder).parts).isdisjoint(without):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                modules.add(node.module.partition(".")[0])
    return {distribution(module) for module in modules - sys.stdlib_module_names}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_imports_are_the_declared_dependencies(package: Path) -> None:
    declared = names(project(package)["project"]["dependencies"])
    added = set().union(*extras(package).values())
    assert declared <= imported(package / "src") - {package.name} <= declared | added
    # What an extra adds is needed in the folder of its name only.
    assert imported(package / "src", without=extras(package)) - {package.name} == declared


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_what_the_tests_need_is_in_the_development_group(package: Path) -> None:
    declared = project(package)
    development = names(declared.get("dependency-groups", {}).get("dev", []))
    if package.name in development:
        development |= set().union(*extras(package).values())
    needed = imported(package / "tests") - {package.name} - names(declared["project"]["dependencies"])
    assert needed <= development
