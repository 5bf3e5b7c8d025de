"""A node trades on the emulator over real sockets: the whole way, from a strategy's call to the ledger."""

from decimal import Decimal

import anyio
import pytest
from alphaforge.engine.supervisor import first_error
from alphaforge_binance.emulator import BinanceEmulator, node_sections
from alphaforge_binance.market import BinanceMarketCodec
from alphaforge_testkit.live import running_node

pytestmark = pytest.mark.anyio


def ledger(exchange: BinanceEmulator) -> dict[str, Decimal]:
    return {asset: Decimal(free) + Decimal(locked) for asset, (free, locked) in exchange.ledger().items()}


async def test_an_order_rests_is_replaced_and_cancelled(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        bid = Decimal(str(node.probe.book(node.instrument).best_bid))
        handle = node.probe.buy("0.01", bid - 1000)
        await node.until_state(handle.id, "open")
        handle.replace(price=bid - 900, quantity="0.02")
        await node.until(lambda: node.order(handle.id).price_decimal == bid - 900)
        handle.replace(price=bid - 900, quantity="0.015")
        await node.until(lambda: node.order(handle.id).quantity_decimal == Decimal("0.015"))
        handle.cancel()
        assert (await node.until_state(handle.id, "cancelled")).filled_decimal == 0


async def test_what_is_bought_is_in_the_ledger_to_the_last_digit(tmp_path) -> None:
    async with BinanceEmulator() as exchange, running_node(node_sections(exchange, tmp_path)) as node:
        await node.until_synced()
        bought = node.probe.buy("0.05")
        await node.until_state(bought.id, "filled")
        sold = node.probe.sell("0.02")
        await node.until_state(sold.id, "filled")
        assert node.probe.position(node.instrument).quantity_decimal == Decimal("0.03")
        await node.until(lambda: node.balances() == ledger(exchange))
    assert node.alerts == []


async def test_a_node_that_fails_takes_its_orders_back(tmp_path, monkeypatch) -> None:
    def fail(codec, *frame) -> None:
        raise RuntimeError("a bug in a codec")

    async def trade(exchange: BinanceEmulator) -> None:
        async with running_node(node_sections(exchange, tmp_path)) as node:
            await node.until_synced()
            handle = node.probe.buy("0.01", "50000")
            await node.until_state(handle.id, "open")
            monkeypatch.setattr(BinanceMarketCodec, "receive", fail)
            await anyio.sleep_forever()

    async with BinanceEmulator() as exchange:
        with pytest.raises(BaseExceptionGroup) as failure:
            await trade(exchange)
        assert "a bug in a codec" in str(first_error(failure.value))
        assert list(exchange.account("main").open_orders) == []
