"""Every kind of order, every kind of key and both roads, on the emulator over real sockets."""

from decimal import Decimal
from typing import Any

import pytest
from alphaforge.model.numbers import Side
from alphaforge_binance.emulator import BinanceEmulator, node_sections
from alphaforge_testkit.live import RunningNode, running_node

pytestmark = pytest.mark.anyio

LONG_S = 1e9

ROADS = [
    {"key_type": "ed25519"},
    {"key_type": "hmac"},
    {"key_type": "rsa"},
    {"key_type": "ed25519", "orders_over": "http"},
    {"key_type": "rsa", "orders_over": "http"},
]
# What an order asks for, by a distance from the market; what it is when all is said, and what has traded.
KINDS: dict[str, tuple[Side, dict[str, Any], str, str]] = {
    "limit": ("buy", {"price": -1_000}, "open", "0"),
    "post-only": ("buy", {"price": -1_000, "post_only": True}, "open", "0"),
    "post-only that would trade": ("buy", {"price": 500, "post_only": True}, "rejected", "0"),
    "immediate or cancel": ("buy", {"price": -1_000, "time_in_force": "ioc"}, "expired", "0"),
    "fill or kill": ("buy", {"price": 500, "time_in_force": "fok"}, "filled", "0.01"),
    "killed": ("buy", {"price": -1_000, "time_in_force": "fok"}, "expired", "0"),
    "till a time": ("buy", {"price": -1_000, "time_in_force": "day"}, "open", "0"),
    "iceberg": ("buy", {"price": -1_000, "display": "0.002"}, "open", "0"),
    "market purchase": ("buy", {}, "filled", "0.01"),
    "market sale": ("sell", {}, "filled", "0.01"),
    "stop purchase": ("buy", {"stop": 1_000}, "open", "0"),
    "stop sale": ("sell", {"stop": -1_000}, "open", "0"),
    "stop beyond the market": ("sell", {"stop": 1_000}, "rejected", "0"),
    "stop limit": ("sell", {"stop": -1_000, "price": -1_100}, "open", "0"),
    "take-profit sale": ("sell", {"take_profit": 1_000}, "open", "0"),
    "take-profit purchase": ("buy", {"take_profit": -1_000}, "open", "0"),
    "take-profit limit": ("buy", {"take_profit": -1_000, "price": -900}, "open", "0"),
    "trailing stop": ("sell", {"trailing": "100"}, "held", "0"),
}


def best_bid(node: RunningNode) -> Decimal:
    return Decimal(str(node.probe.book(node.instrument).best_bid))


async def outcome(node: RunningNode, side: Side, options: dict[str, Any], state: str) -> tuple[str, str]:
    """What became of an order, which is cancelled then: Binance takes few that wait for a trigger."""
    bid = best_bid(node)
    asked = {name: bid + value if type(value) is int else value for name, value in options.items()}
    order = node.probe.submit(side, "0.01", asked.pop("price", None), **asked)
    done = await node.until_state(order.id, state)
    if state in {"open", "held"}:
        order.cancel()
        await node.until_state(order.id, "cancelled")
    return done.state, str(done.filled_decimal)


async def test_every_kind_of_order(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        came_of_it = {
            kind: await outcome(node, side, options, state)
            for kind, (side, options, state, _) in KINDS.items()
        }
    assert came_of_it == {kind: (state, traded) for kind, (_, _, state, traded) in KINDS.items()}


@pytest.mark.parametrize("road", ROADS, ids=lambda road: " ".join(road.values()))
async def test_every_kind_of_key_and_both_roads(tmp_path, road: dict[str, str]) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path, **road)) as node:
        await node.until_synced()
        bid = best_bid(node)
        order = node.probe.buy("0.01", bid - 1_000)
        await node.until_state(order.id, "open")
        order.replace(price=bid - 900, quantity="0.02")
        await node.until(lambda: node.order(order.id).price_decimal == bid - 900)
        order.replace(price=bid - 900, quantity="0.015")
        await node.until(lambda: node.order(order.id).quantity_decimal == Decimal("0.015"))
        order.cancel()
        await node.until_state(order.id, "cancelled")
        bought = node.probe.buy("0.01")
        assert (await node.until_state(bought.id, "filled")).filled_decimal == Decimal("0.01")
    assert node.alerts == []


@pytest.mark.parametrize("first", ["the stream", "the answer"])
@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_an_amount_of_the_quote_currency(tmp_path, side: Side, first: str) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        if first == "the answer":
            exchange.faults.add(kind="delay", match="*executionReport*", seconds=1.0, duration_s=LONG_S)
        order = node.probe.submit(side, None, quote_quantity="100")
        filled = await node.until_state(order.id, "filled")
        price = best_bid(node)
        assert 99 < filled.filled_decimal * price < 101


async def test_a_stop_that_fires_trades(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        bid = best_bid(node)
        stop = node.probe.sell("0.01", stop=bid - 1)
        assert (await node.until_state(stop.id, "filled", within_s=60)).filled_decimal == Decimal("0.01")
