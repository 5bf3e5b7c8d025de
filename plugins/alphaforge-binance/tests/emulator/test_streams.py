"""Market streams: what they carry, how they are subscribed to, and a book that follows them."""

import json
from itertools import pairwise

import anyio
import pytest
from alphaforge_binance.emulator import BinanceSettings, LimitSettings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.anyio


async def read(socket) -> dict:
    with anyio.fail_after(10):
        return json.loads(await socket.recv())


async def ask(socket, method: str, *params: object, number: object = 1) -> dict:
    """Send a control message, and return its answer."""
    await socket.send(json.dumps({"method": method, "params": params, "id": number}))
    while "id" not in (answer := await read(socket)) and "code" not in answer:
        pass
    return answer


async def test_a_trade_and_what_comes_of_it(exchange, others) -> None:
    names = "btcusdt@trade/btcusdt@aggTrade/btcusdt@bookTicker/btcusdt@depth@100ms"
    async with connect(f"{exchange.ws_url}/stream?streams={names}") as socket:
        others("SELL", "0.5", "60000")
        others("SELL", "0.5", "60000")
        others("BUY", "0.7")
        seen: dict[str, list] = {name: [] for name in names.split("/")}
        while not all(seen.values()):
            message = await read(socket)
            seen[message["stream"]].append(message["data"])
    trade, aggregate = seen["btcusdt@trade"][0], seen["btcusdt@aggTrade"][0]
    assert trade | {"E": 0, "T": 0} == {
        "e": "trade", "E": 0, "s": "BTCUSDT", "t": 1, "p": "60000.00000000", "q": "0.50000000", "T": 0,
        "m": False, "M": True,
    }  # fmt: skip
    assert (aggregate["q"], aggregate["f"], aggregate["l"]) == ("0.70000000", 1, 2)
    ticker = seen["btcusdt@bookTicker"][-1]
    assert set(ticker) == {"u", "s", "b", "B", "a", "A"}
    depth = seen["btcusdt@depth@100ms"][0]
    assert depth["a"] == [["60000.00000000", "0.30000000"]]
    assert depth["u"] - depth["U"] == 2


@pytest.mark.parametrize("settings", [BinanceSettings(symbols=["BTCUSDT"], steps_per_s=400)])
async def test_a_book_that_follows_the_stream_is_the_exchanges(exchange, http, settings) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@depth@100ms") as socket:
        events = [await read(socket)]
        snapshot = (await http.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")).json()
        books = {side: dict(map(tuple, snapshot[side])) for side in ("bids", "asks")}
        last = snapshot["lastUpdateId"]
        later = None
        while later is None or last < later["lastUpdateId"]:
            event = events.pop(0) if events else await read(socket)
            if event["u"] > last:
                assert event["U"] <= last + 1, "a gap"
                for side, changes in (("bids", event["b"]), ("asks", event["a"])):
                    for price, quantity in changes:
                        books[side][price] = quantity
                last = event["u"]
            if later is None and last > snapshot["lastUpdateId"] + 300:
                exchange.traders = []  # so that the book comes to rest
                later = (await http.get("/api/v3/depth?symbol=BTCUSDT&limit=5000")).json()
        for side in ("bids", "asks"):
            ours = {price: quantity for price, quantity in books[side].items() if float(quantity)}
            assert ours == dict(map(tuple, later[side]))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("btcusdt@ticker", "e E s p P w x c Q b B a A o h l v q O C F L n"),
        ("btcusdt@miniTicker", "e E s c o h l v q"),
        ("btcusdt@kline_1s", "e E s k"),
        ("btcusdt@depth5@100ms", "lastUpdateId bids asks"),
        ("btcusdt@avgPrice", "e E s i w T"),
    ],
)
async def test_streams_at_their_own_pace(exchange, others, name, fields) -> None:
    others("SELL", "0.5", "60000")
    others("BUY", "0.1")
    async with connect(f"{exchange.ws_url}/ws/{name}") as socket:
        assert set(await read(socket)) == set(fields.split())


async def test_a_candle_is_closed_once(exchange, others) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@kline_1s") as socket:
        others("SELL", "0.5", "60000")
        others("BUY", "0.1")
        candles = [(await read(socket))["k"] for _ in range(6)]
        closed = [candle["t"] for candle in candles if candle["x"]]
        assert len(closed) >= 2
        assert closed == sorted(set(closed))
        assert all(later - before == 1_000 for before, later in pairwise(closed))


