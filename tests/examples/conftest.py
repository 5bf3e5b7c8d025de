"""The examples of the project, in the harness."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alphaforge_testkit import StrategyHarness

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(strategy_harness: Callable[..., StrategyHarness]) -> Callable[..., StrategyHarness]:
    """`example("grid", params={...})` starts an example, which is stopped after the test."""

    def start(name: str, **options: Any) -> StrategyHarness:
        return partial(strategy_harness, EXAMPLES / f"{name}.py")(**options)

    return start
