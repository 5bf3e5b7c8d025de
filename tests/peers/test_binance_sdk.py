"""binance-sdk-spot, Binance's own client, unmodified but for URLs and keys."""

import asyncio
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.peers.conftest import not_offered, not_served, peer

configuration = peer("binance-sdk-spot", "binance_common.configuration")
errors = peer("binance-sdk-spot", "binance_common.errors")
spot = peer("binance-sdk-spot", "binance_sdk_spot")
pytestmark = pytest.mark.filterwarnings("default")
SYMBOL = "BTCUSDT"


def client(emulator):
    """The client with the emulator's URLs and the main account's keys."""
    keys = emulator.keys
    return spot.Spot(
        config_rest_api=configuration.ConfigurationRestAPI(
            api_key=keys["rsa_key"], private_key=keys["rsa_pem"], base_path=emulator.rest
        ),
        config_ws_api=configuration.ConfigurationWebSocketAPI(
            api_key=keys["ed25519_key"],
            private_key=keys["ed25519_pem"],
            stream_url=f"ws://{emulator.host}/ws-api/v3",
        ),
        config_ws_streams=configuration.ConfigurationWebSocketStreams(stream_url=f"ws://{emulator.host}"),
    )


def run(scenario) -> None:
    asyncio.run(asyncio.wait_for(scenario, timeout=30))


def test_rest(emulator) -> None:
    api = client(emulator).rest_api
    assert api.exchange_info(symbol=SYMBOL).data().symbols[0].symbol == SYMBOL
    balances = {each.asset: each.free for each in api.get_account().data().balances}
    assert balances["USDT"] == "1000000.00000000"
    book = api.depth(symbol=SYMBOL, limit=5).data()
    assert Decimal(book.bids[0][0]) < Decimal(book.asks[0][0])
    assert api.klines(symbol=SYMBOL, interval="1m").data()

    limit = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC"}
    placed = api.new_order(**limit, quantity=0.01, price=40000.0).data()
    assert placed.status == "NEW"
    assert api.get_order(symbol=SYMBOL, order_id=placed.order_id).data().price == "40000.00000000"
    amended = api.order_amend_keep_priority(symbol=SYMBOL, order_id=placed.order_id, new_qty=0.005).data()
    assert amended.amended_order.qty == "0.00500000"
    replaced = api.order_cancel_replace(
        **limit,
        cancel_replace_mode="STOP_ON_FAILURE",
        cancel_order_id=placed.order_id,
        quantity=0.02,
        price=41000.0,
    ).data()
    assert replaced.new_order_result == "SUCCESS"
    (order,) = api.get_open_orders(symbol=SYMBOL).data()
    assert api.delete_order(symbol=SYMBOL, order_id=order.order_id).data().status == "CANCELED"
    with pytest.raises(errors.BadRequestError, match="Unknown order sent"):
        api.delete_order(symbol=SYMBOL, order_id=order.order_id)

    bought = api.new_order(symbol=SYMBOL, side="BUY", type="MARKET", quantity=0.01).data()
    assert bought.status == "FILLED"
    assert {trade.order_id for trade in api.my_trades(symbol=SYMBOL).data()} == {bought.order_id}
    held = {each.asset: Decimal(each.free) for each in api.get_account().data().balances}
    assert held == {asset: Decimal(each["free"]) for asset, each in emulator.ledger()["balances"].items()}


def test_market_streams(emulator) -> None:
    async def scenario() -> None:
        sdk = client(emulator)
        streams = sdk.websocket_streams
        await streams.create_connection()
        received: dict[str, list] = {"trade": [], "ticker": [], "depth": []}
        is_new = asyncio.Event()

        def keep(name: str):
            def callback(message) -> None:
                received[name].append(message)
                is_new.set()

            return callback

        for name, handle in (
            ("trade", await streams.trade(symbol="btcusdt")),
            ("ticker", await streams.ticker(symbol="btcusdt")),
            ("depth", await streams.diff_book_depth(symbol="btcusdt", update_speed="100ms")),
        ):
            handle.on("message", keep(name))
        while not all(received.values()) or len(received["depth"]) < 5:
            is_new.clear()
            await is_new.wait()
        depth = received["depth"]
        assert all(before.u + 1 == later.U for before, later in pairwise(depth))
        assert Decimal(received["trade"][0].p) > 0
        assert Decimal(received["ticker"][0].c) > 0
        await streams.close_connection(close_session=True)

    run(scenario())


def test_websocket_api(emulator) -> None:
    async def scenario() -> None:
        api = client(emulator).websocket_api
        await api.create_connection()
        assert (await api.session_logon()).data().result.api_key == emulator.keys["ed25519_key"]
        user = await api.user_data_stream_subscribe()
        events: asyncio.Queue = asyncio.Queue()
        user.stream.on("message", events.put_nowait)
        placed = await api.order_place(
            symbol=SYMBOL, side="BUY", type="LIMIT", time_in_force="GTC", quantity=0.01, price=40000.0
        )
        order_id = placed.data().result.order_id
        seen = (await events.get()).actual_instance
        assert (seen.i, seen.x, seen.X) == (order_id, "NEW", "NEW")
        status = await api.order_status(symbol=SYMBOL, order_id=order_id)
        assert status.data().result.status == "NEW"
        cancelled = await api.order_cancel(symbol=SYMBOL, order_id=order_id)
        assert cancelled.data().result.status == "CANCELED"
        bought = await api.order_place(symbol=SYMBOL, side="BUY", type="MARKET", quantity=0.01)
        assert bought.data().result.status == "FILLED"
        while getattr(seen, "X", None) != "FILLED":
            seen = (await events.get()).actual_instance
        assert seen.i == bought.data().result.order_id
        await api.close_connection(close_session=True)

    run(scenario())


def test_what_it_offers_and_the_emulator_does_not() -> None:
    sources = (Path(spot.__file__).parent / "rest_api" / "api").glob("*.py")
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    calls = re.findall(r'method="(\w+)",\s*path="/api/v3(/[^"]+)"', text)
    offered = {f"{method} {path}" for method, path in calls}
    assert not_served(offered) == not_offered("binance-sdk-spot")
