"""A runtime over one venue outside, without an engine around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from alphaforge_rs import Alert, EventBatch, Instrument, InstrumentTable, Runtime, ScopeLimits

START_NS = 1_767_225_600_000_000_000
INSTRUMENT = {"venue": "X", "symbol": "AB", "base": "A", "quote": "B", "tick_size": 1, "lot_size": 1}


@dataclass
class Desk:
    """A runtime, its instruments, and the ports of two strategies."""

    runtime: Runtime
    table: InstrumentTable
    faults: list[tuple[str, str, BaseException]] = field(default_factory=list)
    now_ns: int = START_NS

    def __post_init__(self) -> None:
        self.instrument = self.table.instruments[0]
        self.port = self.runtime.add_strategy("one", {})
        self.other = self.runtime.add_strategy("two", {})

    def limit(self, *limits: ScopeLimits, slippage: str = "0", buffer: str = "0") -> None:
        """Set all limits."""
        self.runtime.set_limits(limits, buying_power_buffer=buffer, market_slippage=slippage)

    def fund(self, **totals: object) -> None:
        """Say what is on the account."""
        for currency, total in totals.items():
            self.runtime.set_balance("X", currency, total)

    def quote(self, bid: object, ask: object, handle: int = 0) -> None:
        """The market quotes, a millisecond later."""
        self.now_ns += 1_000_000
        batch = EventBatch(self.table)
        batch.add_quote(handle, self.now_ns, None, None, str(bid), "1", str(ask), "1")
        self.runtime.run(batch)

    def alerts(self) -> list[str]:
        """What somebody must have been told since the last time."""
        return [record.text for record in self.runtime.take_records() if isinstance(record, Alert)]


MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk() -> MakeDesk:
    """`desk()` makes one; keywords change the instrument, and `more` are further instruments."""

    def make(*more: Instrument, **changes: Any) -> Desk:
        faults: list[tuple[str, str, BaseException]] = []
        table = InstrumentTable([Instrument(**INSTRUMENT | changes), *more])
        runtime = Runtime("main", 1, table, lambda *fault: faults.append(fault))
        runtime.add_external_venue("X", highest_fee="0.001")
        runtime.add_instruments()
        return Desk(runtime, table, faults)

    return make
