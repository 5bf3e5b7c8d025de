"""The pytest plugin of the testkit: fixtures for tests of strategies and plugins."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alphaforge.hooks.loader import LoadedPlugin

from alphaforge_testkit.plugins import load_installed_plugin
from alphaforge_testkit.recordings import write_recording
from alphaforge_testkit.strategies import StrategyHarness


@pytest.fixture
def installed_plugin() -> Callable[[str], LoadedPlugin]:
    """`installed_plugin("name")` loads an installed plugin as a node would, or fails the test."""
    return load_installed_plugin


@pytest.fixture
def recording(tmp_path: Path) -> Callable[[Iterable[tuple[int, str | bytes]]], Path]:
    """`recording(frames)` writes (receive time in ns, frame) pairs to a file and returns its path."""
    written = 0

    def write(frames: Iterable[tuple[int, str | bytes]]) -> Path:
        nonlocal written
        written += 1
        return write_recording(tmp_path / f"recording-{written}.jsonl", frames)

    return write


@pytest.fixture
def strategy_harness() -> Iterator[Callable[..., StrategyHarness]]:
    """`strategy_harness(MyStrategy, params={...})` starts a strategy, which is stopped after the test."""
    started: list[StrategyHarness] = []

    def start(*arguments: Any, **options: Any) -> StrategyHarness:
        harness = StrategyHarness(*arguments, **options)
        started.append(harness)
        return harness

    yield start
    for harness in started:
        harness.stop()
