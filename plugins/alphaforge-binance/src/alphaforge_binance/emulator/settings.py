"""How an emulator is set up, and its ready-made accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alphaforge_binance.emulator.account import FIRST_ACCOUNT, Account
from alphaforge_binance.emulator.auth import ApiKey, hmac_key
from alphaforge_binance.emulator.limits import LimitSettings
from alphaforge_binance.emulator.symbols import DEFAULT_SYMBOLS

READY_BALANCES = {
    "USDT": Decimal(1_000_000),
    "BTC": Decimal(10),
    "ETH": Decimal(100),
    "BNB": Decimal(100),
    "SOL": Decimal(1_000),
}
"""What a ready-made account holds at the start."""


@dataclass(frozen=True, slots=True)
class ReadyKeys:
    """The keys of a ready-made account, private halves too: they are good for this emulator only."""

    hmac_key: str
    hmac_secret: str
    ed25519_key: str
    ed25519_pem: str
    rsa_key: str
    rsa_pem: str


@dataclass(frozen=True, slots=True)
class ReadyAccount:
    """An account to be made."""

    name: str
    balances: dict[str, Decimal] = field(default_factory=lambda: dict(READY_BALANCES))
    maker_rate: Decimal = Decimal("0.001")
    taker_rate: Decimal = Decimal("0.001")
    pays_in_bnb: bool = False
    can_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class BinanceSettings:
    """How the exchange behaves."""

    symbols: Sequence[str] = DEFAULT_SYMBOLS
    accounts: Sequence[ReadyAccount] = (ReadyAccount("main"), ReadyAccount("second"))
    limits: LimitSettings = field(default_factory=LimitSettings)
    traders: bool = True
    """Whether simulated traders make the rest of the market; without them books start empty."""
    steps_per_s: float = 20.0
    """How often a second the traders of a symbol do something."""
    recording: Path | None = None
    """A recording that is the market, in place of symbols and traders."""
    recording_speed: float = 1.0
    """How many times faster than it was recorded."""
    ping_interval_s: float = 20.0
    pong_timeout_s: float = 60.0
    lifetime_s: float = 24 * 3600.0


def make_account(number: int, ready: ReadyAccount) -> tuple[Account, ReadyKeys]:
    """An account with a key of each kind; Ed25519 and HMAC keys follow from its name."""
    name = ready.name
    seed = name.encode().ljust(32, b".")[:32]
    ed25519 = Ed25519PrivateKey.from_private_bytes(seed)
    rsa_private = _rsa_key(name)
    keys = ReadyKeys(
        hmac_key=f"{name}-hmac".ljust(64, "0"),
        hmac_secret=f"{name}-secret".ljust(64, "0"),
        ed25519_key=f"{name}-ed25519".ljust(64, "0"),
        ed25519_pem=_pem(ed25519),
        rsa_key=f"{name}-rsa".ljust(64, "0"),
        rsa_pem=_pem(rsa_private),
    )
    api_keys = [
        hmac_key(keys.hmac_key, keys.hmac_secret),
        ApiKey(keys.ed25519_key, ed25519.public_key()),
        ApiKey(keys.rsa_key, rsa_private.public_key()),
    ]
    account = Account(
        FIRST_ACCOUNT + number,
        name,
        api_keys,
        ready.maker_rate,
        ready.taker_rate,
        pays_in_bnb=ready.pays_in_bnb,
        can_withdraw=ready.can_withdraw,
    )
    return account, keys


@cache
def _rsa_key(_name: str) -> rsa.RSAPrivateKey:
    """An RSA key takes a while to make: one for each name is enough for a process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
