"""What a rule halts takes back what waits to be sent to a venue, and closes what it is told to."""

from typing import Any

from alphaforge_rs import (
    EventBatch,
    Instrument,
    InstrumentTable,
    LossResponse,
    Runtime,
    StrategyPort,
    WatchedLimits,
)

NS = 1_000_000_000
INSTRUMENT = Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size="0.5", lot_size="0.01")
TABLE = InstrumentTable([INSTRUMENT])


def a_runtime(*, flatten: bool, **watched: Any) -> tuple[Runtime, StrategyPort]:
    """A venue outside, a market of 100 to 101, and limits."""
    runtime = Runtime("test", 1, TABLE, lambda *_: None)
    runtime.add_external_venue("X", highest_fee="0")
    runtime.add_instruments()
    port = runtime.add_strategy("only", {})
    runtime.set_balance("X", "A", 100)
    runtime.set_balance("X", "B", 10_000)
    runtime.set_limits(
        [],
        buying_power_buffer=0,
        market_slippage="0.01",
        watched=[WatchedLimits("account", **watched)],
        loss_response=LossResponse(alert="0.5", reduce="0.8", flatten=flatten, time_zone="UTC"),
    )
    show(runtime, 0, "100", "101")
    return runtime, port


def show(runtime: Runtime, at_s: int, bid: str, ask: str) -> None:
    """A quote, and the second after it."""
    batch = EventBatch(TABLE)
    batch.add_quote(0, at_s * NS, None, None, bid, "5", ask, "5")
    runtime.run(batch, until_ns=(at_s + 1) * NS)


def sent(runtime: Runtime) -> list[tuple[str, int]]:
    """What leaves, by kind and order."""
    return [(command.kind, command.order_id) for command in runtime.take_outbox()]


def fill(runtime: Runtime, order_id: int, trade_id: int, price: str, quantity: str) -> None:
    """A trade at the venue."""
    runtime.report_fill(
        order_id,
        trade_id=trade_id,
        price=price,
        quantity=quantity,
        liquidity="taker",
        fee=0,
        fee_currency="B",
    )


def an_order(port: StrategyPort, side: Any, quantity: str, price: str) -> int:
    """Approved, waiting to be sent."""
    order_id = port.submit(INSTRUMENT, side, quantity, price).order_id
    assert order_id is not None
    return order_id


def test_what_waits_is_taken_back_where_a_loss_halts() -> None:
    runtime, port = a_runtime(flatten=False, max_daily_loss=(1, "B"))
    bought = an_order(port, "buy", "2", "101")
    resting = an_order(port, "buy", "1", "90")
    assert sent(runtime) == [("submit", bought), ("submit", resting)]
    waiting = an_order(port, "buy", "1", "95")
    fill(runtime, bought, 1, "101", "2")
    assert sent(runtime) == [("submit", waiting)]
    again = an_order(port, "sell", "1", "110")
    show(runtime, 2, "90", "91")
    assert sorted(sent(runtime)) == [("cancel", resting), ("cancel", waiting)]
    assert port.order(again).state == "cancelled"


def test_positions_are_closed_once_the_venue_has_ended_the_orders() -> None:
    runtime, port = a_runtime(flatten=True, max_daily_loss=(1, "B"))
    bought = an_order(port, "buy", "2", "101")
    resting = an_order(port, "buy", "1", "90")
    runtime.take_outbox()
    fill(runtime, bought, 1, "101", "2")
    show(runtime, 2, "90", "91")
    assert sent(runtime) == [("cancel", resting)]
    runtime.report_cancelled(resting, "asked")
    (closing,) = runtime.take_outbox()
    assert (closing.kind, closing.side, str(closing.quantity)) == ("submit", "sell", "2")
    fill(runtime, closing.order_id, 2, "90", "2")
    assert [position.is_flat for position in runtime.positions()] == [True]
    assert port.submit(INSTRUMENT, "sell", "1", "110").code == "halted"
    texts = [record.text for record in runtime.take_records() if hasattr(record, "text")]
    assert texts[-1] == "the positions of the account are closed"
