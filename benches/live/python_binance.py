"""python-binance, as its manual writes it. `python -m benches.live.python_binance JOB`, see `client.py`."""

from collections.abc import Awaitable, Callable
from typing import Any

# python-binance is in an environment of its own (tox -e peers-python-binance), not where types are checked.
import binance  # type: ignore[import-not-found]

from benches.live.client import (
    FLOOD_FRAMES,
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


async def connected(server: Server) -> Any:
    """The client with the server's URLs and keys, as in `tests/peers/test_python_binance.py`."""
    binance.AsyncClient.API_URL = f"{server.rest}/api"
    binance.AsyncClient.WS_API_URL = f"ws://{server.host}/ws-api/v3"
    binance.BinanceSocketManager.STREAM_URL = f"ws://{server.host}/"
    return await binance.AsyncClient.create(server.keys["hmac_key"], server.keys["hmac_secret"])


def placing(client: Any) -> Callable[[], Awaitable[Any]]:
    async def place() -> Any:
        return await client.ws_create_order(
            symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="IOC", quantity=QUANTITY, price=PRICE
        )

    return place


async def ticks(job: Job) -> None:
    client = await connected(job.bare)
    place = placing(client)
    trades = binance.BinanceSocketManager(client).trade_socket("BTCUSDT")
    await trades.connect()
    for _ in range(job.ticks):
        await trades.recv()
        await place()


async def flood(job: Job) -> float:
    client = await connected(job.bare)
    # Its own queue of 100 messages would overflow.
    trades = binance.BinanceSocketManager(client, max_queue_size=FLOOD_FRAMES).trade_socket("ETHUSDT")
    await trades.connect()
    newest = 0

    async def watch() -> None:
        nonlocal newest
        newest = (await trades.recv())["t"]

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
    async with binance.BinanceSocketManager(client, max_queue_size=FLOOD_FRAMES).user_socket() as reports:
        while (await reports.recv())["e"] != "error":
            pass


if __name__ == "__main__":
    main({"ticks": ticks, "flood": flood, "round_trips": round_trips, "sustained": sustained})
