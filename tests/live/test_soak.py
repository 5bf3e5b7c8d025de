"""The market-making example under faults at random: nothing doubled, nothing lost, equal to the last digit.

ALPHAFORGE_SOAK_S=1200 pytest tests/live/test_soak.py      (tox -e soak), by default ten seconds
"""

import os
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, node_sections
from alphaforge_testkit.emulator.fault import read_fault_script
from alphaforge_testkit.live import RunningNode, running_node

pytestmark = pytest.mark.anyio

SECONDS = float(os.environ.get("ALPHAFORGE_SOAK_S", "10"))
SEED = int(os.environ.get("ALPHAFORGE_SOAK_SEED", "1"))
CALM_EVERY_S = 60.0
SCRIPT = Path(__file__).with_name("soak_faults.toml")
EXAMPLE = Path(__file__).parents[2] / "examples" / "market_maker.py"
INTERRUPTIONS: list[dict[str, Any]] = [
    {"kind": "cut_connections"},
    {"kind": "cut_connections", "match": "*ws-api*"},
    {"kind": "hang", "duration_s": 3.0},
    {"kind": "half_open", "duration_s": 2.0},
    {"kind": "evict", "match": "*ws-api*"},
    {"kind": "shutdown_notice", "seconds": 2.0},
    {"kind": "use_up_weight", "duration_s": 1.0},
    {"kind": "halt", "duration_s": 1.0},
]


def ledger(exchange: BinanceEmulator) -> dict[str, Decimal]:
    return {asset: Decimal(free) + Decimal(locked) for asset, (free, locked) in exchange.ledger().items()}


class Comparison:
    """The node's books held against the exchange's own."""

    def __init__(self, exchange: BinanceEmulator, node: RunningNode) -> None:
        self.exchange, self.node = exchange, node
        self.began = ledger(exchange)
        self.count = 0

    def is_equal(self) -> bool:
        """Every order in its state, every trade counted once, every balance equal."""
        own = {order.client_order_id: order for order in self.node.node.orders()}
        account = self.exchange.account("main")
        theirs = Counter[str]()
        for fill in account.fills:
            name = account.orders[fill.symbol, fill.order_id].client_id.partition("-r")[0]
            theirs[name] += fill.quantity
        ours = {name: order.filled_decimal for name, order in own.items() if order.filled_decimal}
        open_there = {order.client_id.partition("-r")[0] for order in account.open_orders.values()}
        open_here = {name for name, order in own.items() if order.is_live}
        self.count += 1
        are_equal = ours == dict(theirs) and open_here == open_there
        return are_equal and self.node.balances() == ledger(self.exchange)


async def interrupt(exchange: BinanceEmulator, rng: random.Random) -> None:
    while True:
        await anyio.sleep(rng.uniform(2.0, 8.0))
        exchange.faults.add(**rng.choice(INTERRUPTIONS))


async def test_nothing_is_doubled_or_lost_under_faults_at_random(tmp_path) -> None:
    rng = random.Random(SEED)
    script = read_fault_script(SCRIPT, BinanceEmulator(seed=SEED).faults.kinds)
    async with BinanceEmulator(BinanceSettings(steps_per_s=100.0), seed=SEED) as exchange:
        sections = node_sections(exchange, tmp_path)
        sections["strategies"] = [{"use": str(EXAMPLE), "params": {"requote_s": 0.05, "half_spread": "0"}}]
        async with running_node(sections) as node:
            comparison = Comparison(exchange, node)
            left_s = SECONDS
            while left_s > 0:
                for fault in script:
                    exchange.faults.add(fault)
                async with anyio.create_task_group() as faults:
                    faults.start_soon(interrupt, exchange, rng)
                    await anyio.sleep(min(left_s, CALM_EVERY_S))
                    faults.cancel_scope.cancel()
                left_s -= CALM_EVERY_S
                exchange.faults.clear()
                # Where the weight of the address is used up, Binance wants silence into the next minute.
                await node.until(comparison.is_equal, within_s=150)
            orders = len(node.node.orders())
        assert node.result is not None
        account = exchange.account("main")
        assert account.duplicates_refused == 0
        assert account.client_ids_reused == 0
        open_orders = [order for order in account.orders.values() if order.is_open]
        assert open_orders == []
        assert node.result.orders_by_state.get("unknown", 0) == 0
        assert node.result.final_balances == ledger(exchange)
        assert orders > SECONDS / 2
        print(f"{orders} orders, {node.result.fills} fills, compared {comparison.count} times")
