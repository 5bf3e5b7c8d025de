"""docs/faults.md names every fault of this venue and every test of it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| F(\d+) \| .+? \| (.+?) \| .+? \|$", PAGE, re.MULTILINE)
FAULTS = [*range(1, 36), 42, 45]


def written_tests() -> set[str]:
    paths = [*(ROOT / "tests" / "faults").glob("test_*.py"), ROOT / "tests" / "live" / "test_kill.py"]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return {name for text in texts for name in re.findall(r"^async def (test_\w+)", text, re.MULTILINE)}


def test_every_fault_has_a_row() -> None:
    assert [int(number) for number, _ in ROWS] == FAULTS


def test_every_row_names_tests_of_its_fault_and_every_test_is_named() -> None:
    named = {name: int(number) for number, names in ROWS for name in re.findall(r"`(test_\w+)`", names)}
    written = {name for name in written_tests() if name.startswith("test_f")}
    assert written
    assert set(named) == written
    assert all(name.startswith(f"test_f{number:02d}_") for name, number in named.items())


def test_what_the_page_says_beside_the_table_exists() -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGE)) <= written_tests()
