"""The Rust module takes nothing for what it is not: instruments, batches and numbers of Python."""

from decimal import Decimal

import pytest
from alphaforge_rs import (
    DataError,
    EventBatch,
    Instrument,
    InstrumentError,
    InstrumentTable,
    Runtime,
    StrategyPort,
)


def instrument(symbol: str = "BTCUSDT", tick: str = "0.01", lot: str = "0.001") -> Instrument:
    return Instrument(venue="X", symbol=symbol, base=symbol[:3], quote="USDT", tick_size=tick, lot_size=lot)


def new_node() -> tuple[Runtime, StrategyPort, InstrumentTable]:
    table = InstrumentTable([instrument()])
    runtime = Runtime("main", 1, table, lambda *_: None)
    runtime.add_external_venue("X", highest_fee="0")
    runtime.add_instruments()
    port = runtime.add_strategy("only", {})
    runtime.set_balance("X", "USDT", 10**7)
    runtime.set_limits([], buying_power_buffer=0, market_slippage="0.01")
    return runtime, port, table


def test_an_instrument_on_another_grid_is_refused_and_an_equal_one_is_not() -> None:
    """Its numbers would be read on the wrong decimals: 100 times too large, at a tenth of the price."""
    runtime, port, _ = new_node()
    for other in (instrument(tick="0.1"), instrument(lot="0.00001")):
        with pytest.raises(InstrumentError, match="X:BTCUSDT has another grid or other bounds than"):
            port.submit(other, "buy", "0.01", 50_000)
        with pytest.raises(InstrumentError, match="use that one"):
            port.mark(other)
    assert runtime.take_outbox() == []
    assert port.submit(instrument(), "buy", "0.01", 50_000).accepted
    (message,) = runtime.take_outbox()
    assert (message.price, message.quantity) == (50_000, Decimal("0.01"))


def test_a_batch_of_another_table_is_refused() -> None:
    """Its handles mean other instruments."""
    runtime, port, _ = new_node()
    batch = EventBatch(InstrumentTable([instrument("ETHUSDT"), instrument()]))
    batch.add_quote(0, 2_000, None, 1, "3000", "1", "3001", "1")
    with pytest.raises(ValueError, match="batch: its instrument table is not that of this runtime"):
        runtime.run(batch)
    assert port.mark(instrument()) is None


def test_a_market_order_leaves_with_the_worst_price_that_was_approved() -> None:
    runtime, port, table = new_node()
    batch = EventBatch(table)
    batch.add_quote(0, 1_000, None, 1, "100.00", "1", "101.00", "1")
    runtime.run(batch)
    assert port.submit(instrument(), "buy", "0.01").accepted
    (message,) = runtime.take_outbox()
    assert (message.price, message.worst_price) == (None, Decimal("102.01"))


def test_numbers_that_are_none_are_denied() -> None:
    _, port, _ = new_node()
    quantities: list[Decimal | str | float] = [
        10**5_000, Decimal("1E+999999"), "1e-999999999999", float("nan"), Decimal("sNaN"), -1, 0
    ]  # fmt: skip
    for quantity in quantities:
        assert not port.submit(instrument(), "buy", quantity, 100).accepted


@pytest.mark.parametrize(("price", "quantity"), [("0", "1"), ("1", "0"), ("-1", "1")])
def test_a_trade_without_a_price_or_a_quantity_is_refused(price: str, quantity: str) -> None:
    _, _, table = new_node()
    batch = EventBatch(table)
    with pytest.raises(DataError, match="a trade has both above zero"):
        batch.add_trade(0, 1_000, 1_000, 1, price, quantity, "buy")
    assert len(batch) == 0
