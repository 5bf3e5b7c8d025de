"""Whether quotes come before or after the trades that they hold, in a capture of Binance.

    python -m benches.quotes_before_trades ../shared/data/binance-spot/btcusdt_20240808.gz

A trade is matched with the quote nearest in time, within 20 ms, whose best quantity is smaller by exactly the
trade's quantity at the trade's price. Why it matters is told in docs/fill-models.md.
"""

import argparse
import gzip
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

NEAR_NS = 20_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("capture", type=Path)
    lags = quote_lags(parser.parse_args().capture)
    before = sum(lag < 0 for lag in lags)
    print(f"{len(lags)} trades matched: the quote came before {before} of them, after {len(lags) - before}")


def quote_lags(capture: Path) -> list[int]:
    """By how many ns the quote of each matched trade came later than the trade."""
    smaller: dict[tuple[Decimal, Decimal, bool], list[int]] = defaultdict(list)
    trades = []
    best = {"b": (Decimal(0), Decimal(0)), "a": (Decimal(0), Decimal(0))}
    with gzip.open(capture) as file:
        for line in file:
            ts, message = int(line[:19]), json.loads(line[20:])
            stream, data = message.get("stream", ""), message.get("data", message)
            if stream.endswith("@trade"):
                trades.append((ts, (Decimal(data["p"]), Decimal(data["q"]), data["m"])))
            elif stream.endswith("@bookTicker"):
                for side, size in (("b", "B"), ("a", "A")):
                    price, quantity = Decimal(data[side]), Decimal(data[size])
                    if price == best[side][0] and quantity < best[side][1]:
                        smaller[price, best[side][1] - quantity, side == "b"].append(ts)
                    best[side] = (price, quantity)
    lags = []
    for ts, traded in trades:
        nearest = min((quote - ts for quote in smaller[traded]), key=abs, default=NEAR_NS)
        if abs(nearest) < NEAR_NS:
            lags.append(nearest)
    return lags


if __name__ == "__main__":
    main()
