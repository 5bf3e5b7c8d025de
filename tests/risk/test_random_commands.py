"""Random commands of several strategies at their limits: the gate rules as a naive model of its rules does.

Two venues outside, four instruments, three strategies. Orders, changes, cancels, fills, refusals, doubts,
quotes, halts and time come at random. Each verdict must be that of the model, and no limit on a sum is ever
exceeded.
"""

import os
from collections import Counter
from collections.abc import Iterator
from decimal import localcontext

import pytest

from tests.risk.random_world import World

COMMANDS = 2_000 * int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
COMMANDS_OF_A_RUN = 500
CODES = {
    "passes",
    "halted",
    "reduce_only",
    "would_not_reduce",
    "bad_number",
    "not_positive",
    "below_minimum",
    "above_maximum",
    "order_quantity",
    "order_value",
    "no_conversion",
    "no_reference_price",
    "message_rate",
    "no_balance",
    "insufficient_funds",
    "position_limit",
    "plugin_rule",
    "duplicate_order",
    "open_orders",
    "self_match",
    "clock_drift",
}


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    with localcontext() as context:
        context.prec = 60
        yield


@pytest.mark.rule(1, 2, 5, 7, 8, 10, 11, 13, 15, 17)
def test_the_gate_rules_as_a_naive_model_and_no_sum_is_ever_beyond_its_limit() -> None:
    seen: Counter[str] = Counter()
    for seed in range(COMMANDS // COMMANDS_OF_A_RUN):
        node = World(seed)
        while node.verdicts.total() < COMMANDS_OF_A_RUN:
            node.step()
            node.check()
        seen += node.verdicts
    # Chance must have come to each rule, or this shows nothing of it.
    assert {verdict.removeprefix("submit ") for verdict in seen} >= CODES, seen
    assert seen["replace passes"] > COMMANDS / 50, seen
