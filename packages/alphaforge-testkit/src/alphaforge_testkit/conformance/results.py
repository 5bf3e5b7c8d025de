"""What the suites have found: rows for the terminal and for `conformance.json`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from alphaforge_testkit.conformance.case import Case

Row: TypeAlias = dict[str, str]
"""`venue`, `id`, `title`, `needs`, `declared`, `result` and `reason` of one test."""

NOT_RUN = "not_run"


def complete(outcomes: Mapping[tuple[str, str], Mapping[str, str]], cases: Sequence[Case]) -> list[Row]:
    """A row for each test and venue, sorted; tests of the kit that did not run are there too."""
    rows = {key: {"venue": key[0], "id": key[1], **outcome} for key, outcome in outcomes.items()}
    for venue in {venue for venue, _ in outcomes}:
        for case in cases:
            missing = {
                "venue": venue,
                "id": case.id,
                "title": case.title,
                "needs": case.needs,
                "declared": "",
                "result": NOT_RUN,
                "reason": "",
            }
            rows.setdefault((venue, case.id), missing)
    return [rows[key] for key in sorted(rows)]


def table(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each test that was run, and how many there are of each result."""
    for row in (row for row in rows if row["result"] != NOT_RUN):
        reason = f" ({row['reason']})" if row["reason"] else ""
        yield f"{row['venue']} {row['id']:6} {row['result']:15} {row['title']}{reason}"
    for venue in sorted({row["venue"] for row in rows}):
        counts = Counter(row["result"] for row in rows if row["venue"] == venue)
        yield f"{venue}: " + ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))


def to_json(rows: Sequence[Row]) -> str:
    """The file, the same for the same results."""
    return json.dumps({"format": 1, "tests": rows}, indent=2, ensure_ascii=False) + "\n"
