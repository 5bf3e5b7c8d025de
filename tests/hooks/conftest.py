"""Throw-away plugins: packages with metadata and a manifest, found through the path, without pip."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alphaforge.hooks.registry import Registry

COMMAND = Path(sys.executable).with_name("alphaforge")
LONGEST_S = 60


@dataclass(frozen=True)
class Outcome:
    """What a command of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        """The `error:` lines."""
        return [line for line in self.err.splitlines() if line.startswith("error:")]


class Site:
    """A folder on the path that holds plugins as pip would have put them there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages: list[str] = []
        self.variables: dict[str, str] = {}

    def add(
        self,
        name: str,
        code: str,
        manifest: str | None = "",
        *,
        distribution: str | None = None,
        entry_point: str | None = None,
        api: str = "[1, 1]",
    ) -> str:
        """Install a plugin; `manifest` is what its manifest has beyond the required keys, None for no file.

        Returns the name of its package.
        """
        distribution = distribution or f"dist-{name}"
        package = distribution.replace("-", "_")
        folder = self.folder / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "plugin.py").write_text(code, encoding="utf-8")
        if manifest is not None:
            text = f'name = "{name}"\nsummary = "a plugin of a test"\napi = {api}\n{manifest}'
            self.manifest_of(package).write_text(text, encoding="utf-8")
        self._add_metadata(distribution, f"{entry_point or name} = {package}.plugin")
        self.packages.append(package)
        return package

    def manifest_of(self, package: str) -> Path:
        """Where the manifest of a package lies."""
        return self.folder / package / "alphaforge-plugin.toml"

    def _add_metadata(self, distribution: str, entry_point: str) -> None:
        info = self.folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[alphaforge]\n{entry_point}\n", encoding="utf-8")

    def run(self, *arguments: str) -> Outcome:
        """Run `alphaforge` with these plugins installed."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ALPHAFORGE_")}
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            encoding="utf-8",
            env=environment | self.variables | {"PYTHONPATH": str(self.folder), "NO_COLOR": "1"},
            check=False,
            timeout=LONGEST_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site of this test's own."""
    return Site(tmp_path / "site")


@pytest.fixture
def installed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Registry]]:
    """`installed()` gives the registry of this process with the plugins of `site` in it."""
    before = set(sys.modules)

    def make(disabled: tuple[str, ...] = ()) -> Registry:
        monkeypatch.syspath_prepend(str(site.folder))
        importlib.invalidate_caches()
        return Registry.installed(disabled)

    yield make
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in site.packages:
            del sys.modules[name]


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that the tests of a file share."""
    return Site(tmp_path_factory.mktemp("shared") / "site")
