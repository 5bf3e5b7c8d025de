"""ccxt, REST and pro, unmodified but for URLs and keys."""

import asyncio
from decimal import Decimal

import pytest

from tests.peers.conftest import not_offered, not_served, peer

ccxt = peer("ccxt", "ccxt")
pro = peer("ccxt", "ccxt.pro")
pytestmark = pytest.mark.filterwarnings("default")
SYMBOL = "BTC/USDT"


def configured(client, emulator, kind: str = "hmac"):
    """The client with the emulator's URLs and the main account's keys."""
    rest, streams = f"{emulator.rest}/api/v3", f"ws://{emulator.host}"
    for name in ("public", "private", "v1"):
        client.urls["api"][name] = rest
    if "ws" in client.urls["api"]:
        client.urls["api"]["ws"]["spot"] = f"{streams}/stream/ws"
        client.urls["api"]["ws"]["ws-api"]["spot"] = f"{streams}/ws-api/v3"
    client.apiKey = emulator.keys[f"{kind}_key"]
    client.secret = emulator.keys["hmac_secret" if kind == "hmac" else f"{kind}_pem"]
    client.options |= {
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
    }
    return client


def run(emulator, scenario) -> None:
    """Run a scenario of ccxt pro, and close the client whatever comes of it."""

    async def main() -> None:
        client = configured(pro.binance(), emulator)
        try:
            await asyncio.wait_for(scenario(client), timeout=30)
        finally:
            await client.close()

    asyncio.run(main())


class Watched:
    """All that a method `watch_...` has given."""

    def __init__(self) -> None:
        self.seen = []
        self.more = asyncio.Event()

    async def follow(self, watch) -> None:
        """Call it again and again."""
        while True:
            news = await watch()
            self.seen += news if isinstance(news, list) else [news]
            self.more.set()

    async def until(self, is_it) -> None:
        """Wait until something of it is what is looked for."""
        while not any(map(is_it, list(self.seen))):
            self.more.clear()
            await self.more.wait()


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
def test_rest(emulator, kind: str) -> None:
    client = configured(ccxt.binance(), emulator, kind)
    markets = client.load_markets()
    assert markets[SYMBOL]["precision"] == {**markets[SYMBOL]["precision"], "price": 0.01, "amount": 0.00001}
    assert client.fetch_balance()["USDT"]["free"] == 1_000_000
    assert abs(client.fetch_time() - client.milliseconds()) < 1_000
    book = client.fetch_order_book(SYMBOL, 10)
    assert book["bids"][0][0] < book["asks"][0][0]
    assert client.fetch_ticker(SYMBOL)["last"] > 0
    assert client.fetch_trades(SYMBOL)[-1]["price"] > 0
    assert client.fetch_ohlcv(SYMBOL, "1m")[-1][4] > 0

    resting = client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"newClientOrderId": "mine-1"})
    assert (resting["status"], resting["clientOrderId"]) == ("open", "mine-1")
    assert client.fetch_order(resting["id"], SYMBOL)["amount"] == 0.01
    with pytest.raises(ccxt.InvalidOrder):
        client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"newClientOrderId": "mine-1"})
    replaced = client.edit_order(resting["id"], SYMBOL, "limit", "buy", 0.02, 51_000)
    assert [order["id"] for order in client.fetch_open_orders(SYMBOL)] == [replaced["id"]]
    assert client.cancel_order(replaced["id"], SYMBOL)["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order(replaced["id"], SYMBOL)

    bought = client.create_order(SYMBOL, "market", "buy", 0.01)
    assert (bought["status"], bought["filled"]) == ("closed", 0.01)
    (trade,) = {each["order"] for each in client.fetch_my_trades(SYMBOL)}
    assert trade == bought["id"]
    held = emulator.ledger()["balances"]["BTC"]
    assert Decimal(str(client.fetch_balance()["BTC"]["total"])) == Decimal(held["free"])
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SYMBOL, "limit", "buy", 100, 50_000)


def test_market_streams(emulator) -> None:
    async def scenario(client) -> None:
        await client.load_markets()
        trades = await client.watch_trades(SYMBOL)
        assert trades[0]["price"] > 0
        ticker = await client.watch_ticker(SYMBOL)
        assert ticker["last"] > 0
        for _ in range(20):
            book = await client.watch_order_book(SYMBOL)
        assert book["bids"][0][0] < book["asks"][0][0]
        # The client's book is the exchange's, level by level, at the same update id.
        while True:
            shown = await client.publicGetDepth({"symbol": "BTCUSDT", "limit": 1000})
            while client.orderbooks[SYMBOL]["nonce"] < int(shown["lastUpdateId"]):
                book = await client.watch_order_book(SYMBOL)
            if book["nonce"] == int(shown["lastUpdateId"]):
                break
        for side in ("bids", "asks"):
            ours = [[float(price), float(quantity)] for price, quantity in shown[side]]
            assert [level[:2] for level in book[side]] == ours

    run(emulator, scenario)


def test_user_streams(emulator) -> None:
    async def scenario(client) -> None:
        await client.load_markets()
        orders, fills, balances = Watched(), Watched(), Watched()
        async with asyncio.TaskGroup() as tasks:
            watching = [
                tasks.create_task(orders.follow(client.watch_orders)),
                tasks.create_task(fills.follow(client.watch_my_trades)),
                tasks.create_task(balances.follow(client.watch_balance)),
            ]
            await asyncio.to_thread(emulator.wait_for_request, "userDataStream.subscribe.signature")
            placed = await client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 50_000)
            await orders.until(lambda order: (order["id"], order["status"]) == (placed["id"], "open"))
            await client.cancel_order_ws(placed["id"], SYMBOL)
            await orders.until(lambda order: (order["id"], order["status"]) == (placed["id"], "canceled"))
            bought = await client.create_order(SYMBOL, "market", "buy", 0.01)
            await fills.until(lambda fill: fill["order"] == bought["id"])
            held = float(emulator.ledger()["balances"]["BTC"]["free"])
            await balances.until(lambda balance: balance.get("BTC", {}).get("free") == held)
            for each in watching:
                each.cancel()

    run(emulator, scenario)


def test_what_it_offers_and_the_emulator_does_not() -> None:
    api = ccxt.binance().describe()["api"]
    offered = {
        f"{method.upper()} /{path}"
        for section in ("public", "private")
        for method, paths in api[section].items()
        for path in paths
    }
    assert not_served(offered) == not_offered("ccxt")
