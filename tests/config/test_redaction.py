"""Redaction: a known secret is found in every encoding that it may be met in."""

import base64
import html
import json
import os
from urllib.parse import quote, quote_plus

import pytest
from alphaforge.model.redaction import MASK, make_known, redacted
from hypothesis import given
from hypothesis import strategies as st

SEED = bytes(range(100, 132))
ED25519_PREFIX = bytes.fromhex("302e020100300506032b657004220420")
BODY = base64.b64encode(ED25519_PREFIX + SEED).decode()
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----"
LONG_BODY = [base64.b64encode(bytes([number] * 48)).decode() for number in range(1, 4)]
LONG_PEM = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *LONG_BODY, "-----END RSA PRIVATE KEY-----"])
AWKWARD = 'pässword "quoted" <&> \\ +/=%'

ENCODINGS = {
    "as it is": lambda text: text,
    "json": json.dumps,
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "repr of bytes": lambda text: repr(text.encode()),
    "html": html.escape,
    "percent": quote,
    "percent, all": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("secret", ["plain0123456789", AWKWARD, PEM, LONG_PEM])
def test_a_secret_is_hidden_in_every_encoding(secret: str, encode) -> None:
    make_known(secret)
    encoded = encode(secret)
    shown = redacted(f"before {encoded} after")
    assert MASK in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    for part in [secret, encoded, *LONG_BODY, BODY]:
        assert part not in shown


@given(before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_secret_within_something_longer_is_hidden_in_base64(before: bytes, after: bytes) -> None:
    secret = "within-something-longer-01"
    make_known(secret)
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    shown = redacted(encoded)
    assert MASK in shown
    # What is left stands for at most the bits that it shares with its neighbours.
    left = len(shown) - len(MASK)
    assert left <= len(encoded) - 8 * len(secret) // 6 + 2


@pytest.mark.parametrize(
    "part",
    [
        BODY,
        *LONG_BODY,
        "".join(LONG_BODY),
        base64.b64decode(BODY).hex(),
        SEED.hex(),
        base64.b64encode(SEED).decode(),
        base64.b64decode("".join(LONG_BODY)).hex(),
    ],
)
def test_each_line_of_a_pem_and_the_key_in_it_are_hidden(part: str) -> None:
    make_known(PEM)
    make_known(LONG_PEM)
    assert redacted(f"line: {part}.") == f"line: {MASK}."


def test_the_frame_of_a_pem_is_no_secret() -> None:
    make_known(PEM)
    assert redacted("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


def test_of_two_secrets_the_longer_one_is_hidden_whole() -> None:
    make_known("canary-one")
    make_known("canary-one-and-more")
    assert redacted("[canary-one-and-more] [canary-one]") == f"[{MASK}] [{MASK}]"


def test_what_is_too_short_to_be_a_secret_is_left_alone() -> None:
    make_known("abcde")
    assert redacted("abcde") == "abcde"


def test_large_texts_are_redacted_quickly() -> None:
    make_known(LONG_PEM)
    text = os.urandom(500_000).hex()
    assert redacted(text + LONG_BODY[0]) == text + MASK
