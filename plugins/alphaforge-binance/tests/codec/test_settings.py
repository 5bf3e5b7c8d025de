"""`[venues.binance]`, and the adapter that it makes."""

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alphaforge_binance.connection import connect
from alphaforge_binance.endpoints import ENVIRONMENTS, Endpoints, endpoints
from alphaforge_binance.plugin import alphaforge_venues
from alphaforge_binance.settings import BinanceSettings
from pydantic import ValidationError


@pytest.mark.parametrize("environment", ["production", "testnet", "demo"])
def test_an_environment_has_three_encrypted_doors(environment: Any) -> None:
    doors = endpoints(BinanceSettings(environment=environment))
    assert doors == ENVIRONMENTS[environment]
    assert doors.rest.startswith("https://")
    assert doors.streams.startswith("wss://")
    assert doors.websocket_api.startswith("wss://")


def test_each_door_can_be_another() -> None:
    settings = BinanceSettings(
        base_url="http://127.0.0.1:9010/",
        ws_url="ws://localhost:9010",
        ws_api_url="wss://emulator.example/ws-api/v3",
    )
    assert endpoints(settings) == Endpoints(
        "http://127.0.0.1:9010", "ws://localhost:9010", "wss://emulator.example/ws-api/v3"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("api.binance.com", "begin it with https:// and a host"),
        ("ftp://api.binance.com", "begin it with https://"),
        ("https://", "begin it with https:// and a host"),
        ("https://key:secret@api.binance.com", "secrets do not belong into a URL"),
        ("https://api.binance.com/?key=1", "secrets do not belong into a URL"),
        ("http://api.binance.com", "use https://: without TLS only a server on this machine"),
        ("http://10.0.0.1", "use https://"),
    ],
)
def test_a_url_that_cannot_be_meant_is_refused(url: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        BinanceSettings(base_url=url)


@pytest.mark.parametrize(
    "values",
    [
        {"environment": "live"},
        {"key_type": "dsa"},
        {"recv_window_ms": 0},
        {"recv_window_ms": 60_001},
        {"highest_fee": "1"},
        {"highest_fee": "NaN"},
        {"self_trade_prevention": "decrement"},
        {"depth_limit": 200},
        {"api_key": "secret"},
    ],
)
def test_values_are_checked(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BinanceSettings.model_validate(values)


def test_every_setting_is_on_the_page() -> None:
    page = (Path(__file__).parents[4] / "docs" / "binance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+? \| .+? \| (.+?) \|$", page, re.MULTILINE)
    described = {name: field.description for name, field in BinanceSettings.model_fields.items()}
    assert dict(rows) == described


def test_without_secrets_there_is_market_data_only(kit: Any) -> None:
    assert connect(BinanceSettings(), kit.no_secrets).trading is None
    assert kit.adapter().trading is not None


def test_what_the_venue_can_do_follows_the_settings(kit: Any) -> None:
    adapter = kit.adapter(recv_window_ms=2_000, highest_fee="0.00075", environment="testnet")
    assert adapter.rest_url == "https://testnet.binance.vision"
    (window,) = adapter.http_limits
    assert (window.limit, window.window_s) == (6_000, 60)
    traits = adapter.traits
    assert (traits.native_triggers, traits.native_trailing, traits.native_expiry) == (True, False, False)
    assert Decimal(traits.highest_fee) == Decimal("0.00075")
    assert traits.certain_after_s >= 2 + 1


@pytest.mark.parametrize(("mode", "prevents"), [(None, False), ("none", False), ("expire_both", True)])
def test_it_tells_whether_own_orders_are_kept_apart(mode: str | None, prevents: bool, kit: Any) -> None:
    assert kit.adapter(self_trade_prevention=mode).traits.prevents_self_trades is prevents


def test_the_plugin_connects(kit: Any) -> None:
    (venue,) = alphaforge_venues()
    assert venue.settings is BinanceSettings
    assert venue.connect is not None
    assert venue.connect(BinanceSettings(), kit.secrets()).trading is not None


def test_who_does_not_connect_does_not_pay_for_it() -> None:
    code = (
        "import sys, alphaforge_binance.plugin\n"
        "print([name for name in ('cryptography', 'alphaforge_binance.trading') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
