"""The pytest plugin of the conformance kit: its options, what is declared, and the table at the end."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from alphaforge_testkit.conformance.case import Case
    from alphaforge_testkit.conformance.venue_under_test import LiveTarget, VenueUnderTest

_OUTCOMES = pytest.StashKey[dict[tuple[str, str], dict[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where results go, and what is tested instead of the emulator."""
    group = parser.getgroup("conformance", "the conformance kit of alphaforge-testkit")
    group.addoption(
        "--conformance-json",
        metavar="PATH",
        type=Path,
        help="write the results of the conformance suites to this file",
    )
    group.addoption(
        "--conformance-live",
        metavar="URL",
        help="test a real venue, such as a test network, in place of the emulator; real orders are placed",
    )
    group.addoption(
        "--conformance-keys",
        metavar="PATH",
        type=Path,
        help="the file with the keys for --conformance-live",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the suites."""
    config.addinivalue_line("markers", "conformance(case): a test of the conformance kit")
    config.stash[_OUTCOMES] = {}


@pytest.fixture
def conformance_target(request: pytest.FixtureRequest) -> "LiveTarget | None":
    """The real venue that is tested; None for the emulator."""
    url = request.config.getoption("--conformance-live")
    if url is None:
        return None
    keys = request.config.getoption("--conformance-keys")
    if keys is None:
        raise pytest.UsageError("--conformance-live: give --conformance-keys PATH too")
    from alphaforge_testkit.conformance.venue_under_test import LiveTarget  # noqa: PLC0415 - see _rows

    return LiveTarget(url, keys)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests can be chosen by id: `-k TR-07`."""
    found = _case_of(item)
    if found is not None:
        item.extra_keyword_matches.add(found[0].id)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a venue says that it cannot do is tried all the same, and may fail."""
    for item in items:
        found = _case_of(item)
        if found is None:
            continue
        case, venue = found
        declared = venue.capabilities.get(case.needs)
        if declared is not None and declared.answer != "supported":
            item.add_marker(pytest.mark.xfail(reason=f"{declared.answer}: {declared.reason}", strict=False))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whoever says nothing of a capability has not thought of it."""
    found = _case_of(item)
    if found is not None and found[0].needs not in found[1].capabilities:
        pytest.fail(
            f"{found[1].name} declares nothing of the capability {found[0].needs!r}: "
            "say supported, unsupported(reason) or not_yet(reason)",
            pytrace=False,
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep what became of each test."""
    outcome: Any = yield
    found = _case_of(item)
    if found is None:
        return
    report: pytest.TestReport = outcome.get_result()
    if report.when == "call" or report.outcome != "passed":
        _note(item.config, *found, report)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table, and the file."""
    outcomes = config.stash[_OUTCOMES]
    if not outcomes:
        return
    # Who runs other tests does without the suites, and with them an engine.
    from alphaforge_testkit.conformance import cases  # noqa: PLC0415
    from alphaforge_testkit.conformance.results import complete, table, to_json  # noqa: PLC0415

    rows = complete(outcomes, cases())
    terminalreporter.section("conformance")
    for line in table(rows):
        terminalreporter.write_line(line)
    path: Path | None = config.getoption("--conformance-json")
    if path is not None:
        path.write_text(to_json(rows), encoding="utf-8")
        terminalreporter.write_line(f"written to {path}")


def _case_of(item: pytest.Item) -> "tuple[Case, VenueUnderTest] | None":
    marker = item.get_closest_marker("conformance")
    owner = getattr(item, "cls", None)
    if marker is None or owner is None:
        return None
    return marker.args[0], owner.venue


def _note(config: pytest.Config, case: "Case", venue: "VenueUnderTest", report: pytest.TestReport) -> None:
    declared = venue.capabilities.get(case.needs)
    answer = "undeclared" if declared is None else declared.answer
    result, reason = str(report.outcome), ""
    if hasattr(report, "wasxfail"):
        result = answer if report.skipped else "unexpected_pass"
        reason = "" if declared is None else declared.reason
    elif report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
    outcomes = config.stash[_OUTCOMES]
    if outcomes.get((venue.name, case.id), {}).get("result") != "failed":
        outcomes[venue.name, case.id] = {
            "title": case.title,
            "needs": case.needs,
            "declared": answer,
            "result": result,
            "reason": reason,
        }
