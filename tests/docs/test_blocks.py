"""Every code block of the documentation runs.

A page is run from top to bottom in a folder of its own, which holds what a reader has: the recording
`btcusdt.jsonl.gz`, the `examples` and a `node.toml`. A line before a block can say more of it:

    `plugin.py`:                     it is written to this file (or, unseen, <!-- file plugin.py -->)
    <!-- after from typing import Any -->      Python that comes before it
    <!-- not run: WHY -->            it is not run; these stand in the list below, which only shrinks

Python is run, also that of a file. `sh` must end with 0. Other files are read by what reads them.
"""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from alphaforge_testkit.recordings import write_recording

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
NOT_RUN = {
    ("docs/conformance.md", "needs the network and keys"),
    ("README.md", "builds everything from the network, in an environment of its own"),
    ("README.md", "is the whole test suite, of which this test is a part"),
    ("CONTRIBUTING.md", "builds everything from the network, in an environment of its own"),
}
LANGUAGES = {"python", "sh", "toml", "text"}
BLOCK = re.compile(
    r"(?:^(?:`(?P<shown>[\w./-]+)`[^\n]*:|<!-- (?P<said>[^\n]*) -->)\n\n?)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
START_NS = 1_767_225_600_000_000_000


@dataclass(frozen=True)
class Block:
    """A code block, and what the line before says of it."""

    page: str
    line: int
    language: str
    text: str
    file: str | None
    after: str
    not_run: str | None


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        said = found["said"] or ""
        kind, _, value = said.partition(" ")
        yield Block(
            page=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, found.start("text")),
            language=found["language"],
            text=found["text"],
            file=found["shown"] or (value if kind == "file" else None),
            after=f"{value}\n" if kind == "after" else "",
            not_run=said.removeprefix("not run: ") if said.startswith("not run: ") else None,
        )


def all_pages() -> list[Path]:
    patterns = ("*.md", "docs/**/*.md", "packages/*/README.md", "plugins/*/README.md")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


PAGES = [page for page in all_pages() if any(block.language != "text" for block in blocks_of(page))]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of Binance's BTCUSDT, which go up and down."""

    def frame(second: int) -> str:
        price = 50_000 + 50 * abs(second % 40 - 20)
        data = {
            "e": "trade", "E": 0, "s": "BTCUSDT", "t": second, "p": f"{price}.00", "q": "0.50000",
            "T": START_NS // 10**6 + second * 1_000, "m": False, "M": True,
        }  # fmt: skip
        return json.dumps({"stream": "btcusdt@trade", "data": data})

    frames = [(START_NS + second * 10**9, frame(second)) for second in range(120)]
    return write_recording(tmp_path_factory.mktemp("data") / "btcusdt.jsonl.gz", frames)


@pytest.fixture
def folder(tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a reader has at hand; Python looks for modules there, and for files."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (node,) = [block for block in blocks_of(ROOT / "docs" / "configuration.md") if block.file == "node.toml"]
    (tmp_path / "node.toml").write_text(node.text, encoding="utf-8")
    shutil.copy(recording, tmp_path)
    shutil.copy(ROOT / "examples" / "ema_cross.py", tmp_path)
    # A plugin's own tests need the plugin installed.
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("tests"))
    return tmp_path


def run(folder: Path, *command: str | Path) -> str | None:
    """Run something as a reader would; what it printed, where it failed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ALPHAFORGE_")}
    variables = kept | {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PYTHONWARNINGS": "error",
    }
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=variables, check=False)
    return None if done.returncode == 0 else done.stdout + done.stderr


def write(folder: Path, block: Block, name: str) -> None:
    """Write the file of a block; a plugin's manifest is announced, as pip would announce it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.after + block.text, encoding="utf-8")
    if path.name == "alphaforge-plugin.toml":
        package = path.parent.name
        info = folder / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[alphaforge]\n{package} = {package}.plugin\n")


def failure_of(block: Block, folder: Path) -> str | None:
    """Run a block; what a command printed, where it failed. Python raises."""
    if block.language == "sh":
        return run(folder, "/bin/sh", "-e", "-c", block.text)
    name = block.file or ("node.toml" if block.language == "toml" else f"line_{block.line}.py")
    write(folder, block, name)
    if block.language == "python":
        runpy.run_path(str(folder / name))  # in this process, which is faster; what it raises fails the test
        return None
    if Path(name).name == "node.toml":
        return run(folder, "alphaforge", "check", name)
    tomllib.loads(block.text)
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_runs(page: Path, folder: Path) -> None:
    ran = 0
    for block in blocks_of(page):
        if block.language != "text" and block.not_run is None:
            failure = failure_of(block, folder)
            assert failure is None, f"{block.page}:{block.line}\n{failure}"
            ran += 1
    assert ran or page.name == "CONTRIBUTING.md"


def test_what_is_not_run_is_named_with_its_reason() -> None:
    blocks = [block for page in all_pages() for block in blocks_of(page)]
    assert {(block.page, block.not_run) for block in blocks if block.not_run is not None} == NOT_RUN


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_block_is_missed(page: Path) -> None:
    blocks = list(blocks_of(page))
    text = page.read_text(encoding="utf-8")
    assert text.count("\n```") == 2 * len(blocks)
    assert {block.language for block in blocks} <= LANGUAGES
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    commands = re.findall(
        r"^(?: {4}|\t)(?:\$ )?(?:alphaforge|python3?|pip|uv|\.venv|cd|tox|pytest) .*", outside, re.MULTILINE
    )
    assert commands == [], "a command in an indented block is not run: use ```sh"


def test_a_block_that_fails_is_told(folder: Path) -> None:
    page = folder / "page.md"
    page.write_text("```python\n1 / 0\n```\n\n```sh\nfalse\necho next\n```\n", encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    python, shell = (
        Block("page.md", 1, found["language"], found["text"], None, "", None)
        for found in BLOCK.finditer(text)
    )
    with pytest.raises(ZeroDivisionError):
        failure_of(python, folder)
    assert failure_of(shell, folder) == ""
    toml = Block("page.md", 9, "toml", '[nodes]\nname = "x"\n', None, "", None)
    assert "nodes" in (failure_of(toml, folder) or "")
