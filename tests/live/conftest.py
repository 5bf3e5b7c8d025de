"""Nodes that trade on the emulator of Binance in the test's own loop."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
