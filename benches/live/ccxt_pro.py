"""ccxt pro, as its manual writes it. `python -m benches.live.ccxt_pro JOB`, see `client.py`."""

from collections.abc import Awaitable, Callable
from typing import Any

# ccxt is in an environment of its own (tox -e peers-ccxt), not where types are checked.
import ccxt.pro  # type: ignore[import-not-found]

from benches.live.client import (
    PRICE,
    QUANTITY,
    Job,
    Server,
    followed,
    frames_a_second,
    keep_placing,
    main,
    repeated,
    time_each,
)

SYMBOL = "BTC/USDT"


async def connected(server: Server) -> Any:
    """The client with the server's URLs and keys, as in `tests/peers/test_ccxt.py`."""
    client = ccxt.pro.binance({"enableRateLimit": False})
    rest, streams = f"{server.rest}/api/v3", f"ws://{server.host}"
    for name in ("public", "private", "v1"):
        client.urls["api"][name] = rest
    client.urls["api"]["ws"]["spot"] = f"{streams}/stream/ws"
    client.urls["api"]["ws"]["ws-api"]["spot"] = f"{streams}/ws-api/v3"
    client.apiKey, client.secret = server.keys["hmac_key"], server.keys["hmac_secret"]
    client.options |= {
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
    }
    await client.load_markets()
    return client


def placing(client: Any) -> Callable[[], Awaitable[Any]]:
    async def place() -> Any:
        return await client.create_order_ws(
            SYMBOL, "limit", "buy", float(QUANTITY), float(PRICE), {"timeInForce": "IOC"}
        )

    return place


async def ticks(job: Job) -> None:
    client = await connected(job.bare)
    place = placing(client)
    for _ in range(job.ticks):
        await client.watch_trades(SYMBOL)
        await place()


async def flood(job: Job) -> float:
    client = await connected(job.bare)
    newest = 0

    async def watch() -> None:
        nonlocal newest
        newest = int((await client.watch_trades("ETH/USDT"))[-1]["id"])

    async with repeated(watch):
        return await frames_a_second(lambda: newest, job)


async def round_trips(job: Job) -> list[int]:
    client = await connected(job.emulator)
    async with followed(follow_orders(client)):
        return await time_each(placing(client), job.round_trips)


async def sustained(job: Job) -> list[float]:
    client = await connected(job.emulator)
    async with followed(follow_orders(client)):
        return await keep_placing(placing(client), job)


async def follow_orders(client: Any) -> None:
    while True:
        await client.watch_orders()


if __name__ == "__main__":
    main({"ticks": ticks, "flood": flood, "round_trips": round_trips, "sustained": sustained})
