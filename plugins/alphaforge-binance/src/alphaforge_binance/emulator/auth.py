"""API keys and signatures of the three kinds, verified over the bytes that were received.

Source: binance-spot-api-docs, rest-api.md and web-socket-api.md, request security.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KeyKind: TypeAlias = Literal["hmac", "rsa", "ed25519"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key of an account, and what its signatures are verified with."""

    key: str
    secret: bytes | RSAPublicKey | Ed25519PublicKey
    may_trade: bool = True

    @property
    def kind(self) -> KeyKind:
        """Which kind of signatures it makes."""
        if isinstance(self.secret, bytes):
            return "hmac"
        return "rsa" if isinstance(self.secret, RSAPublicKey) else "ed25519"

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether the signature is that of the payload."""
        if isinstance(self.secret, bytes):
            expected = hmac.new(self.secret, payload, hashlib.sha256).hexdigest()
            return hmac.compare_digest(expected.encode(), signature.lower().encode())
        try:
            raw = base64.b64decode(signature, validate=True)
            if isinstance(self.secret, RSAPublicKey):
                self.secret.verify(raw, payload, padding.PKCS1v15(), hashes.SHA256())
            else:
                self.secret.verify(raw, payload)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def hmac_key(key: str, secret: str) -> ApiKey:
    """A key with a shared secret."""
    return ApiKey(key, secret.encode())


def public_key(key: str, pem: bytes) -> ApiKey:
    """A key whose owner keeps the private half.

    Raises:
        ValueError: it is no public key in PEM, or of another kind than RSA and Ed25519.
    """
    loaded = serialization.load_pem_public_key(pem)
    if not isinstance(loaded, RSAPublicKey | Ed25519PublicKey):
        raise ValueError(f"API key {key!r}: the public key must be RSA or Ed25519")  # noqa: TRY004
    return ApiKey(key, loaded)


def rest_payload(query: bytes, body: bytes) -> bytes:
    """What a REST signature covers: the query and the body as received, without the signature."""
    return _without_signature(query) + _without_signature(body)


def _without_signature(raw: bytes) -> bytes:
    return b"&".join(pair for pair in raw.split(b"&") if not pair.startswith(b"signature=")) if raw else b""


def websocket_payload(fields: dict[str, str]) -> bytes:
    """What a signature of the WebSocket API covers: all parameters by name, not percent-encoded."""
    pairs = sorted((name, value) for name, value in fields.items() if name != "signature")
    return "&".join(f"{name}={value}" for name, value in pairs).encode()
