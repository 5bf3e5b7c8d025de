"""Rate limits: weights, order counts, 429, and the ban that follows."""

import pytest
from alphaforge_binance.emulator import BinanceSettings, LimitSettings

pytestmark = pytest.mark.anyio

TIGHT = BinanceSettings(
    traders=False,
    limits=LimitSettings(weight_1m=100, orders_10s=3, violations_before_ban=2, connections_5m=2),
)
tight = pytest.mark.parametrize("settings", [TIGHT])


@pytest.mark.parametrize(
    ("target", "weight"),
    [
        ("/ping", 1),
        ("/exchangeInfo", 20),
        ("/depth?symbol=BTCUSDT", 5),
        ("/depth?symbol=BTCUSDT&limit=500", 25),
        ("/depth?symbol=BTCUSDT&limit=1000", 50),
        ("/depth?symbol=BTCUSDT&limit=5000", 250),
        ("/ticker/24hr?symbol=BTCUSDT", 2),
        ("/ticker/24hr", 80),
        ("/klines?symbol=NOPE&interval=1m", 2),
    ],
)
async def test_what_requests_cost(http, target, weight) -> None:
    before = int((await http.get("/api/v3/ping")).headers["X-MBX-USED-WEIGHT-1M"])
    answer = await http.get(f"/api/v3{target}")
    assert int(answer.headers["x-mbx-used-weight-1m"]) - before in {weight, weight - before}


async def test_orders_cost_nothing_but_when_they_fail(trader) -> None:
    placed = await trader.ask("POST /order", **order())
    assert placed.headers["x-mbx-used-weight-1m"] == "0"
    assert placed.headers["x-mbx-order-count-10s"] == placed.headers["x-mbx-order-count-1d"] == "1"
    failed = await trader.ask("POST /order", **order(price="1"))
    assert failed.headers["x-mbx-used-weight-1m"] == "1"
    assert failed.headers["x-mbx-order-count-1d"] == "1"


def order(**change: str) -> dict[str, str]:
    return {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "50000",
    } | change


@tight
async def test_too_much_weight_is_refused_and_then_banned(exchange, http, trader, settings) -> None:
    exchange.clock.offset_ns = -(exchange.clock.now_ns() % 60_000_000_000)
    for _ in range(5):
        assert (await http.get("/api/v3/exchangeInfo")).status_code == 200
    refused = await http.get("/api/v3/ping")
    assert (refused.status_code, refused.json()["code"]) == (429, -1003)
    assert refused.json()["msg"].startswith(
        "Too much request weight used; current limit is 100 request weight"
    )
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    async with trader.session(logon=False) as session:
        answer = await session.ask("ping")
        assert answer["status"] == 429
        assert answer["error"]["data"]["retryAfter"] > trader.now()
    banned = await http.get("/api/v3/ping")
    assert (banned.status_code, banned.json()["code"]) == (418, -1003)
    assert int(banned.headers["Retry-After"]) == 120
    exchange.clock.offset_ns += 119_000_000_000
    assert (await http.get("/api/v3/ping")).status_code == 418
    exchange.clock.offset_ns += 2_000_000_000
    assert (await http.get("/api/v3/ping")).status_code == 200


@tight
async def test_too_many_orders_are_refused_and_fills_count_back(exchange, trader, others, settings) -> None:
    exchange.clock.offset_ns = -(exchange.clock.now_ns() % 10_000_000_000)
    others("SELL", "1", "60000")
    await trader.place(price="60000")  # filled at once: it does not count
    for price in ("50000", "51000", "52000"):
        await trader.place(price=price)
    limited = (-1015, "Too many new orders; current limit is 3 orders per 10 SECOND.")
    assert await trader.refused("POST /order", **order()) == limited
    counts = await trader.do("GET /rateLimit/order")
    assert [(row["interval"], row["count"]) for row in counts] == [("SECOND", 3), ("DAY", 3)]
    # A cancel is never refused for it, and gives nothing back.
    await trader.do("DELETE /openOrders", symbol="BTCUSDT")
    assert await trader.refused("POST /order", **order()) == limited
    exchange.clock.offset_ns += 10_000_000_000
    await trader.place(price="50000")


@tight
async def test_connections_are_limited(exchange, trader, settings) -> None:
    from websockets.asyncio.client import connect  # noqa: PLC0415
    from websockets.exceptions import InvalidStatus  # noqa: PLC0415

    for _ in range(2):
        async with connect(f"{exchange.ws_url}/ws"):
            pass
    with pytest.raises(InvalidStatus, match="429"):
        await connect(f"{exchange.ws_url}/ws")


async def test_what_was_used_can_be_asked_for(exchange, http, trader) -> None:
    await trader.do("GET /account")
    report = (await http.get(f"{exchange.control_url}/requests")).json()
    assert report["rest"] == {"GET /api/v3/account": 1}
    assert report["addresses"]["127.0.0.1"]["highest_weight"] == 20
