"""What Binance tells everybody: instruments, its clock, the weight that is used."""

import json
from typing import Any

import pytest
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.http_message import HttpResponse
from alphaforge_binance.public import BinancePublicCodec

CODEC = BinancePublicCodec()


def response(body: Any = None, status: int = 200, **headers: str) -> HttpResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, names, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("symbols", "query"),
    [
        (["BTCUSDT", "ETHUSDT"], "&symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D"),
        (["\uff11"], "&symbols=%5B%22%EF%BC%91%22%5D"),
        ([], ""),
        ([f"A{number}" for number in range(101)], ""),
    ],
)
def test_instruments_are_asked_for_by_name(symbols: list[str], query: str) -> None:
    request = CODEC.instruments(symbols)
    assert (request.path, request.weight) == ("/api/v3/exchangeInfo", 20)
    assert request.query == f"showPermissionSets=false{query}"


@pytest.mark.parametrize(
    ("server_time", "time_ns"),
    [(1795000000123, 1_795_000_000_123_000_000), (1795000000123456, 1_795_000_000_123_456_000)],
)
def test_its_clock(server_time: int, time_ns: int) -> None:
    request = CODEC.time()
    assert (request.path, request.weight) == ("/api/v3/time", 1)
    assert request.headers == (("X-MBX-TIME-UNIT", "MICROSECOND"),)
    assert CODEC.read_time(response({"serverTime": server_time})) == time_ns


@pytest.mark.parametrize(
    "answer",
    [
        response({"serverTime": 1795000000123}, status=503),
        response({}),
        response({"serverTime": "now"}),
        response({"serverTime": 10**14 - 1}),
    ],
)
def test_a_clock_that_cannot_be_read(answer: HttpResponse) -> None:
    with pytest.raises(FrameError):
        CODEC.read_time(answer)


@pytest.mark.parametrize(("text", "weight"), [("123", 123), ("0", 0), ("", None), ("-1", None), ("²", None)])
def test_the_weight_that_is_used(text: str, weight: int | None) -> None:
    assert CODEC.usage(response(x_mbx_used_weight_1m=text)) == weight
    assert CODEC.usage(response()) is None
