"""House rules: short files, short functions, no path of a machine, no marker of unfinished work."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 70

# Longer for a reason; this list only shrinks.
LONG_FILES = {
    "packages/alphaforge-rs/alphaforge_rs.pyi",  # the whole face of the Rust module
    "packages/alphaforge-rs/crates/kernel/src/kernel.rs",  # state, set-up and step of the kernel
    "packages/alphaforge-rs/crates/kernel/src/transition.rs",  # every event for every state
    "packages/alphaforge-rs/crates/python/src/runtime.rs",  # one class has one block of methods
    "packages/alphaforge-rs/crates/runtime/src/dispatch.rs",  # what happens with each event
}


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines() if line.endswith(endings)]
    return [path for path in paths if path.exists()]


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "tests.rs"


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".rs", ".pyi")
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES_OF_A_FILE and not is_test(path)
    }
    assert long <= LONG_FILES, "split them"
    assert long == LONG_FILES, "shorter now: take them off the list"


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


def test_functions_fit_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {name} has {length} lines"
        for path in tracked(".py")
        for name, length in functions(path)
        if length > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b(TODO|FIXME|XXX)\b",
        r"\bNotImplementedError\b",
        r"\b(todo|unimplemented)!",
        r"\bpickle\b|\beval\(|verify=False",
    ],
)
def test_nothing_is_left_unfinished_or_unsafe(pattern: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".rs")
        if path != Path(__file__) and re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_path_of_this_machine_is_in_the_tree() -> None:
    here = str(ROOT.parent) + "/"
    found = [
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".rs", ".md", ".toml", ".ini", ".lock", ".pyi", ".yml")
        if here in path.read_text(encoding="utf-8") and ROOT.parent != Path("/")
    ]
    assert found == []
