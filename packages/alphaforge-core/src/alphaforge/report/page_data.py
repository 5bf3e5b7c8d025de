"""What the scripts of the page draw, as plain JSON. Times are ms since the epoch, as browsers count."""

import json
from typing import Any

from alphaforge_rs import Durations

from alphaforge.portfolio.execution import Execution
from alphaforge.report import wording
from alphaforge.report.as_json import PERCENTILES
from alphaforge.report.lines import FillMarks, Points
from alphaforge.report.run_report import RunReport

COMMAND_TIMES = "gate and kernel, wall clock"


def page_data(report: RunReport) -> str:
    """The data as a text that can stand inside of a script element."""
    lines = report.lines
    data = {
        "currency": report.currency,
        "instruments": [
            {
                "name": name,
                "price": _xy(points),
                "fills": _fills(lines.fills.get(name)),
                "positions": [
                    {"strategy": strategy, **_xy(held)}
                    for (strategy, instrument), held in lines.positions.items()
                    if instrument == name
                ],
            }
            for name, points in lines.prices.items()
        ],
        "equity": _xy(lines.equity),
        "drawdown": _xy(lines.drawdown),
        "gross": _xy(lines.gross_exposure),
        "net": _xy(lines.net_exposure),
        "span": [_ms(ts) for ts in (report.began_at, report.ended_at) if ts is not None],
        "hops": [
            {"name": name, "ms": [(durations.percentile(percent) or 0) / 1e6 for percent in PERCENTILES]}
            for name, durations in hops(report).items()
            if durations.count
        ],
    }
    # `</script>` and `<!--` in a name would end the element.
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def hops(report: RunReport) -> dict[str, Durations]:
    """All hops: in feed time, and by the wall clock."""
    return {**report.hops, COMMAND_TIMES: report.command_times}


def _ms(ts: int) -> float:
    return ts / 1e6


def _xy(points: Points) -> dict[str, list[float]]:
    return {"x": [_ms(ts) for ts, _ in points], "y": [value for _, value in points]}


def _fills(marks: FillMarks | None) -> dict[str, Any]:
    fills = marks.fills if marks else []
    return {side: _side([fill for fill in fills if fill.side == side]) for side in ("buy", "sell")}


def _side(fills: list[Execution]) -> dict[str, Any]:
    return {
        "x": [_ms(fill.ts) for fill in fills],
        "y": [float(fill.price) for fill in fills],
        "text": [_told(fill) for fill in fills],
    }


def _told(fill: Execution) -> list[str]:
    fee = f"{wording.money(fill.fee)} {fill.fee_currency}"
    return [wording.price(fill.quantity), wording.price(fill.price), fill.liquidity, fee, fill.strategy]
