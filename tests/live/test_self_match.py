"""Who leaves it to the venue to keep own orders apart must have told the venue so."""

from decimal import Decimal

import pytest
from alphaforge.model.errors import ConfigError
from alphaforge_binance.emulator import BinanceEmulator, node_sections
from alphaforge_testkit.live import running_node

pytestmark = [pytest.mark.anyio, pytest.mark.rule(15)]

LEFT_TO_THE_VENUE = {"risk": {"self_match": "venue"}}


@pytest.mark.parametrize("mode", [None, "none"])
async def test_a_node_does_not_start_where_the_venue_prevents_nothing(mode, tmp_path) -> None:
    venue = {} if mode is None else {"self_trade_prevention": mode}
    async with BinanceEmulator() as exchange:
        sections = node_sections(exchange, tmp_path, **venue) | LEFT_TO_THE_VENUE
        with pytest.raises(ConfigError, match=r"venues\.binance is not told to keep own orders from trading"):
            async with running_node(sections):
                pass


async def test_where_the_venue_prevents_it_the_gate_lets_pass(tmp_path) -> None:
    async with BinanceEmulator() as exchange:
        sections = node_sections(exchange, tmp_path, self_trade_prevention="expire_taker") | LEFT_TO_THE_VENUE
        async with running_node(sections) as node:
            await node.until_synced()
            ask = Decimal(str(node.probe.book(node.instrument).best_ask))
            rests = node.probe.sell("0.01", ask + 500)
            await node.until_state(rests.id, "open")
            meets = node.probe.buy("0.01", ask + 500)
            assert meets.accepted
            await node.until_state(meets.id, "filled", "expired")
