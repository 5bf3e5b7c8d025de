"""Keys and signatures: the vectors of Binance's documentation, and what cannot be used."""

import base64
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote

import pytest
from alphaforge.model.errors import ConfigError
from alphaforge_binance.auth import Credentials, credentials
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

# A symbol of Binance's own examples.
FULL_WIDTH_DIGITS = "\uff11\uff12\uff13\uff14\uff15\uff16"
KeyType = Literal["ed25519", "hmac", "rsa"]


def pem_of(key: Any, encryption: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def given(kit: Any, key_type: KeyType, private_key: str) -> Credentials:
    made = credentials(key_type, kit.secrets(private_key))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("symbol", "signature"),
    [
        ("LTCBTC", "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"),
        (FULL_WIDTH_DIGITS, "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"),
    ],
)
def test_rest_is_signed_as_documented(kit: Any, symbol: str, signature: str) -> None:
    params: dict[str, str | int] = {
        "symbol": symbol,
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "1",
        "price": "0.1",
        "recvWindow": 5000,
        "timestamp": 1499827319559,
    }
    encoded = {"LTCBTC": "LTCBTC"}.get(symbol, "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96")
    assert given(kit, "hmac", kit.hmac_secret).signed_query(params) == (
        f"symbol={encoded}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
        f"&timestamp=1499827319559&signature={signature}"
    )


@pytest.mark.parametrize(
    ("changes", "signature"),
    [
        ({}, "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24"),
        (
            {
                "symbol": FULL_WIDTH_DIGITS,
                "side": "BUY",
                "quantity": "1.00000000",
                "price": "0.10000000",
                "recvWindow": 5000,
            },
            "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd",
        ),
    ],
)
def test_the_websocket_api_is_signed_as_documented(
    kit: Any, changes: dict[str, str | int], signature: str
) -> None:
    params = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01000000",
        "price": "52000.00",
        "recvWindow": 100,
        "timestamp": 1645423376532,
    }
    signed = given(kit, "hmac", kit.hmac_secret).signed_params(params | changes)
    assert signed == params | changes | {"apiKey": kit.api_key, "signature": signature}


def test_ed25519_signs_as_documented(kit: Any) -> None:
    payload = "A\x01EXAMPLE\x01SPOT\x011\x0120240627-11:17:25.223"
    assert given(kit, "ed25519", kit.ed25519_pem).sign(payload.encode()) == (
        "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA=="
    )


def test_the_signature_in_a_query_is_encoded_and_is_over_what_stands_before_it(kit: Any) -> None:
    query = given(kit, "ed25519", kit.ed25519_pem).signed_query({"symbol": "BTCUSDT", "note": "a b+c/d"})
    payload, _, signature = query.partition("&signature=")
    assert payload == "symbol=BTCUSDT&note=a%20b%2Bc%2Fd"
    assert not set(signature) & set("+/=")
    key = load_pem_private_key(kit.ed25519_pem.encode(), password=None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    key.public_key().verify(base64.b64decode(unquote(signature)), payload.encode())


def test_rsa_signs_with_pkcs1_and_sha256(kit: Any) -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    signature = base64.b64decode(given(kit, "rsa", pem_of(key)).sign(b"payload"))
    key.public_key().verify(signature, b"payload", padding.PKCS1v15(), SHA256())


def test_only_an_ed25519_key_can_log_on(kit: Any) -> None:
    assert given(kit, "ed25519", kit.ed25519_pem).can_log_on
    assert not given(kit, "hmac", kit.hmac_secret).can_log_on


def test_no_secrets_are_no_credentials_and_half_of_them_is_an_error(kit: Any) -> None:
    assert credentials("ed25519", kit.no_secrets) is None
    whole = kit.secrets()
    for missing in ("api_key", "private_key"):
        values = {name: value for name, value in whole.values.items() if name != missing}
        with pytest.raises(ConfigError, match=f"venues.binance: the secret '{missing}' is missing"):
            credentials("ed25519", type(whole)("venues.binance", values))


@cache
def unusable() -> dict[str, tuple[KeyType, str, str]]:
    ed25519_key = ed25519.Ed25519PrivateKey.generate()
    encrypted = pem_of(ed25519_key, BestAvailableEncryption(b"secret"))
    public = ed25519_key.public_key()
    damaged = pem_of(ed25519_key).replace("MC4CAQ", "MC4CAX")
    small = pem_of(rsa.generate_private_key(65_537, 1_024))
    return {
        "no pem": ("ed25519", "NhqPtmdSJYdKjVHjA7PZj4", 'is no PEM; .* set key_type = "hmac"'),
        "passphrase": ("ed25519", encrypted, "has a passphrase.*`openssl pkey .*mode 0600"),
        "damaged": ("ed25519", damaged, "is a damaged PEM"),
        "public": ("ed25519", _public_pem(public), "is a damaged PEM, or one of no private key"),
        "rsa for ed25519": ("ed25519", small, "is no ed25519 key; set key_type"),
        "ed25519 for rsa": ("rsa", pem_of(ed25519_key), "is no rsa key; set key_type"),
        "another kind": ("rsa", pem_of(ec.generate_private_key(ec.SECP256R1())), "is no rsa key"),
        "too small": ("rsa", small, "has 1024 bits; Binance takes 2048 to 4096"),
        "pem for hmac": ("hmac", pem_of(ed25519_key), "one word of ASCII; for a PEM key set key_type"),
    }


def _public_pem(key: Any) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("name", list(unusable()))
def test_what_cannot_be_used_says_the_remedy_and_nothing_of_the_key(kit: Any, name: str) -> None:
    key_type, private_key, message = unusable()[name]
    with pytest.raises(ConfigError, match=message) as raised:
        credentials(key_type, kit.secrets(private_key))
    for line in private_key.splitlines():
        assert line.startswith("-----") or line not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("api_key", ["", "two words", "schlüssel", "line\nbreak"])
def test_an_api_key_is_one_word(kit: Any, api_key: str) -> None:
    with pytest.raises(ConfigError, match="'api_key' is no API key"):
        credentials("hmac", kit.secrets(kit.hmac_secret, api_key=api_key))


def test_keys_are_not_shown(kit: Any) -> None:
    shown = repr(given(kit, "hmac", kit.hmac_secret))
    assert shown == "Credentials(key_type='hmac')"
    adapter = kit.adapter()
    assert kit.api_key not in repr(adapter) + repr(kit.trading()) + repr(adapter.trading)
