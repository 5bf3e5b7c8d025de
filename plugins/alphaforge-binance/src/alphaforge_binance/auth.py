"""API keys and signatures. Source: binance-spot-api-docs, rest-api.md and web-socket-api.md, "SIGNED".

Ed25519 and RSA keys are PEM (PKCS#8) without a passphrase; an HMAC key is the secret itself.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote, urlencode

from alphaforge.model.errors import ConfigError
from alphaforge.model.secrets import Secrets

from alphaforge_binance.settings import KeyType

Params: TypeAlias = Mapping[str, str | int]
_Sign: TypeAlias = Callable[[bytes], str]

_ONE_WORD = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key and what signs for it. Neither is shown by its text."""

    key_type: KeyType
    api_key: str = field(repr=False)
    sign: _Sign = field(repr=False)
    """The signature of a payload: hexadecimal for HMAC, base64 for the others."""

    @property
    def can_log_on(self) -> bool:
        """Whether a WebSocket session can be logged on, so that its requests need no signature."""
        return self.key_type == "ed25519"

    def signed_query(self, params: Params) -> str:
        """The query of a signed REST request. The signature is over the query as it is sent, encoded."""
        query = urlencode(params, quote_via=quote, safe="")
        return f"{query}&signature={quote(self.sign(query.encode('ascii')), safe='')}"

    def signed_params(self, params: Params) -> dict[str, str | int]:
        """The parameters of a signed request to the WebSocket API: sorted by name, and not encoded."""
        named = dict(sorted({**params, "apiKey": self.api_key}.items()))
        payload = "&".join(f"{name}={value}" for name, value in named.items())
        return {**named, "signature": self.sign(payload.encode("utf-8"))}


def credentials(key_type: KeyType, secrets: Secrets) -> Credentials | None:
    """The credentials of a section; None where it has no secrets.

    Raises:
        ConfigError: one of the two is missing, or the private key cannot be used. The text holds neither.
    """
    if not secrets.values:
        return None
    api_key = secrets.required("api_key").strip()
    private_key = secrets.required("private_key").strip()
    if not _ONE_WORD.fullmatch(api_key):
        raise ConfigError(f"{secrets.section}: the secret 'api_key' is no API key: it is one word of ASCII")
    return Credentials(key_type, api_key, _signer(key_type, private_key, secrets.section))


def _signer(key_type: KeyType, private_key: str, section: str) -> _Sign:
    if key_type == "hmac":
        return _hmac_signer(private_key, section)
    # Only a node with such a key should pay for the import of `cryptography`.
    from alphaforge_binance.pem_keys import UnusableKeyError, pem_signer  # noqa: PLC0415

    try:
        return pem_signer(key_type, private_key)
    except UnusableKeyError as error:
        raise ConfigError(f"{section}: the secret 'private_key' cannot be used: {error}") from None


def _hmac_signer(secret: str, section: str) -> _Sign:
    if not _ONE_WORD.fullmatch(secret):
        raise ConfigError(
            f"{section}: the secret 'private_key' of an HMAC key is one word of ASCII; "
            'for a PEM key set key_type = "ed25519" or "rsa"'
        )
    key = secret.encode("ascii")

    def sign(payload: bytes) -> str:
        return hmac.new(key, payload, hashlib.sha256).hexdigest()

    return sign
