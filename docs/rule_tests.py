"""Which tests prove which control of docs/risk.md, read from the sources of the tests.

A Rust test counts for the rule that its file names in its first line (`//! Rule 5: …`), or the file whose
`tests` module it stands in; elsewhere the line `// Rule 5` stands above its `#[test]`. A Python test says it
with `@pytest.mark.rule(5)`, or its whole file with `pytestmark = pytest.mark.rule(5)`; there may be several
numbers.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
CONTROLS = (
    "state gate",
    "instrument",
    "envelope",
    "price collar",
    "order value, order size",
    "market data gate",
    "duplicate orders",
    "message rate",
    "repeated execution",
    "buying power",
    "position limit",
    "gross and net exposure",
    "open orders",
    "daily loss, drawdown",
    "self-match",
    "reject and cancel ratio",
    "clock drift",
    "reconciliation drift",
    "kill switch",
    "dead-man",
    "override",
)
"""The controls by number, from 1."""

_HEADER = re.compile(r"//! Rules? ((?:\d+(?:, | and )?)+)")
_RUST_TEST = re.compile(
    r"(?:^ *// Rules? (?P<rules>[\d, and]+)\n)?^ *#\[test\]\n(?:^ *#\[.*\n)*^ *fn (?P<name>\w+)", re.MULTILINE
)


class RuleTest(NamedTuple):
    """A test and a rule that it proves."""

    rule: int
    path: Path
    name: str


def rule_tests() -> list[RuleTest]:
    """All of them, by rule, file and place."""
    return sorted(
        [*_rust_tests(), *_python_tests()], key=lambda test: (test.rule, test.path.suffix != ".rs", test.path)
    )


def table() -> str:
    """A row for every test of every rule."""
    rows = ["| rule | control | what a test shows | where |", "|--:|---|---|---|"]
    for test in rule_tests():
        words = test.name.removeprefix("test_").replace("_", " ")
        place = test.path.relative_to(ROOT).as_posix()
        name = "/".join(test.path.parts[-2:])
        control = CONTROLS[test.rule - 1]
        rows.append(f"| {test.rule} | {control} | {words} | [{name}](../{place}) |")
    return "\n".join(rows)


def _rust_tests() -> Iterator[RuleTest]:
    for path in sorted((ROOT / "packages/alphaforge-rs/crates").rglob("*.rs")):
        text = path.read_text(encoding="utf-8")
        of_file = _numbers(_header(path))
        for found in _RUST_TEST.finditer(text):
            for rule in _numbers(found["rules"]) or of_file:
                yield RuleTest(rule, path, found["name"])


def _header(path: Path) -> str:
    """The rules in the first line of a file, or of the file whose tests it holds."""
    text = path.read_text(encoding="utf-8")
    if found := _HEADER.match(text):
        return found[1]
    parts = path.parts
    if "tests" in (path.stem, path.parent.name) and "src" in parts:
        owner = path.parent if path.stem == "tests" else path.parents[1]
        if owner.with_suffix(".rs").exists():
            return _header(owner.with_suffix(".rs"))
    return ""


def _numbers(text: str | None) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text or "")]


def _python_tests() -> Iterator[RuleTest]:
    for folder in ("tests", "plugins", "packages", "examples"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            if "mark.rule(" in text:
                yield from _tests_of(path, ast.parse(text))


def _tests_of(path: Path, module: ast.Module) -> Iterator[RuleTest]:
    of_file: list[int] = []
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            of_file = _marked(node.value)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = [rule for decorator in node.decorator_list for rule in _marked(decorator)]
            for rule in own or of_file:
                yield RuleTest(rule, path, node.name)


def _marked(node: ast.expr) -> list[int]:
    """The numbers in the marks `pytest.mark.rule(…)` of an expression."""
    return [
        argument.value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]
