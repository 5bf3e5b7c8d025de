"""Where Binance Spot is spoken to. Source: binance-spot-api-docs, general information of each API."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaforge_binance.settings import BinanceSettings


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The three doors of an environment."""

    rest: str
    streams: str
    websocket_api: str


ENVIRONMENTS: Mapping[str, Endpoints] = {
    "production": Endpoints(
        "https://api.binance.com",
        "wss://stream.binance.com:9443",
        "wss://ws-api.binance.com:443/ws-api/v3",
    ),
    "testnet": Endpoints(
        "https://testnet.binance.vision",
        "wss://stream.testnet.binance.vision",
        "wss://ws-api.testnet.binance.vision/ws-api/v3",
    ),
    "demo": Endpoints(
        "https://demo-api.binance.com",
        "wss://demo-stream.binance.com",
        "wss://demo-ws-api.binance.com/ws-api/v3",
    ),
}


def endpoints(settings: BinanceSettings) -> Endpoints:
    """The environment's, save what the settings override."""
    own = ENVIRONMENTS[settings.environment]
    return Endpoints(
        settings.base_url or own.rest,
        settings.ws_url or own.streams,
        settings.ws_api_url or own.websocket_api,
    )


LIFETIME_S = 23.5 * 3_600
"""After 24 hours Binance ends a WebSocket connection."""

PING_INTERVAL_S = 2.0
"""A connection that is dead is found out within twice this."""
