"""The figures of a report, computed a second time with polars from what sinks wrote and the market's prices.

It shares nothing with the package: values are floats in columns, FIFO is the overlap of what was bought with
what was sold, and a percentile is a place in a sorted column.
"""

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
QUANTITY_UNIT = 1e-8


class Oracle:
    """Recomputes a run's figures from `records.jsonl` and prices: `ts`, `instrument`, `mid`, in the order in
    which the market said them. All quote currencies are the reporting currency. `holdings` is what was
    there at the start of each instrument: it counts as equity, and not as exposure."""

    def __init__(self, records: Path, prices: pl.DataFrame, cash: float, holdings: dict[str, float]) -> None:
        rows = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
        numbered = [{"place": place, **row} for place, row in enumerate(rows)]
        self.prices = prices.with_columns(ts=pl.col("ts").cum_max().over("instrument")).sort(
            "ts", maintain_order=True
        )
        self.orders = pl.DataFrame(
            [row for row in numbered if row["type"] == "order"], infer_schema_length=None
        )
        self.fills = self._fills([row for row in numbered if row["type"] == "fill"])
        self.equity = self._equity([row for row in numbered if row["type"] == "equity"], cash, holdings)

    def _fills(self, rows: list[dict[str, Any]]) -> pl.DataFrame:
        numbers = ("price", "quantity", "fee")
        fills = pl.DataFrame(rows).with_columns(pl.col(name).cast(pl.Float64) for name in numbers)
        made = self.orders.group_by("client_order_id").agg(created_at=pl.col("created_at").first())
        fills = fills.join(made, on="client_order_id").sort("place")
        sign = pl.when(pl.col("side") == "buy").then(1.0).otherwise(-1.0)
        fills = fills.with_columns(
            signed=sign * pl.col("quantity"), notional=pl.col("price") * pl.col("quantity")
        )
        fills = self.with_mid(fills, "ts", "mid", same_time=False)
        return self.with_mid(fills, "created_at", "arrival_mid", same_time=True).sort("place")

    def with_mid(self, frame: pl.DataFrame, time: str, name: str, *, same_time: bool) -> pl.DataFrame:
        """The price that was known at a time; what is due at the time of an event comes before it."""
        known = self.prices.rename({"ts": "known_at", "mid": name})
        return frame.sort(time).join_asof(
            known, left_on=time, right_on="known_at", by="instrument", allow_exact_matches=same_time,
            check_sortedness=False,
        ).drop("known_at")  # fmt: skip

    def _equity(self, rows: list[dict[str, Any]], cash: float, holdings: dict[str, float]) -> pl.DataFrame:
        """What everything was worth when equity was recorded: start money, fills until then, prices."""
        points = pl.DataFrame(rows, infer_schema_length=None).select(
            "place", "ts", recorded=pl.col("equity").cast(pl.Float64)
        )
        ends = [points["place"].min(), points["place"].max()]
        flow = self.fills.select(
            "place", paid=(-pl.col("signed") * pl.col("price") - pl.col("fee")).cum_sum()
        )
        points = points.join_asof(flow, on="place").with_columns(equity=cash + pl.col("paid").fill_null(0.0))
        points = points.with_columns(gross=pl.lit(0.0), net=pl.lit(0.0))
        for (instrument,), fills in self.fills.group_by("instrument"):
            held = fills.sort("place").select("place", held=pl.col("signed").cum_sum())
            points = (
                points.sort("place")
                .join_asof(held, on="place")
                .with_columns(pl.col("held").fill_null(0.0), instrument=pl.lit(instrument))
            )
            points = self.with_mid(points, "ts", "before", same_time=False)
            points = self.with_mid(points, "ts", "until", same_time=True)
            # The first is taken right after the first event, and the last one when all events have come.
            mid = pl.when(pl.col("place").is_in(ends)).then("until").otherwise("before").fill_null(0.0)
            value = pl.col("held") * mid
            points = points.with_columns(
                equity=pl.col("equity") + value + holdings.get(instrument, 0.0) * mid,
                net=pl.col("net") + value,
                gross=pl.col("gross") + value.abs(),
            ).drop("held", "instrument", "before", "until")
        return points.sort("place")

    def figures(self) -> dict[str, Any]:
        """The figures in the layout of the report's JSON; without hops and single round trips."""
        trips = self.trips()
        start, end = self.equity["equity"][0], self.equity["equity"][-1]
        return {
            "began_at": self.equity["ts"][0],
            "ended_at": self.equity["ts"][-1],
            "equity": {
                "start": start,
                "end": end,
                "change": end - start,
                "change_ratio": (end - start) / start,
            },
            "drawdown": self._drawdown(),
            "exposure": {"gross": self._held("gross"), "net": self._held("net")},
            "returns": self._returns(),
            "turnover": {"USDT": self.fills["notional"].sum()},
            "hit_rate": self._trip_figures(trips)["hit_rate"],
            "trips": {"USDT": self._trip_figures(trips)} if trips.height else {},
            "positions": self._positions(trips),
            "slippage": {
                "USDT": {"at_fill": self._slippage("mid"), "at_arrival": self._slippage("arrival_mid")}
            },
        }

    def _drawdown(self) -> dict[str, Any]:
        high = pl.col("equity").cum_max()
        # The last time at or before each point at which equity was at its high.
        at_high = pl.when(pl.col("equity") >= high).then("ts").forward_fill()
        falls = self.equity.select(
            "ts", fall=high - pl.col("equity"), ratio=(high - pl.col("equity")) / high, since=at_high
        )
        before = falls.with_columns(
            was_under=pl.col("fall").shift(1, fill_value=0.0) > 0, since_before=pl.col("since").shift(1)
        )
        under = before.select(
            span=pl.when(pl.col("fall") > 0).then(pl.col("ts") - pl.col("since"))
            .when(pl.col("was_under")).then(pl.col("ts") - pl.col("since_before")).otherwise(0)
        )  # fmt: skip
        return {
            "most": falls["fall"].max(),
            "most_ratio": falls["ratio"].max(),
            "longest_ns": under["span"].max(),
        }

    def _held(self, name: str) -> dict[str, Any]:
        lasting = self.equity.select(value=name, span=pl.col("ts").shift(-1) - pl.col("ts")).drop_nulls()
        known = lasting["span"].sum()
        return {
            "least": self.equity[name].min(),
            "most": self.equity[name].max(),
            "average": (lasting["value"] * lasting["span"]).sum() / known if known else None,
        }

    def _returns(self) -> dict[str, Any]:
        first, last = self.equity["ts"][0], self.equity["ts"][-1]
        ladder = (SECOND, 60 * SECOND, 3_600 * SECOND, DAY)
        interval = next((step for step in ladder if last - first <= 10_000 * step), DAY)
        grid = pl.DataFrame({"ts": range(first, last + 1, interval)}, schema={"ts": pl.Int64})
        returns = (
            grid.join_asof(self.equity.select("ts", "equity"), on="ts")["equity"].pct_change().drop_nulls()
        )
        mean, deviation = returns.mean(), returns.std(ddof=1)
        downside = math.sqrt((returns.clip(upper_bound=0.0) ** 2).mean() or 0.0)
        year = math.sqrt(365 * DAY / interval) if last - first >= DAY else None

        def ratio(risk: float | None) -> dict[str, float | None]:
            value = mean / risk if risk and len(returns) >= 30 else None
            return {"per_interval": value, "annualised": value * year if value is not None and year else None}

        return {
            "interval_ns": interval,
            "count": len(returns),
            "mean": mean,
            "deviation": deviation,
            "sharpe": ratio(deviation),
            "sortino": ratio(downside),
        }

    def trips(self) -> pl.DataFrame:
        """FIFO by overlap: the n-th unit that was bought is closed by, or closes, the n-th that was sold."""
        found = []
        for key, fills in self.fills.sort("place").group_by("strategy", "instrument", maintain_order=True):
            legs = {}
            for side in ("buy", "sell"):
                leg = fills.filter(pl.col("side") == side)
                units = (leg["quantity"] / QUANTITY_UNIT).round().cast(pl.Int64)
                legs[side] = leg.select(
                    "ts", "place", "price", unit_fee=pl.col("fee") / units, until=units.cum_sum()
                )
            ends = pl.concat([leg.select("until") for leg in legs.values()]).unique().sort("until")
            ends = ends.filter(pl.col("until") <= min(leg["until"].max() or 0 for leg in legs.values()))
            parts = ends.with_columns(units=pl.col("until") - pl.col("until").shift(1, fill_value=0))
            for side, leg in legs.items():
                names = {name: f"{side}_{name}" for name in ("ts", "place", "price", "unit_fee")}
                parts = parts.join_asof(leg.rename(names), on="until", strategy="forward")
            found.append(parts.with_columns(strategy=pl.lit(key[0]), instrument=pl.lit(key[1])))
        trips = pl.concat(found) if found else pl.DataFrame()
        quantity = pl.col("units") * QUANTITY_UNIT
        return trips.with_columns(
            quantity=quantity,
            direction=pl.when(pl.col("buy_place") < pl.col("sell_place"))
            .then(pl.lit("long"))
            .otherwise(pl.lit("short")),
            profit=quantity * (pl.col("sell_price") - pl.col("buy_price")),
            fees=pl.col("units") * (pl.col("sell_unit_fee") + pl.col("buy_unit_fee")),
            opened_at=pl.min_horizontal("buy_ts", "sell_ts"),
            closed_at=pl.max_horizontal("buy_ts", "sell_ts"),
            began=pl.min_horizontal("buy_place", "sell_place"),
            ended=pl.max_horizontal("buy_place", "sell_place"),
        ).with_columns(net=pl.col("profit") - pl.col("fees"))

    def _trip_figures(self, trips: pl.DataFrame) -> dict[str, Any]:
        # What is nothing exactly is a little more or less in floats.
        won, lost = trips.filter(pl.col("net") > 1e-12)["net"], trips.filter(pl.col("net") < -1e-12)["net"]
        return {
            "count": trips.height,
            "winners": len(won),
            "losers": len(lost),
            "hit_rate": len(won) / trips.height if trips.height else None,
            "won": won.sum(),
            "lost": -lost.sum(),
            "average_win": won.mean(),
            "average_loss": None if lost.is_empty() else -lost.mean(),
            "profit_factor": None if lost.is_empty() else -won.sum() / lost.sum(),
        }

    def _positions(self, trips: pl.DataFrame) -> list[dict[str, Any]]:
        found = []
        last = self.prices.group_by("instrument").agg(pl.col("mid").last())
        for (strategy, instrument), fills in self.fills.group_by("strategy", "instrument"):
            own = trips.filter((pl.col("strategy") == strategy) & (pl.col("instrument") == instrument))
            held, cost, realised = average_cost(fills.sort("place"))
            unrealised = held * last.filter(pl.col("instrument") == instrument)["mid"][0] - cost
            fees = fills["fee"].sum()
            found.append({
                "strategy": strategy, "instrument": instrument, "quantity": held, "realised": realised,
                "realised_fifo": own["profit"].sum(), "unrealised": unrealised, "fees": {"USDT": fees},
                "net": realised + unrealised - fees, "fills": fills.height,
                "turnover": fills["notional"].sum(), "trips": self._trip_figures(own),
            })  # fmt: skip
        return sorted(found, key=lambda each: (each["strategy"], each["instrument"]))

    def _slippage(self, reference: str) -> dict[str, Any]:
        figures = {}
        for name in ("all", "maker", "taker"):
            known = self.fills.filter(
                pl.col(reference).is_not_null() & pl.lit(name == "all").or_(pl.col("liquidity") == name)
            )
            cost = (known["signed"] * (known["price"] - known[reference])).sum()
            value = (known["quantity"] * known[reference]).sum()
            figures[name] = {
                "count": known.height,
                "cost": cost,
                "bps": 1e4 * cost / value if value else None,
            }
        return figures

    def hops(self) -> dict[str, pl.Series]:
        """The times of each hop, sorted."""
        by_order = self.orders.sort("place").group_by("client_order_id", maintain_order=True)
        hops = ("submit to accepted", "replace to replaced", "cancel to cancelled", "accepted to first fill")
        times: dict[str, list[int]] = {hop: [] for hop in hops}
        for _, rows in by_order:
            sent = rows.filter(pl.col("state") == "sent")["ts"]
            accepted = rows.filter(pl.col("state").is_in(["open", "partially_filled", "filled"]))["ts"]
            traded = rows.filter(pl.col("filled").cast(pl.Float64) > 0)["ts"]
            if len(sent) and len(accepted):
                times["submit to accepted"].append(accepted[0] - sent[0])
            if len(accepted) and len(traded):
                times["accepted to first fill"].append(traded[0] - accepted[0])
            changes = rows.with_columns(
                run=(pl.col("state") != pl.col("state").shift(1)).fill_null(value=True).cum_sum()
            )
            runs = changes.group_by("run", maintain_order=True).agg(
                pl.col("state").first(), pl.col("ts").first()
            )
            for asked, hop, answers in (
                ("pending_replace", "replace to replaced", ("open", "partially_filled")),
                ("pending_cancel", "cancel to cancelled", ("cancelled",)),
            ):
                after = runs.with_columns(next=pl.col("state").shift(-1), then=pl.col("ts").shift(-1))
                met = after.filter((pl.col("state") == asked) & pl.col("next").is_in(answers))
                times[hop] += (met["then"] - met["ts"]).to_list()
        return {hop: pl.Series(values, dtype=pl.Int64).sort() for hop, values in times.items()}


def average_cost(fills: pl.DataFrame) -> tuple[float, float, float]:
    """Position, what it cost, and realised profit, all by average cost; a short has brought its cost."""
    held = cost = realised = 0.0
    for row in fills.iter_rows(named=True):
        signed, price = row["signed"], row["price"]
        closing = min(abs(held), abs(signed)) if held * signed < 0 else 0.0
        if closing:
            direction = math.copysign(1.0, held)
            share = cost * closing / abs(held)
            realised += direction * closing * price - share
            cost -= share
            held -= direction * closing
            if abs(held) < QUANTITY_UNIT / 2:
                held = cost = 0.0
        opening = math.copysign(abs(signed) - closing, signed)
        held += opening
        cost += opening * price
    return held, cost, realised
