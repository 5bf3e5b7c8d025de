"""Signers of PEM keys. Importing `cryptography` takes a while: only who has such a key imports this."""

import base64
from collections.abc import Callable
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_RSA_BITS = range(2_048, 4_097)


class UnusableKeyError(Exception):
    """A private key cannot be used; the text says why and holds nothing of it."""


def pem_signer(key_type: Literal["ed25519", "rsa"], pem: str) -> Callable[[bytes], str]:
    """What signs with a key: Ed25519, or RSA with PKCS#1 v1.5 and SHA-256; in base64.

    Raises:
        UnusableKeyError: it is no such key, or needs a passphrase.
    """
    if not pem.startswith("-----BEGIN"):
        raise UnusableKeyError('it is no PEM; for the secret of an HMAC key set key_type = "hmac"')
    if "ENCRYPTED" in pem:
        raise UnusableKeyError(
            "it has a passphrase, for which a node cannot ask: write it without one, `openssl pkey -in KEY "
            "-out PLAIN`, and keep that file to yourself (mode 0600)"
        )
    try:
        key = load_pem_private_key(pem.encode("utf-8"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusableKeyError("it is a damaged PEM, or one of no private key") from None
    if key_type == "ed25519" and isinstance(key, Ed25519PrivateKey):
        return _ed25519_signer(key)
    if key_type == "rsa" and isinstance(key, RSAPrivateKey):
        if key.key_size not in _RSA_BITS:
            raise UnusableKeyError(f"it has {key.key_size} bits; Binance takes 2048 to 4096")
        return _rsa_signer(key)
    raise UnusableKeyError(f'it is no {key_type} key; set key_type to what it is: "ed25519" or "rsa"')


def _ed25519_signer(key: Ed25519PrivateKey) -> Callable[[bytes], str]:
    def sign(payload: bytes) -> str:
        return base64.b64encode(key.sign(payload)).decode("ascii")

    return sign


def _rsa_signer(key: RSAPrivateKey) -> Callable[[bytes], str]:
    padding, digest = PKCS1v15(), SHA256()

    def sign(payload: bytes) -> str:
        return base64.b64encode(key.sign(payload, padding, digest)).decode("ascii")

    return sign
