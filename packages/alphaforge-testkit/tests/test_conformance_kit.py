"""The conformance kit itself: what is declared, what is skipped, the table and the file."""

import json
from typing import Any

import alphaforge_testkit.conformance  # noqa: F401 - once, and not anew in every run within a test
import pytest

pytest_plugins = ["pytester"]

SUITE = """
from alphaforge_testkit import conformance as kit
from alphaforge_testkit.conformance.suite import need


class Venue(kit.VenueUnderTest):
    name = "small"
    capabilities = {capabilities}

    def open(self, directory, target, *, fee_in_third_asset=False): ...


class SmallSuite(kit.Suite):
    @kit.conformance("XX-01", "what works", needs="limit")
    def test_works(self, site): ...

    @kit.conformance("XX-02", "what does not work", needs="iceberg")
    def test_breaks(self, site):
        assert False

    @kit.conformance("XX-03", "what needs powers", needs="limit")
    def test_needs_powers(self, site):
        need(None)


class TestSmall(SmallSuite):
    venue = Venue()
"""


@pytest.fixture
def kit_run(pytester: pytest.Pytester) -> Any:
    """`kit_run("{...}")` runs the small suite for a venue that declares this."""

    def run(capabilities: str, *options: str) -> tuple[pytest.RunResult, dict[str, Any]]:
        pytester.makepyfile(test_small=SUITE.format(capabilities=capabilities))
        result = pytester.runpytest_inprocess("-q", "--conformance-json", "found.json", *options)
        rows = json.loads((pytester.path / "found.json").read_text(encoding="utf-8"))["tests"]
        return result, {row["id"]: row for row in rows}

    return run


def test_results_are_in_the_table_and_in_the_file(kit_run: Any) -> None:
    result, rows = kit_run('{"limit": kit.SUPPORTED, "iceberg": kit.SUPPORTED}')
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["small XX-01 *passed *what works", "small XX-02 *failed *what does not work"]
    )
    assert rows["XX-01"] == {
        "venue": "small",
        "id": "XX-01",
        "title": "what works",
        "needs": "limit",
        "declared": "supported",
        "result": "passed",
        "reason": "",
    }
    assert (rows["XX-02"]["result"], rows["XX-03"]["result"]) == ("failed", "skipped")
    assert rows["XX-03"]["reason"] == "needs what only an emulator can do"


@pytest.mark.parametrize("answer", ["unsupported", "not_yet"])
def test_what_is_declared_as_missing_may_fail(kit_run: Any, answer: str) -> None:
    result, rows = kit_run(f'{{"limit": kit.SUPPORTED, "iceberg": kit.{answer}("all are whole")}}')
    result.assert_outcomes(passed=1, xfailed=1, skipped=1)
    assert (rows["XX-02"]["result"], rows["XX-02"]["reason"]) == (answer, "all are whole")


def test_what_is_declared_as_missing_and_works_is_not_hidden(kit_run: Any) -> None:
    result, rows = kit_run('{"limit": kit.unsupported("no"), "iceberg": kit.unsupported("no")}')
    result.assert_outcomes(xpassed=1, xfailed=1, skipped=1)
    assert rows["XX-01"]["result"] == "unexpected_pass"
    result.stdout.fnmatch_lines(["small XX-01 *unexpected_pass*what works (no)"])


def test_a_capability_of_which_nothing_is_said_fails(kit_run: Any) -> None:
    result, rows = kit_run('{"limit": kit.SUPPORTED}')
    result.assert_outcomes(passed=1, errors=1, skipped=1)
    result.stdout.fnmatch_lines(["*small declares nothing of the capability 'iceberg': say supported*"])
    assert (rows["XX-02"]["declared"], rows["XX-02"]["result"]) == ("undeclared", "failed")


def test_tests_are_chosen_by_id_and_the_others_are_told_as_not_run(kit_run: Any) -> None:
    result, rows = kit_run('{"limit": kit.SUPPORTED}', "-k", "XX-01")
    result.assert_outcomes(passed=1, deselected=2)
    assert rows["XX-01"]["result"] == "passed"
    assert rows["MD-01"]["result"] == "not_run"


def test_a_real_venue_wants_keys(kit_run: Any, pytester: pytest.Pytester) -> None:
    result, _ = kit_run(
        '{"limit": kit.SUPPORTED}', "-k", "XX-01", "--conformance-live", "https://example.org"
    )
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*--conformance-live: give --conformance-keys PATH too*"])
