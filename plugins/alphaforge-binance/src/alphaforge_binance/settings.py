"""What `[venues.binance]` may hold beside core's own keys."""

import ipaddress
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from alphaforge.model.settings import Settings
from pydantic import AfterValidator, Field, ValidationInfo

KeyType: TypeAlias = Literal["ed25519", "hmac", "rsa"]

_SCHEMES = {"base_url": ("http", "https"), "ws_url": ("ws", "wss"), "ws_api_url": ("ws", "wss")}


def _check_url(url: str, info: ValidationInfo) -> str:
    plain, encrypted = _SCHEMES[str(info.field_name)]
    parts = urlsplit(url)
    if parts.scheme not in {plain, encrypted} or not parts.hostname:
        raise ValueError(f"begin it with {encrypted}:// and a host, such as {encrypted}://localhost")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("leave out user, query and fragment: secrets do not belong into a URL")
    if parts.scheme == plain and not _is_this_machine(parts.hostname):
        raise ValueError(f"use {encrypted}://: without TLS only a server on this machine is allowed")
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Url: TypeAlias = Annotated[str, AfterValidator(_check_url)]


class BinanceSettings(Settings):
    """The keys of `[venues.binance]`."""

    environment: Literal["production", "testnet", "demo"] = Field(
        "production", description="which of Binance's systems: `production`, `testnet` or `demo`"
    )
    base_url: Url | None = Field(None, description="the REST API, where it is not the environment's own")
    ws_url: Url | None = Field(None, description="the market streams, where they are not the environment's")
    ws_api_url: Url | None = Field(None, description="the WebSocket API, where it is not the environment's")
    key_type: KeyType = Field(
        "ed25519", description="of the API key: `ed25519`, `hmac` or `rsa`; only the first can log on"
    )
    orders_over: Literal["websocket", "http"] = Field(
        "websocket", description="how orders go out: `websocket` (the WebSocket API) or `http` (REST)"
    )
    recv_window_ms: int = Field(
        1_000,
        ge=1,
        le=60_000,
        description="how old a request may be when Binance takes it; what comes later is refused",
    )
    self_trade_prevention: Literal["none", "expire_taker", "expire_maker", "expire_both"] | None = Field(
        None, description="what happens where an order would meet another of the account; by default the "
        "symbol's own mode",
    )  # fmt: skip
    highest_fee: Decimal = Field(
        Decimal("0.001"),
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description="the highest fee rate that an order can meet; see your fee tier",
    )
    quiet_after_s: float = Field(
        60.0,
        ge=1,
        le=3_600,
        allow_inf_nan=False,
        description="market streams that have said nothing for so long are taken for dead and opened again; "
        "lower it where the instruments trade all the time",
    )
    depth_limit: Literal[100, 500, 1_000, 5_000] | None = Field(
        None,
        description="levels of a book's snapshot on each side; they weigh 5, 25, 50 and 250; by default the "
        "deepest of which all instruments can have one at once",
    )
