"""The real captures, where they are: beside the project, never in it."""

from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[3] / "shared" / "data" / "binance-spot"


def _capture(name: str) -> Path:
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"the capture {name} is not here: ../shared/data/binance-spot is absent")
    return path


@pytest.fixture(scope="session")
def capture_with_snapshot() -> Path:
    """2024-08-08: 28,040 bookTicker, 9,757 trade, 3,451 depth messages and a depth snapshot."""
    return _capture("btcusdt_20240808.gz")


@pytest.fixture(scope="session")
def capture_without_snapshot() -> Path:
    """2024-08-09: 45,134 bookTicker, 10,147 trade, 3,044 depth messages and no snapshot."""
    return _capture("btcusdt_20240809.gz")
