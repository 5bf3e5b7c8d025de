"""docs/risk.md names the rules and the codes of the gate as the Rust code has them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "risk.md").read_text(encoding="utf-8")
CRATE = ROOT / "packages" / "alphaforge-rs" / "crates" / "risk" / "src"


def rust(name: str) -> str:
    return (CRATE / name).read_text(encoding="utf-8")


def number_of(rule: str) -> str:
    found = re.match(r"//! Rule (\d+):", rust(f"rules/{rule}.rs"))
    return found[1] if found else ""


def test_the_rules_are_those_of_the_gate_in_its_order() -> None:
    (table,) = re.findall(r"const RULES: .*? = \[\n(.*?)\];", rust("rules/mod.rs"), re.DOTALL)
    rules = re.findall(r"\b(\w+)::check,", table)
    written = re.findall(r"^\| *(\d*) *\| ([a-z ]+) \|", PAGE, re.MULTILINE)
    assert rules
    assert written == [(number_of(rule), rule.replace("_", " ")) for rule in rules]


def test_the_codes_are_those_of_the_gate() -> None:
    codes = re.findall(r"Reject::\w+(?: \{ \.\. \})? => \"(\w+)\"", rust("reject_rule.rs"))
    rows = re.findall(r"^\| (`.+?`) \|", PAGE, re.MULTILINE)
    assert codes
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(codes)


def test_each_code_names_its_rule() -> None:
    source = rust("reject_rule.rs")
    codes = dict(re.findall(r"Reject::(\w+)(?: \{ \.\. \})? => \"(\w+)\"", source))
    rules = {}
    _, _, numbered = source.partition("fn rule(&self)")
    for variants, number in re.findall(r"((?:Reject::\w+[^=]*?)+)=> (Some\(\d+\)|None)", numbered):
        rules |= {codes[name]: re.sub(r"\D", "", number) for name in re.findall(r"Reject::(\w+)", variants)}
    rows = re.findall(r"^\| (`.+?`) \| *(\d*) *\|", PAGE, re.MULTILINE)
    assert {code: rule for names, rule in rows for code in re.findall(r"`(\w+)`", names)} == rules
