"""The configuration of a node that trades on an emulator, for tests."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alphaforge_binance.emulator.emulator import BinanceEmulator


def node_sections(exchange: "BinanceEmulator", directory: Path, **venue: Any) -> dict[str, Any]:
    """The sections `[node]` and `[venues.binance]` of a live node that trades BTCUSDT for the account `main`.

    Its data and the file with its keys, of the kind that `key_type` says, go into `directory`. `venue`: what
    the venue's section has beside this, or in its place.
    """
    keys = exchange.keys["main"]
    api_key, private_key = {
        "ed25519": (keys.ed25519_key, keys.ed25519_pem),
        "hmac": (keys.hmac_key, keys.hmac_secret),
        "rsa": (keys.rsa_key, keys.rsa_pem),
    }[venue.get("key_type", "ed25519")]
    key_file = directory / "keys.toml"
    key_file.write_text(f'api_key = "{api_key}"\nprivate_key = """{private_key}"""\n', encoding="ascii")
    key_file.chmod(0o600)
    return {
        "node": {"name": "main", "mode": "live", "data_dir": str(directory / "data")},
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
