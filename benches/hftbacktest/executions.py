"""What came of the order list, in a form that both sides give."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Execution(NamedTuple):
    """A fill of an order, at the time at which the exchange made it."""

    ts: int
    lots: int
    price_ticks: int


@dataclass(frozen=True)
class Outcome:
    """What came of the orders, by their numbers."""

    executions: Mapping[int, list[Execution]]
    refused: frozenset[int]
    """Post-only orders that would have traded on arrival."""


def merged(fills: Iterable[tuple[int, Execution]]) -> dict[int, list[Execution]]:
    """Fills by order; those of one moment are one, since hftbacktest tells them as one."""
    sums: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for number, fill in fills:
        sums[number][fill.ts, fill.price_ticks] += fill.lots
    return {
        number: [Execution(ts, lots, price) for (ts, price), lots in sorted(by_time.items())]
        for number, by_time in sums.items()
    }
