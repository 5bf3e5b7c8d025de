"""Redaction: the known secrets of this process, and texts without them.

Whoever gets hold of a secret makes it known here; whoever writes for people or programs asks for `redacted`.
What is found is what stands in `_forms`: a secret cut in pieces, or encrypted, is not.
"""

import base64
import html
import json
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "********"

SHORTEST_SECRET = 6
"""A shorter text would be found in half of all words, so that hiding it would hide everything."""

_DASHES = "-----"
_ED25519_DER_BYTES = 48
_ED25519_SEED_BYTES = 32

_lock = threading.Lock()
_known: dict[str, None] = {}
"""The forms to look for, the longest first."""


def make_known(secret: str) -> None:
    """From now on `redacted` hides this secret, in whatever encoding; not one below `SHORTEST_SECRET`.

    The lines of a PEM are secrets of their own, since logs are written in lines.
    """
    global _known  # noqa: PLW0603 a process has one set of secrets, as it has one standard output
    forms = {form for part in _parts(secret) for form in _forms(part)}
    with _lock:
        found = {form for form in forms if len(form) >= SHORTEST_SECRET} | set(_known)
        # Replaced as a whole, so that another thread never walks through one that changes.
        _known = dict.fromkeys(sorted(found, key=lambda form: (-len(form), form)))


def redacted(text: str) -> str:
    """The text with every known secret masked."""
    for form in _known:
        if form in text:
            text = text.replace(form, MASK)
    return text


def _parts(secret: str) -> Iterator[bytes]:
    """What must not be shown of a secret: all of it, and of a PEM each line, the key, and its seed."""
    yield secret.encode()
    lines = [line.strip() for line in secret.splitlines()]
    body = [line for line in lines if line and _DASHES not in line]
    if len(lines) == 1 or not secret.startswith(_DASHES):
        return
    yield "\n".join(lines).encode()
    for line in [*body, "".join(body)]:
        yield line.encode()
    try:
        der = base64.b64decode("".join(body), validate=True)
    except ValueError:  # no key, and still a secret
        return
    yield der
    if len(der) == _ED25519_DER_BYTES:
        yield der[-_ED25519_SEED_BYTES:]


def _forms(part: bytes) -> Iterator[str]:
    """A part of a secret as it may be met in a text."""
    yield from _hex(part)
    yield from _base64(part)
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield repr(part)[2:-1]
    yield html.escape(text)
    for encoded in (quote(text), quote(text, safe=""), quote_plus(text)):
        yield encoded
        yield _lower_escapes(encoded)


def _hex(part: bytes) -> Iterator[str]:
    if len(part) >= SHORTEST_SECRET:
        yield part.hex()
        yield part.hex().upper()


def _base64(part: bytes) -> Iterator[str]:
    """Its base64, alone and within that of a longer text, where it begins at any of three places."""
    if len(part) < SHORTEST_SECRET:
        return
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            encoded = encode(bytes(before) + part).decode().rstrip("=")
            # What stands for neighbouring bytes too is left out: they may be any.
            first = (8 * before + 5) // 6
            last = 8 * (before + len(part)) // 6
            yield encoded[first:last]
        yield encode(part).decode()


def _lower_escapes(encoded: str) -> str:
    head, *rest = encoded.split("%")
    return "%".join([head, *(piece[:2].lower() + piece[2:] for piece in rest)])
