"""The recorded run of the conformance kit is of the kit as it is, and of all of it."""

import json
from pathlib import Path

from alphaforge_testkit.conformance import CAPABILITIES, SUITES, cases

DOCS = Path(__file__).parents[2] / "docs"
TESTS = json.loads((DOCS / "conformance-binance.json").read_text(encoding="utf-8"))["tests"]
PAGE = (DOCS / "conformance.md").read_text(encoding="utf-8")


def test_the_recorded_run_has_every_test_of_the_kit_as_it_is() -> None:
    recorded = [(row["id"], row["title"], row["needs"]) for row in TESTS]
    assert recorded == [(case.id, case.title, case.needs) for case in cases()], (
        "record it anew: pytest plugins/alphaforge-binance/tests/conformance "
        "--conformance-json docs/conformance-binance.json; python docs/render.py"
    )


def test_binance_passes_all_of_them() -> None:
    assert {(row["declared"], row["result"]) for row in TESTS} == {("supported", "passed")}


def test_ids_are_unique_and_every_capability_has_a_test() -> None:
    ids = [case.id for case in cases()]
    assert len(ids) == len(set(ids))
    assert {case.needs for case in cases()} == set(CAPABILITIES)


def test_every_suite_is_on_the_page() -> None:
    for suite in SUITES:
        assert f"| `{suite.__name__}` |" in PAGE
