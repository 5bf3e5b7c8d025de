"""python-binance, unmodified but for URLs and keys."""

import asyncio
import inspect
import re
from decimal import Decimal

import pytest

from tests.peers.conftest import not_offered, not_served, peer

binance = peer("python-binance", "binance")
exceptions = peer("python-binance", "binance.exceptions")
pytestmark = pytest.mark.filterwarnings("default")
SYMBOL = "BTCUSDT"


@pytest.fixture
def there(emulator, monkeypatch):
    """The emulator, to which the client's URLs point."""
    streams = f"ws://{emulator.host}"
    monkeypatch.setattr(binance.Client, "API_URL", f"{emulator.rest}/api")
    monkeypatch.setattr(binance.AsyncClient, "API_URL", f"{emulator.rest}/api")
    monkeypatch.setattr(binance.AsyncClient, "WS_API_URL", f"{streams}/ws-api/v3")
    monkeypatch.setattr(binance.BinanceSocketManager, "STREAM_URL", f"{streams}/")
    return emulator


def run(emulator, scenario) -> None:
    """Run a scenario of the asynchronous client, and close it whatever comes of it."""

    async def main() -> None:
        keys = emulator.keys
        client = await binance.AsyncClient.create(keys["hmac_key"], keys["hmac_secret"])
        try:
            await asyncio.wait_for(scenario(client, binance.BinanceSocketManager(client)), timeout=30)
        finally:
            await client.close_connection()

    asyncio.run(main())


def test_rest(there) -> None:
    client = binance.Client(there.keys["hmac_key"], there.keys["hmac_secret"])
    assert client.get_symbol_info(SYMBOL)["filters"][0]["tickSize"] == "0.01000000"
    assert client.get_asset_balance("USDT")["free"] == "1000000.00000000"
    book = client.get_order_book(symbol=SYMBOL, limit=5)
    assert Decimal(book["bids"][0][0]) < Decimal(book["asks"][0][0])
    assert client.get_klines(symbol=SYMBOL, interval="1m")
    assert Decimal(client.get_symbol_ticker(symbol=SYMBOL)["price"]) > 0
    assert Decimal(client.get_ticker(symbol=SYMBOL)["lastPrice"]) > 0

    placed = client.order_limit_buy(symbol=SYMBOL, quantity="0.01", price="50000.00")
    assert placed["status"] == "NEW"
    assert placed["clientOrderId"].startswith("x-HNA2TXFJ")
    assert client.get_order(symbol=SYMBOL, orderId=placed["orderId"])["price"] == "50000.00000000"
    replaced = client.cancel_replace_order(
        symbol=SYMBOL,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        cancelReplaceMode="STOP_ON_FAILURE",
        cancelOrderId=placed["orderId"],
        quantity="0.02",
        price="51000.00",
    )
    order_id = replaced["newOrderResponse"]["orderId"]
    assert [order["orderId"] for order in client.get_open_orders(symbol=SYMBOL)] == [order_id]
    assert client.cancel_order(symbol=SYMBOL, orderId=order_id)["status"] == "CANCELED"
    with pytest.raises(exceptions.BinanceAPIException, match="Unknown order sent"):
        client.cancel_order(symbol=SYMBOL, orderId=order_id)
    with pytest.raises(exceptions.BinanceAPIException, match="Filter failure: PRICE_FILTER"):
        client.order_limit_buy(symbol=SYMBOL, quantity="0.01", price="50000.001")
    pair = client.create_oco_order(
        symbol=SYMBOL,
        side="SELL",
        quantity="0.01",
        aboveType="LIMIT_MAKER",
        abovePrice="70000",
        belowType="STOP_LOSS",
        belowStopPrice="50000",
    )
    assert pair["listOrderStatus"] == "EXECUTING"

    bought = client.order_market_buy(symbol=SYMBOL, quantity="0.01")
    assert bought["status"] == "FILLED"
    assert {trade["orderId"] for trade in client.get_my_trades(symbol=SYMBOL)} == {bought["orderId"]}
    assert client.get_account()["balances"] == [
        {"asset": asset, "free": f"{Decimal(held['free']):.8f}", "locked": f"{Decimal(held['locked']):.8f}"}
        for asset, held in sorted(there.ledger()["balances"].items())
    ]


def test_market_streams(there) -> None:
    async def scenario(client, manager) -> None:
        async with manager.trade_socket(SYMBOL) as trades:
            assert (await trades.recv())["e"] == "trade"
        async with manager.symbol_ticker_socket(SYMBOL) as tickers:
            assert Decimal((await tickers.recv())["c"]) > 0
        async with manager.multiplex_socket(["btcusdt@bookTicker", "btcusdt@kline_1m"]) as several:
            assert (await several.recv())["stream"].startswith("btcusdt@")
        depth = binance.DepthCacheManager(client, SYMBOL, bm=manager)
        async with depth as books:
            for _ in range(10):
                cache = await books.recv()
            assert cache.get_bids()[0][0] < cache.get_asks()[0][0]

    run(there, scenario)


def test_user_stream(there) -> None:
    async def scenario(client, manager) -> None:
        async with manager.user_socket() as user:
            placed = await client.create_order(
                symbol=SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price="50000"
            )
            events = [await user.recv() for _ in range(2)]
            assert [event["e"] for event in events] == ["executionReport", "outboundAccountPosition"]
            assert (events[0]["i"], events[0]["x"]) == (placed["orderId"], "NEW")
            bought = await client.create_order(symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.01")
            filled = await user.recv()
            while filled["e"] != "executionReport" or filled["X"] != "FILLED":
                filled = await user.recv()
            assert filled["i"] == bought["orderId"]
            queried = await client.ws_get_order(symbol=SYMBOL, orderId=placed["orderId"])
            assert queried["status"] == "NEW"
            cancelled = await client.ws_cancel_order(symbol=SYMBOL, orderId=placed["orderId"])
            assert cancelled["status"] == "CANCELED"

    run(there, scenario)


def test_what_it_offers_and_the_emulator_does_not() -> None:
    calls = re.findall(r"self\._(get|post|put|delete)\(\s*\"([^\"]+)\"", inspect.getsource(binance.Client))
    offered = {f"{method.upper()} /{path}" for method, path in calls}
    assert not_served(offered) == not_offered("python-binance")
