"""A recording as the market: its frames as they are, its book, and fills from its liquidity."""

import json
from decimal import Decimal

import anyio
import httpx
import pytest
from alphaforge.model.errors import DataError
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings
from websockets.asyncio.client import connect

pytestmark = pytest.mark.anyio
T0 = 1_723_161_253_937_085_768


def depth(first: int, last: int, bids: list, asks: list) -> dict:
    levels = {"b": bids, "a": asks}
    return {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": first, "u": last, **levels}


def trade(number: int, price: str, quantity: str, *, buyer_is_maker: bool) -> dict:
    sizes = {"p": price, "q": quantity, "m": buyer_is_maker, "M": True}
    return {"e": "trade", "E": 1, "s": "BTCUSDT", "t": number, "T": 1, **sizes}


SNAPSHOT = {
    "lastUpdateId": 110,
    "bids": [["59999.00", "1.50000"], ["59998.00", "2.00000"]],
    "asks": [["60001.00", "0.50000"], ["60002.01", "2.00000"]],
}
BEFORE = [depth(100, 105, [["1.00", "9"]], []), depth(106, 112, [["59998.00", "3.00000"]], [])]
AFTER = [
    ("trade", trade(1, "60001.00", "0.10000", buyer_is_maker=False)),
    ("depth@100ms", depth(113, 120, [["59999.00", "1.00000"]], [["60001.00", "0.40000"]])),
    ("trade", trade(2, "59999.00", "1.20000", buyer_is_maker=True)),
    ("depth@100ms", depth(121, 130, [["59999.00", "0"]], [["60002.01", "0"], ["60000.00", "0.3"]])),
    ("trade", trade(3, "59998.00", "0.10000", buyer_is_maker=True)),
]


@pytest.fixture
def path(recording):
    """A recording with diffs before its snapshot, as real ones have."""
    lines = [{"stream": "btcusdt@depth@100ms", "data": event} for event in BEFORE]
    lines += [SNAPSHOT]
    lines += [{"stream": f"btcusdt@{name}", "data": event} for name, event in AFTER]
    return recording((T0 + number * 1_000_000, json.dumps(line)) for number, line in enumerate(lines))


@pytest.fixture
def settings(path) -> BinanceSettings:
    return BinanceSettings(recording=path)


async def book(http) -> tuple[int, list, list]:
    shown = (await http.get("/api/v3/depth?symbol=BTCUSDT")).json()
    sides = ([(float(p), float(q)) for p, q in shown[side]] for side in ("bids", "asks"))
    return (shown["lastUpdateId"], *sides)


async def replay(exchange) -> list[dict]:
    """Listen to all of it."""
    names = "btcusdt@trade/btcusdt@depth@100ms"
    async with connect(f"{exchange.ws_url}/stream?streams={names}") as socket:
        with anyio.fail_after(10):
            return [json.loads(await socket.recv()) for _ in AFTER]


async def test_its_frames_go_out_as_they_are_once_somebody_listens(exchange, http) -> None:
    # The book begins with the snapshot, and with what was received before and is newer.
    assert await book(http) == (112, [(59999, 1.5), (59998, 3)], [(60001, 0.5), (60002.01, 2)])
    frames = await replay(exchange)
    assert frames == [{"stream": f"btcusdt@{name}", "data": event} for name, event in AFTER]
    assert await book(http) == (130, [(59998, 3)], [(60000, 0.3), (60001, 0.4)])
    trades = (await http.get("/api/v3/trades?symbol=BTCUSDT")).json()
    assert [each["id"] for each in trades] == [1, 2, 3]


async def test_a_market_order_takes_what_the_recording_shows(trader, http) -> None:
    order = await trader.do("POST /order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.7")
    assert [fill["qty"] for fill in order["fills"]] == ["0.50000000", "0.20000000"]
    # The recording does not know of it.
    assert (await book(http))[2] == [(60001, 0.5), (60002.01, 2)]


async def test_a_resting_order_waits_behind_what_stood_there(exchange, trader) -> None:
    behind = await trader.place(price="59999", quantity="1")
    alone = await trader.place(price="59998.50", quantity="1")
    await replay(exchange)
    shown = {
        order["orderId"]: Decimal(order["executedQty"])
        for order in await trader.do("GET /allOrders", symbol="BTCUSDT")
    }
    # 1.5 stood before it and shrank to 1.0; the trade of 1.2 reaches it with 0.2, and the one at 59998,
    # through its price, with its whole 0.1. What lies deeper is not reached.
    assert shown == {behind["orderId"]: Decimal("0.3"), alone["orderId"]: 0}


async def test_what_crosses_a_resting_order_fills_it(exchange, trader) -> None:
    order = await trader.place(price="60000.50", quantity="1")
    await replay(exchange)
    # The trade at 59999 goes through it (1.2 > 1): better priced than all that the recording shows.
    filled = await trader.do("GET /order", symbol="BTCUSDT", orderId=order["orderId"])
    assert filled["status"] == "FILLED"


async def test_the_mirror_follows_the_recording(exchange, http) -> None:
    await replay(exchange)
    market = exchange.exchange.market("BTCUSDT")
    for side in ("BUY", "SELL"):
        assert market.levels(side) == market.shown(side)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([SNAPSHOT], "holds no market data"),
        ([{"stream": "btcusdt@depth", "data": BEFORE[0]}], "must hold trades"),
        (
            [
                {"stream": f"{symbol.lower()}@trade", "data": {**AFTER[0][1], "s": symbol}}
                for symbol in ("BTCUSDT", "ETHUSDT")
            ],
            "must hold one symbol; this one holds BTCUSDT, ETHUSDT",
        ),
    ],
)
def test_recordings_that_are_no_market(recording, lines, message) -> None:
    path = recording((T0, json.dumps(line)) for line in lines)
    with pytest.raises(DataError, match=message):
        BinanceEmulator(BinanceSettings(recording=path))


async def test_it_begins_for_the_first_listener_only(exchange) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@ticker"):
        await anyio.sleep(0.05)
    async with httpx.AsyncClient(base_url=exchange.url) as http:
        assert (await book(http))[0] == 112
