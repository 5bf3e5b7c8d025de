"""The order list that drives both: what is sent when, made once from the capture alone."""

import gzip
import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

TICK = Decimal("0.01")
LOT = Decimal("0.000001")
"""The step of the quantities that the captures show; orders on the venue have a coarser one."""
EVERY_NS = 1_000_000_000
LIFE_NS = 900_000_000
WARM_UP_NS = 5_000_000_000
AWAY_TICKS = (0, 0, 1, 10, 100)
"""How far behind the best price orders are placed, in turn; 0 joins it."""


@dataclass(frozen=True)
class Planned:
    """An order, and when it is sent and taken back. Times are receive times of the capture."""

    number: int
    sent_ns: int
    cancelled_ns: int
    is_buy: bool
    price: Decimal
    quantity: Decimal


def messages(captures: Sequence[Path]) -> Iterator[tuple[int, Any]]:
    """The receive time and the message of every line, read without our own decoder."""
    for capture in captures:
        with gzip.open(capture) as file:
            for line in file:
                yield int(line[:19]), json.loads(line[20:])


def make_plan(captures: Sequence[Path], quantities: Sequence[Decimal]) -> list[Planned]:
    """A bid and an ask every second, in turn at several distances and sizes; never two on one side."""
    plan: list[Planned] = []
    book: dict[str, dict[Decimal, Decimal]] = {"b": {}, "a": {}}
    buffered: list[Any] = []
    synced_ns = due_ns = 0
    times = []
    for ts, message in messages(captures):
        times.append(ts)
        data = message.get("data", message)
        if "lastUpdateId" in data:
            book = {"b": levels(data["bids"]), "a": levels(data["asks"])}
            for diff in buffered:
                if diff["u"] > data["lastUpdateId"]:
                    apply(book, diff)
            synced_ns, due_ns = ts, ts + WARM_UP_NS
        elif data.get("e") == "depthUpdate":
            if synced_ns:
                apply(book, data)
            else:
                buffered.append(data)
        if synced_ns and ts >= due_ns:
            due_ns = ts + EVERY_NS
            pair = len(plan) // 2
            away, quantity = AWAY_TICKS[pair % len(AWAY_TICKS)] * TICK, quantities[pair % len(quantities)]
            for is_buy, price in ((True, max(book["b"]) - away), (False, min(book["a"]) + away)):
                plan.append(Planned(len(plan) + 1, ts, ts + LIFE_NS, is_buy, price, quantity))
    return [at_a_message(order, times) for order in plan if order.cancelled_ns <= times[-1]]


def at_a_message(order: Planned, times: list[int]) -> Planned:
    """The order with its cancel at the first message at or after its time: strategies wake on messages."""
    return replace(order, cancelled_ns=times[bisect_left(times, order.cancelled_ns)])


def levels(pairs: list[list[str]]) -> dict[Decimal, Decimal]:
    return {Decimal(price): Decimal(quantity) for price, quantity in pairs}


def apply(book: dict[str, dict[Decimal, Decimal]], diff: Any) -> None:
    for side in ("b", "a"):
        for price, quantity in levels(diff[side]).items():
            if quantity:
                book[side][price] = quantity
            else:
                book[side].pop(price, None)
