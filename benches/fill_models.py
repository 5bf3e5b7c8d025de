"""One strategy of resting orders under every fill model: what it would have earned.

    python -m benches.fill_models ../shared/data/binance-spot/btcusdt_20240808.gz [the next capture ...]

Every second it joins the best bid and the best ask with 0.2 BTC, and once it is 1 BTC long or short it closes
with a market order. Fees are left out, but where a model is about them.
"""

import argparse
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
from alphaforge import Strategy, StrategyParams
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge.model.orders import Fill, Record

NO_FEES: dict[str, Any] = {"maker_fee": 0, "taker_fee": 0}
TIERS = [
    {"volume": 1_000_000, "maker_fee": "0.0009", "taker_fee": "0.001"},
    {"volume": 5_000_000, "maker_fee": "0.0004", "taker_fee": "0.0006"},
]
MODELS: dict[str, dict[str, Any]] = {
    "risk-averse": {},
    "probabilistic, power 1": {"fill_model": {"use": "probabilistic", "exponent": 1}},
    "probabilistic, power 3": {"fill_model": {"use": "probabilistic"}},
    "probabilistic, logarithmic": {"fill_model": {"use": "probabilistic", "split": "logarithmic"}},
    "risk-averse, no impact": {"fill_model": {"impact": "none"}},
    "risk-averse, no latency": {"latency_ms": 0},
    "risk-averse, 50 ms": {"latency_ms": 50},
    "risk-averse, 5 ms and 20 ms of jitter": {"latency_jitter_ms": 20},
    "risk-averse, fees of 0.1 %": {"maker_fee": "0.001", "taker_fee": "0.001"},
    "risk-averse, fees by tier": {"maker_fee": "0.001", "taker_fee": "0.001", "fee_tiers": TIERS},
}


class Joiner(Strategy[StrategyParams]):
    """Joins both sides of the book, and closes what has become too much."""

    def on_start(self) -> None:
        self.set_timer("quote", interval_s=1)

    def on_timer(self, name: str) -> None:
        book = self.book()
        self.cancel_all()
        if abs(self.position().quantity_decimal) >= 1:
            self.close()
        elif book.is_synced:
            self.buy("0.2", book.bids_decimal(1)[0][0], post_only=True)
            self.sell("0.2", book.asks_decimal(1)[0][0], post_only=True)


class Fills:
    """A sink that keeps fills."""

    def __init__(self) -> None:
        self.fills: list[Fill] = []

    def open(self) -> None:
        pass

    def write(self, records: Sequence[Record]) -> None:
        self.fills += [record for record in records if isinstance(record, Fill)]

    def close(self) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("captures", nargs="+", type=Path)
    captures = [str(path) for path in parser.parse_args().captures]
    print("| fill model | orders | fills | traded BTC | maker share | profit after fees, USDT | fees, USDT |")
    print("|---|---|---|---|---|---|---|")
    for name, paper in MODELS.items():
        result, fills = run(captures, NO_FEES | paper)
        traded = sum((fill.quantity_decimal for fill in fills), Decimal(0))
        made = sum((fill.quantity_decimal for fill in fills if fill.liquidity == "maker"), Decimal(0))
        profit = sum((profit.net or Decimal(0) for profit in result.pnl.values()), Decimal(0))
        cells = (name, result.orders, result.fills, f"{traded:.2f}", f"{made / traded:.1%}", f"{profit:.2f}",
                 f"{sum(result.fees.values()):.2f}")  # fmt: skip
        print(f"| {' | '.join(map(str, cells))} |")


def run(captures: Sequence[str], paper: dict[str, Any]) -> tuple[RunResult, Sequence[Fill]]:
    raw = RawConfig()
    strategy = {"use": "benches.fill_models:Joiner"}
    feed = {"source": "recorded", "files": captures}
    paper = {"cash": {"USDT": 10_000_000, "BTC": 100}} | paper
    raw.add({"feed": feed, "paper": paper, "strategies": [strategy]}, "benches")
    sink = Fills()
    parts = compose(load_config(raw), raw, Registry.installed(), more_sinks=[("fills", sink)])
    return anyio.run(Node(parts).run), sink.fills


if __name__ == "__main__":
    main()
