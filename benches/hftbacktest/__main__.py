"""Compares our fill models with those of hftbacktest 2.4.4, fill by fill.

    tox -e hftbacktest -- ../shared/data/binance-spot/btcusdt_20240808.gz [the next capture ...]

Both get the same list of resting orders, made from the captures alone, with the same times, the same
constant latency and the same queue model. The first capture must hold a depth snapshot.
"""

import argparse
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from alphaforge_rs import QueueModel

from benches.hftbacktest import ours, theirs
from benches.hftbacktest.compare import Comparison, Moment, by_moment, compare
from benches.hftbacktest.plan import LOT, make_plan

MODELS: dict[theirs.Queue, QueueModel] = {
    "risk_averse": QueueModel.risk_averse(),
    "power": QueueModel.power(3),
    "logarithmic": QueueModel.logarithmic(),
}
ONE_LOT = "one lot"
SIZES = {
    ONE_LOT: [LOT],
    "0.001, 0.05 and 0.5 BTC": [Decimal("0.001"), Decimal("0.05"), Decimal("0.5")],
}


HEAD = "| queue | sizes | orders | filled by both, ours only, theirs only | BTC ours | BTC theirs |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("captures", nargs="+", type=Path)
    parser.add_argument("--latency-ms", type=float, default=5.0)
    arguments = parser.parse_args()
    latency_ns = round(arguments.latency_ms * 1_000_000)
    moments = by_moment(arguments.captures)
    print("The exchange acts at receive times in both.\n")
    print(f"{HEAD} same first fill | same in all fills |\n|---|---|---|---|---|---|---|---|")
    data = theirs.events(arguments.captures, at_exchange=False)
    causes = []
    for name, sizes, found in comparisons(arguments.captures, data, latency_ns, moments):
        print(f"{row(name, sizes, found)} {found.first_fill_lags_ns.count(0)} | {found.same_orders} |")
        causes += [f"{name}, {sizes}: {count} x {cause}" for cause, count in found.causes.items()]
        causes += found.unexplained
    print("\nWhat the first different fill of an order comes from:\n")
    print("\n".join(f"- {cause}" for cause in causes))
    print("\nTheirs acts at the exchange's own times, ours at receive times.\n")
    print(f"{HEAD} our first fill is later by (median, 5 % to 95 %) |\n|---|---|---|---|---|---|---|")
    data = theirs.events(arguments.captures, at_exchange=True)
    offset_ns = int(data["local_ts"].max()) - max(moments)
    for name, sizes, found in comparisons(arguments.captures, data, latency_ns, None, offset_ns=offset_ns):
        lags = sorted((lag + offset_ns) / 1e6 for lag in found.first_fill_lags_ns)
        middle, low, high = (lags[len(lags) * percent // 100] for percent in (50, 5, 95))
        print(f"{row(name, sizes, found)} {middle:.1f} ms ({low:.1f} to {high:.1f}) |")


def comparisons(
    captures: Sequence[Path], data: Any, latency_ns: int, moments: Moment | None, *, offset_ns: int = 0
) -> Iterator[tuple[str, str, Comparison]]:
    """Every queue model with every list of orders."""
    for name, queue in MODELS.items():
        for sizes, quantities in SIZES.items():
            plan = make_plan(captures, quantities)
            left = ours.run(captures, plan, latency_ns, queue)
            # Where a trade leaves exactly nothing of an order, their exchange of partial fills (2.4.4) keeps
            # the order and fails on its next fill. Orders of one lot have no partial fills.
            whole = sizes == ONE_LOT
            right = theirs.run(data, plan, latency_ns, name, offset_ns=offset_ns, whole_fills=whole)
            yield name, sizes, compare(plan, left, right, moments)


def row(name: str, sizes: str, found: Comparison) -> str:
    filled = f"{found.both_filled}, {found.ours_only}, {found.theirs_only}"
    bought = (f"{lots * LOT:f}" for lots in (found.ours_lots, found.theirs_lots))
    return f"| {' | '.join((name, sizes, str(found.orders), filled, *bought))} |"


if __name__ == "__main__":
    main()
