"""The order list on AlphaForge's paper venue."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from alphaforge.feeds.recorded import open_recordings
from alphaforge.hooks.registry import Registry
from alphaforge.model.orders import Fill, Order
from alphaforge_rs import FeeTiers, Instrument, Latency, QueueModel, Runtime, StrategyPort

from benches.hftbacktest.executions import Execution, Outcome, merged
from benches.hftbacktest.plan import LOT, TICK, Planned

CASH = {"USDT": "1000000000", "BTC": "10000"}


class Driver:
    """Sends and cancels what the list says, when it says so."""

    def __init__(self, plan: Sequence[Planned], instrument: Instrument) -> None:
        steps = [(order.sent_ns, 1, order) for order in plan]
        steps += [(order.cancelled_ns, 0, order) for order in plan]
        self.steps = sorted(steps, key=lambda step: (step[0], step[1], step[2].number), reverse=True)
        self.instrument = instrument
        self.port: StrategyPort
        self.ids: dict[int, int] = {}

    def on_event(self, _: Any) -> None:
        while self.steps and self.steps[-1][0] <= self.port.now:
            _, is_new, order = self.steps.pop()
            if is_new:
                self.send(order)
            else:
                self.port.cancel(self.ids[order.number])

    def send(self, order: Planned) -> None:
        side: Any = "buy" if order.is_buy else "sell"
        outcome = self.port.submit(self.instrument, side, order.quantity, order.price, post_only=True)
        if outcome.order_id is None or not outcome.accepted:
            raise RuntimeError(f"order {order.number} was denied: {outcome.reason}")
        self.ids[order.number] = outcome.order_id


def run(captures: Sequence[Path], plan: Sequence[Planned], latency_ns: int, queue: QueueModel) -> Outcome:
    """Run the list over the captures."""
    feed = open_recordings(captures, None, Registry.installed())
    (instrument,) = feed.table.instruments
    runtime = Runtime("bench", 1, feed.table, fail)
    latency = Latency.constant(latency_ns, latency_ns)
    runtime.add_paper_venue(instrument.venue, latency=latency, fees=FeeTiers(0, 0), queue=queue)
    runtime.add_instruments()
    for currency, total in CASH.items():
        runtime.set_balance(instrument.venue, currency, total)
    driver = Driver(plan, instrument)
    callbacks: dict[str, Callable[[Any], None]] = dict.fromkeys(
        ("on_trade", "on_quote", "on_book"), driver.on_event
    )
    driver.port = runtime.add_strategy("driver", callbacks)
    for channel in ("trades", "quotes", "book"):
        driver.port.subscribe(instrument, channel)
    runtime.set_limits([], buying_power_buffer=0, market_slippage="0.01")
    runtime.start()
    records = []
    for batch in feed.batches():
        runtime.run(batch)
        records += runtime.take_records()
    runtime.drain()
    records += runtime.take_records()
    return outcome_of(records, {order_id: number for number, order_id in driver.ids.items()}, latency_ns)


def fail(strategy: str, callback: str, error: BaseException) -> NoReturn:
    raise error


def outcome_of(records: Sequence[Any], numbers: dict[int, int], latency_ns: int) -> Outcome:
    fills, refused = [], set()
    for record in records:
        if isinstance(record, Fill):
            lots, ticks = int(record.quantity_decimal / LOT), int(record.price_decimal / TICK)
            fills.append((numbers[record.order_id], Execution(record.ts - latency_ns, lots, ticks)))
        elif isinstance(record, Order) and record.state == "rejected":
            refused.add(numbers[record.id])
    return Outcome(merged(fills), frozenset(refused))
