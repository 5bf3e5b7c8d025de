"""What Binance Spot tells everybody over REST."""

import json
from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpRequest, HttpResponse

from alphaforge_binance.fields import Id, decoded, nanoseconds

_USED_WEIGHT = "x-mbx-used-weight-1m"
_INSTRUMENTS_WEIGHT = 20
_TIME_WEIGHT = 1

# Beyond this many the whole list is shorter than the question is safe to be long.
_MOST_NAMED = 100


class _Time(msgspec.Struct, rename="camel"):
    server_time: Id


_TIME = msgspec.json.Decoder(_Time)


class BinancePublicCodec:
    """See `PublicCodec`."""

    def instruments(self, symbols: Sequence[str]) -> HttpRequest:
        """The exchangeInfo of these symbols; of all where they are none or many."""
        query = {"showPermissionSets": "false"}
        if 0 < len(symbols) <= _MOST_NAMED:
            query["symbols"] = json.dumps(list(symbols), separators=(",", ":"), ensure_ascii=False)
        return HttpRequest(
            method="GET",
            path="/api/v3/exchangeInfo",
            query=urlencode(query, quote_via=quote, safe=""),
            weight=_INSTRUMENTS_WEIGHT,
            is_idempotent=True,
        )

    def time(self) -> HttpRequest:
        """The venue's clock, to the microsecond."""
        headers = (("X-MBX-TIME-UNIT", "MICROSECOND"),)
        # Not repeated: a second try would make the answer late, and the clock wrong.
        return HttpRequest(method="GET", path="/api/v3/time", headers=headers, weight=_TIME_WEIGHT)

    def read_time(self, response: HttpResponse) -> int:
        """See `PublicCodec.read_time`."""
        if response.status != _OK:
            raise FrameError(f"no time: status {response.status}: {response.body[:160]!r}")
        return nanoseconds(decoded(_TIME, response.body).server_time)

    def usage(self, response: HttpResponse) -> int | None:
        """The weight that this address has used in the current minute, WebSocket requests included."""
        text = response.headers.get(_USED_WEIGHT, "")
        return int(text) if text.isascii() and text.isdigit() else None


_OK = 200