@pytest.mark.parametrize("path", ["/ws", "/stream/ws/0", "/stream", "/any/prefix/ws/1"])
async def test_streams_are_subscribed_to_on_any_path(exchange, others, path) -> None:
    async with connect(exchange.ws_url + path) as socket:
        assert await ask(socket, "SUBSCRIBE", "btcusdt@trade", number="an-id") == {
            "result": None,
            "id": "an-id",
        }
        assert (await ask(socket, "LIST_SUBSCRIPTIONS"))["result"] == ["btcusdt@trade"]
        others("SELL", "0.5", "60000")
        others("BUY", "0.1")
        event = await read(socket)
        assert ("stream" in event) == ("stream" in path)
        await ask(socket, "UNSUBSCRIBE", "btcusdt@trade")
        assert (await ask(socket, "LIST_SUBSCRIPTIONS"))["result"] == []


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ('{"method": "GET_PROPERTY", "params": ["combined"], "id": 1}', '{"result":false,"id":1}'),
        ('{"method": "SET_PROPERTY", "params": ["combined", true], "id": 2}', '{"result":null,"id":2}'),
        ('{"method": "SET_PROPERTY", "params": ["combined", 1], "id": 2}', '{"code":1,'),
        ('{"method": "GET_PROPERTY", "params": ["colour"], "id": 3}', '{"code":0,"msg":"Unknown property"'),
        ('{"method": "SUBSCRIBE", "params": "btcusdt@trade", "id": 3}', '{"code":2,'),
        ('{"method": "DANCE", "params": [], "id": 3}', '{"code":2,'),
        ('{"method": "SUBSCRIBE", "params": ["x@y"], "id": 1.5}', '{"code":2,'),
        ("{nonsense", '{"code":3,'),
    ],
)
async def test_control_messages(exchange, message, answer) -> None:
    async with connect(f"{exchange.ws_url}/ws") as socket:
        await socket.send(message)
        with anyio.fail_after(5):
            assert (await socket.recv()).startswith(answer)


async def test_six_messages_in_a_second_are_one_too_many(exchange) -> None:
    async with connect(f"{exchange.ws_url}/ws") as socket:
        for _ in range(6):
            await socket.send('{"method": "LIST_SUBSCRIPTIONS", "id": 1}')
        with anyio.fail_after(5):
            await socket.wait_closed()
        assert (socket.close_code, socket.close_reason) == (1008, "Too many requests")


@pytest.mark.parametrize(
    "settings", [BinanceSettings(traders=False, limits=LimitSettings(streams_per_connection=3))]
)
async def test_streams_of_a_connection_are_limited(exchange, settings) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@trade") as socket:
        await ask(socket, "SUBSCRIBE", "ethusdt@trade", "bnbusdt@trade", "btcusdt@trade")
        await socket.send('{"method": "SUBSCRIBE", "params": ["solusdt@trade"], "id": 1}')
        with pytest.raises(ConnectionClosed), anyio.fail_after(5):
            await socket.recv()
        assert socket.close_code == 1008


async def test_microseconds_on_request(exchange, others) -> None:
    async with connect(f"{exchange.ws_url}/ws/btcusdt@trade?timeUnit=MICROSECOND") as socket:
        others("SELL", "0.5", "60000")
        others("BUY", "0.1")
        assert len(str((await read(socket))["T"])) == 16


async def test_history_over_rest(http, others) -> None:
    for price in ("60000", "60010", "60010"):
        others("SELL", "0.1", price)
    others("BUY", "0.25", "60010")
    trades = (await http.get("/api/v3/trades?symbol=BTCUSDT")).json()
    assert [(trade["id"], trade["price"][:5]) for trade in trades] == [
        (1, "60000"),
        (2, "60010"),
        (3, "60010"),
    ]
    older = (await http.get("/api/v3/historicalTrades?symbol=BTCUSDT&fromId=2&limit=1")).json()
    assert [trade["id"] for trade in older] == [2]
    aggregates = (await http.get("/api/v3/aggTrades?symbol=BTCUSDT")).json()
    assert [(trade["a"], trade["f"], trade["l"]) for trade in aggregates] == [(0, 1, 1), (1, 2, 3)]
    (candle,) = (await http.get("/api/v3/klines?symbol=BTCUSDT&interval=1M")).json()
    assert candle[1:6] == [
        "60000.00000000", "60010.00000000", "60000.00000000", "60010.00000000", "0.25000000",
    ]  # fmt: skip
    assert (await http.get("/api/v3/avgPrice?symbol=BTCUSDT")).json()["price"] == "60006.00000000"
    prices = (await http.get("/api/v3/ticker/price")).json()
    assert [each["symbol"] for each in prices] == ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"]
