"""The two outcomes, order by order and fill by fill, and why they differ where they do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from benches.hftbacktest.executions import Execution, Outcome
from benches.hftbacktest.plan import LOT, Planned, messages

Moment = Mapping[int, Any]
"""The message of each receive time."""


@dataclass
class Comparison:
    """How the fills of two runs compare."""

    orders: int
    both_filled: int = 0
    ours_only: int = 0
    theirs_only: int = 0
    same_orders: int = 0
    """Orders with the same fills: time, price and quantity."""
    first_fill_lags_ns: list[int] = field(default_factory=list)
    """By how much our first fill of an order is later than theirs, where both have one."""
    ours_lots: int = 0
    theirs_lots: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    """Why fills of an order differ: what its first different fill comes from."""
    unexplained: list[str] = field(default_factory=list)


def by_moment(captures: Sequence[Path]) -> Moment:
    """What came when; no two messages of the captures have one receive time."""
    return {ts: message.get("data", message) for ts, message in messages(captures)}


def compare(
    plan: Sequence[Planned], ours: Outcome, theirs: Outcome, moments: Moment | None = None
) -> Comparison:
    """Compare every order of the list; with the messages, say why orders differ."""
    found = Comparison(len(plan))
    for order in plan:
        if (order.number in ours.refused) != (order.number in theirs.refused):
            found.causes["refused by one of the two"] += 1
        left, right = (outcome.executions.get(order.number, []) for outcome in (ours, theirs))
        found.both_filled += bool(left and right)
        found.ours_only += bool(left and not right)
        found.theirs_only += bool(right and not left)
        found.ours_lots += sum(fill.lots for fill in left)
        found.theirs_lots += sum(fill.lots for fill in right)
        if not left and not right:
            continue
        if left and right:
            found.first_fill_lags_ns.append(left[0].ts - right[0].ts)
        if left == right:
            found.same_orders += 1
            continue
        if moments is None:
            continue
        same = common(left, right)
        cause = why(order, left, right, same, moments)
        found.causes[cause or "unexplained"] += 1
        if cause is None:
            found.unexplained.append(f"{order}: ours {left[same:][:3]}, theirs {right[same:][:3]}")
    return found


def common(left: Sequence[Execution], right: Sequence[Execution]) -> int:
    """How many fills are the same before the first that differs."""
    pairs = zip_longest(left, right)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), len(left))


def why(
    order: Planned, left: Sequence[Execution], right: Sequence[Execution], same: int, moments: Moment
) -> str | None:
    """The cause of the first different fill, found in the data; None where it is none that is known."""
    ours, theirs = (next(iter(fills[same:]), None) for fills in (left, right))
    if theirs is None or (ours is not None and ours.ts < theirs.ts):
        return None
    got = ours.lots if ours is not None and ours.ts == theirs.ts else 0
    message = moments[theirs.ts]
    rest = round(order.quantity / LOT) - sum(fill.lots for fill in left[:same])
    offered = came_through(order, message)
    if offered is not None:
        if (got, theirs.lots) != (min(offered, rest), rest):
            return None
        kind = "a trade through our price" if message["e"] == "trade" else "a book beyond our price"
        return f"{kind} fills the whole order there, as much as it offers here"
    traded = round(Decimal(message["q"]) / LOT) if message.get("e") == "trade" else 0
    if theirs.lots > traded == got:
        return "their queue estimate is below zero: a trade fills more than its own quantity there"
    if abs(theirs.lots - got) == 1:
        return "one lot: a share of a cancellation is a fraction there, whole lots here"
    return None


def came_through(order: Planned, message: Any) -> int | None:
    """How many lots a message offers beyond the order's price; None where it offers nothing there."""
    match message.get("e"):
        case "trade":
            price = Decimal(message["p"])
            beyond = price < order.price if order.is_buy else price > order.price
            return round(Decimal(message["q"]) / LOT) if beyond else None
        case "depthUpdate":
            lots = [
                round(Decimal(quantity) / LOT)
                for price, quantity in message["a" if order.is_buy else "b"]
                if (Decimal(price) <= order.price if order.is_buy else Decimal(price) >= order.price)
            ]
            return sum(lots) or None
    return None
