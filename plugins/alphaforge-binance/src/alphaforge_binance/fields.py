"""The fields of Binance's messages, with the bounds within which all that follows can reckon with them."""

import re
from decimal import Decimal
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from alphaforge.sansio.frame_decoder import FrameError

# Milliseconds pass this number in the year 5138; microseconds passed it in 1973.
_FIRST_MICROSECONDS = 10**14
_NEWEST_NS = 2**63 - 1

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""An id, a sequence number or a count."""

MaybeId: TypeAlias = Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)]
"""An id, or -1 for none."""

T = TypeVar("T")

_QUOTED = 160

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises, whatever a peer sends."""

# No exponent: a small text must not stand for a number of a billion digits.
_NUMBER = re.compile(r"[0-9]{1,25}(?:\.[0-9]{1,25})?", re.ASCII)


def nanoseconds(time: int) -> int:
    """A time of Binance, ms or µs, in ns.

    Raises:
        FrameError: no such time can be kept.
    """
    time_ns = time * (1_000_000 if time < _FIRST_MICROSECONDS else 1_000)
    if not 0 <= time_ns <= _NEWEST_NS:
        raise FrameError(f"the time {time} is out of range")
    return time_ns


def number(text: str) -> Decimal:
    """An amount, a price or a quantity: none is negative.

    Raises:
        FrameError: it is not written as Binance writes them.
    """
    if not _NUMBER.fullmatch(text):
        raise FrameError(f"{text[:40]!r} is no number")
    return Decimal(text)


def decoded(decoder: "msgspec.json.Decoder[T]", data: bytes) -> T:
    """What `data` says.

    Raises:
        FrameError: it is no JSON, or not what is documented. The text quotes its beginning.
    """
    try:
        return decoder.decode(data)
    except UNREADABLE as error:
        raise not_a_frame(data, error) from error


def not_a_frame(data: bytes, error: Exception) -> FrameError:
    """What to raise where `error`, one of `UNREADABLE`, tells that `data` cannot be read."""
    quoted = " ".join(data[:_QUOTED].decode("utf-8", errors="replace").split())
    return FrameError(f"not a frame of Binance Spot: {error}: {quoted}")
