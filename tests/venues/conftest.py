"""A node's kernel with one venue outside, for tests of what stands between the two."""

from decimal import Decimal

import pytest
from alphaforge_rs import Instrument, InstrumentTable, Runtime, VenueCommand

BTC = Instrument(
    venue="OUT", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.01", lot_size="0.00001"
)


class Kernel:
    """The real kernel of a node named `main`, with money at the venue `OUT` and one strategy."""

    def __init__(self) -> None:
        self.runtime = Runtime("main", 1, InstrumentTable([BTC]), self._on_fault)
        self.runtime.add_external_venue("OUT", highest_fee="0.001")
        self.runtime.add_instruments()
        self.runtime.set_balance("OUT", "USDT", "1000000")
        self.runtime.set_balance("OUT", "BTC", "10")
        self.port = self.runtime.add_strategy("s", {})
        self.alerts: list[str] = []
        self.order_id = 0

    def _on_fault(self, strategy: str, callback: str, error: BaseException) -> None:
        raise AssertionError(f"{strategy}.{callback}") from error

    def buy(self, quantity: str = "1", price: str = "100") -> VenueCommand:
        outcome = self.port.submit(BTC, "buy", quantity, price)
        assert outcome.accepted, outcome.reason
        (command,) = self.runtime.take_outbox()
        self.order_id = command.order_id
        return command

    def replace(self, price: str, quantity: str) -> VenueCommand:
        outcome = self.port.replace(self.order_id, price, quantity)
        assert outcome.accepted, outcome.reason
        (command,) = self.runtime.take_outbox()
        return command

    @property
    def order(self):
        return self.port.order(self.order_id)

    @property
    def bought(self) -> Decimal:
        return self.port.position(BTC).quantity_decimal

    def told(self) -> list[str]:
        self.alerts += [r.text for r in self.runtime.take_records() if type(r).__name__ == "Alert"]
        return self.alerts


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()
