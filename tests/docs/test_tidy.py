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

# Longer for a reason; these lists only shrink.
LONG_FILES = {
    "packages/alphaforge-rs/alphaforge_rs.pyi",  # the whole face of the Rust module
    "packages/alphaforge-rs/crates/kernel/src/transition.rs",  # every event for every state
    "packages/alphaforge-rs/crates/python/src/runtime.rs",  # one class has one block of methods
}
LONG_TESTS = {
    "tests/cli/test_bad_input.py",  # a case for each thing that can be wrong with an input
    "tests/kernel/test_matching_model.py",  # a whole matching engine, as naive as can be, to compare with
    "tests/kernel/test_money_oracle.py",  # a whole ledger in decimals, to compare with
    "tests/kernel/test_order_reports.py",  # a venue that reports anything, and all that must hold
}
LONG_FUNCTIONS = {
    "packages/alphaforge-rs/crates/python/src/exchange_event.rs: convert",  # a branch for each event
}

# rustfmt puts what ends a function at the indentation of its `fn`.
RUST_FUNCTION = re.compile(r"( *)(?:pub(?:\(\w+\))? )?(?:const |async |unsafe )*fn (\w+)")


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


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".rs", ".pyi")
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES_OF_A_FILE
    }
    assert long <= LONG_FILES | LONG_TESTS, "split them"
    assert long == LONG_FILES | LONG_TESTS, "shorter now: take them off the list"


def python_functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


def rust_functions(text: str) -> Iterator[tuple[str, int]]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if found := RUST_FUNCTION.match(line):
            indent, name = found.groups()
            ends = re.compile(rf"{indent}\S.*[;}}]$|{indent}}}$")
            yield name, next(n for n, end in enumerate(lines[number:], 1) if ends.match(end))


def test_functions_fit_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {name}"
        for ending, functions in ((".py", python_functions), (".rs", rust_functions))
        for path in tracked(ending)
        for name, length in functions(path.read_text(encoding="utf-8"))
        if length > MOST_LINES_OF_A_FUNCTION
    }
    assert long <= LONG_FUNCTIONS, "split them"
    assert long == LONG_FUNCTIONS, "shorter now: take them off the list"


def test_rust_functions_are_measured_to_their_end() -> None:
    text = """
pub(crate) const fn one(a: u8) -> u8 { a }
fn four(
    a: u8,
) -> u8 {
}
trait T {
    fn three(
        a: u8,
    ) -> u8;
    fn two() {
    }
}
"""
    assert list(rust_functions(text)) == [("one", 1), ("four", 4), ("three", 3), ("two", 2)]


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
