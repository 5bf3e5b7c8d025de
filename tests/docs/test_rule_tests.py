"""Each control that the gate has is proven by a test in its own file."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ROOT / "packages/alphaforge-rs/crates/risk/src/rules"


def test_each_rule_of_the_gate_is_proven_in_its_own_file() -> None:
    sys.path.append(str(ROOT / "docs"))  # where the tables are made
    from rule_tests import CONTROLS, rule_tests  # noqa: PLC0415

    assert len(CONTROLS) == 21
    proven = {(test.rule, test.path) for test in rule_tests()}
    for path in RULES.glob("*.rs"):
        header = re.match(r"//! Rule (\d+):", path.read_text(encoding="utf-8"))
        if header is not None:
            own = {path, path.with_suffix("") / "tests.rs"}
            assert {(int(header[1]), one) for one in own} & proven, path.name
