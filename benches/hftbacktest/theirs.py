"""The order list in hftbacktest."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

# hftbacktest and numba are in an environment of their own (tox -e hftbacktest), not where types are checked.
import numpy as np
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest  # type: ignore[import-not-found]
from hftbacktest.data.validation import correct_event_order, correct_local_timestamp, validate_event_order  # type: ignore[import-not-found]
from hftbacktest.order import EXPIRED, GTX, LIMIT  # type: ignore[import-not-found]
from hftbacktest.types import (  # type: ignore[import-not-found]
    BUY_EVENT,
    DEPTH_EVENT,
    DEPTH_SNAPSHOT_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    event_dtype,
)
from numba import njit  # type: ignore[import-not-found]

from benches.hftbacktest.executions import Execution, Outcome, merged
from benches.hftbacktest.plan import LOT, TICK, Planned, messages

Queue = Literal["risk_averse", "power", "logarithmic"]
ORDER_RESPONSE = 3


def events(captures: Sequence[Path], *, at_exchange: bool) -> np.ndarray[Any, Any]:
    """The captures as they want them.

    The exchange acts at the receive times, as our paper venue does; with `at_exchange` at its own
    times, and the receive times are moved so that none lies before the event it is of.
    """
    rows = list(event_rows(captures))
    data = np.array(
        [(kind, exch, local, px, qty, 0, 0, 0) for kind, exch, local, px, qty in rows], event_dtype
    )
    if not at_exchange:
        data["exch_ts"] = data["local_ts"]
        data["ev"] |= EXCH_EVENT | LOCAL_EVENT
        return data
    data = correct_local_timestamp(data, 0)
    by_exchange = np.argsort(data["exch_ts"], kind="mergesort")
    by_local = np.argsort(data["local_ts"], kind="mergesort")
    ordered: np.ndarray[Any, Any] = correct_event_order(data, by_exchange, by_local)
    validate_event_order(ordered)
    return ordered


def event_rows(captures: Sequence[Path]) -> Iterator[tuple[int, int, int, float, float]]:
    """Trades and depth, from the snapshot on: kind, exchange time, receive time, price, quantity."""
    buffered: list[Any] = []
    last_id = None
    for local, message in messages(captures):
        data = message.get("data", message)
        if "lastUpdateId" in data:
            last_id = data["lastUpdateId"]
            newer = [diff for diff in buffered if diff["u"] > last_id]
            exch = (buffered[-1]["E"]) * 1_000_000
            yield from depth_rows(DEPTH_SNAPSHOT_EVENT, exch, local, data["bids"], data["asks"])
            for diff in newer:
                yield from depth_rows(DEPTH_EVENT, exch, local, diff["b"], diff["a"])
        elif data.get("e") == "depthUpdate":
            if last_id is None:
                buffered.append(data)
            else:
                yield from depth_rows(DEPTH_EVENT, data["E"] * 1_000_000, local, data["b"], data["a"])
        elif data.get("e") == "trade" and last_id is not None:
            side = SELL_EVENT if data["m"] else BUY_EVENT
            exch = data["T"] * 1_000_000
            yield TRADE_EVENT | side, exch, local, float(data["p"]), float(data["q"])


def depth_rows(
    kind: int, exch: int, local: int, bids: Sequence[Any], asks: Sequence[Any]
) -> Iterator[tuple[int, int, int, float, float]]:
    for side, rows in ((BUY_EVENT, bids), (SELL_EVENT, asks)):
        for price, quantity in rows:
            yield kind | side, exch, local, float(price), float(quantity)


def run(
    data: np.ndarray[Any, Any],
    plan: Sequence[Planned],
    latency_ns: int,
    queue: Queue,
    *,
    offset_ns: int = 0,
    whole_fills: bool = False,
) -> Outcome:
    """Run the list; `offset_ns` is by how much receive times were moved."""
    asset = BacktestAsset().data(data).linear_asset(1.0).trading_value_fee_model(0.0, 0.0)
    asset = asset.constant_order_latency(latency_ns, latency_ns).tick_size(float(TICK)).lot_size(float(LOT))
    asset = asset.no_partial_fill_exchange() if whole_fills else asset.partial_fill_exchange()
    match queue:
        case "risk_averse":
            asset = asset.risk_adverse_queue_model()
        case "power":
            asset = asset.power_prob_queue_model(3.0)
        case "logarithmic":
            asset = asset.log_prob_queue_model()
    steps = sorted(
        [(order.sent_ns, 1, order.number) for order in plan]
        + [(order.cancelled_ns, 0, order.number) for order in plan]
    )
    backtest = HashMapMarketDepthBacktest([asset])
    found = drive(
        backtest,
        np.array(steps, np.int64) + np.array([offset_ns, 0, 0], np.int64),
        np.array([0, *(order.is_buy for order in plan)], np.bool_),
        np.array([0.0, *(float(order.price) for order in plan)]),
        np.array([0.0, *(float(order.quantity) for order in plan)]),
    )
    backtest.close()
    return outcome_of(found)


def outcome_of(found: Sequence[tuple[int, int, int, float, int]]) -> Outcome:
    """Executions from what the orders looked like at each answer."""
    fills, refused = [], set()
    before: dict[int, int] = {}
    for number, status, exch_ts, executed, price_ticks in found:
        if status == EXPIRED:
            refused.add(number)
        lots = round(executed / float(LOT))
        if lots > before.get(number, 0):
            fills.append((number, Execution(exch_ts, lots - before.get(number, 0), price_ticks)))
            before[number] = lots
    return Outcome(merged(fills), frozenset(refused))


# Their calls take what waits as a positional boolean; numba types the function itself.
@njit  # type: ignore[untyped-decorator, unused-ignore]
def drive(backtest: Any, steps: Any, is_buy: Any, price: Any, quantity: Any) -> Any:
    """Every answer to an order: number, status, exchange time, executed quantity, price."""
    found: list[Any] = [(0, 0, 0, 0.0, 0)]
    backtest.elapse(0)  # until then its clock is at the end of time
    for at, is_new, number in steps:
        while backtest.current_timestamp < at:
            woken = backtest.wait_next_feed(True, at - backtest.current_timestamp)
            if woken == ORDER_RESPONSE:
                orders = backtest.orders(0).values()
                while orders.has_next():
                    order = orders.get()
                    executed = order.qty - order.leaves_qty
                    last = (
                        np.int64(order.order_id),
                        order.status,
                        order.exch_timestamp,
                        executed,
                        order.price_tick,
                    )
                    found.append(last)
                backtest.clear_inactive_orders(0)
            elif woken not in {0, 2}:
                raise RuntimeError("hftbacktest stopped early")
        if is_new and is_buy[number]:
            backtest.submit_buy_order(0, number, price[number], quantity[number], GTX, LIMIT, False)
        elif is_new:
            backtest.submit_sell_order(0, number, price[number], quantity[number], GTX, LIMIT, False)
        else:
            backtest.cancel(0, number, False)
    return found[1:]
