"""The emulator of Binance in the test's own loop, and nodes that trade on it."""

from collections.abc import Callable
from typing import Any

import pytest
from alphaforge_binance.emulator import BinanceEmulator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def live_sections(tmp_path) -> Callable[..., dict[str, Any]]:
    """`live_sections(exchange, **venue)`: the configuration of a node that trades on an emulator."""

    def sections(exchange: BinanceEmulator, *, node: str = "main", **venue: Any) -> dict[str, Any]:
        keys = exchange.keys["main"]
        key_file = tmp_path / "keys.toml"
        api_key, private_key = {
            "ed25519": (keys.ed25519_key, keys.ed25519_pem),
            "hmac": (keys.hmac_key, keys.hmac_secret),
            "rsa": (keys.rsa_key, keys.rsa_pem),
        }[venue.get("key_type", "ed25519")]
        key_file.write_text(f'api_key = "{api_key}"\nprivate_key = """{private_key}"""\n', encoding="ascii")
        key_file.chmod(0o600)
        return {
            "node": {"name": node, "mode": "live", "data_dir": str(tmp_path / "data")},
            "venues": {
                "binance": {
                    "instruments": ["BTCUSDT"],
                    "base_url": exchange.url,
                    "ws_url": exchange.ws_url,
                    "ws_api_url": exchange.ws_api_url,
                    "key_file": str(key_file),
                    **venue,
                }
            },
        }

    return sections
