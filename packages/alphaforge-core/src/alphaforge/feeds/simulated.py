"""The simulated feed: a market of simulated traders on the matching engine."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, SimulatedMarket

# 2026-01-01T00:00:00Z: a fixed beginning, so that a seed gives the same market on every day.
_START_NS = 1_767_225_600_000_000_000
_BATCH_NS = 1_000_000_000
_FIRST_PRICE = Decimal(50_000)
_COMMON_QUANTITY = Decimal("0.05")


class SimulatedFeed:
    """The market `SIM:BTCUSDT`, made from a seed for a number of seconds."""

    def __init__(self, *, seed: int, seconds: float) -> None:
        self._seed = seed
        self._end_ns = _START_NS + round(seconds * 1_000_000_000)
        self._given_ns = _START_NS
        self.table = InstrumentTable([_instrument()])

    @property
    def notes(self) -> Sequence[str]:
        """That nobody real trades here."""
        return [f"the market is simulated, with seed {self._seed}"]

    @property
    def progress(self) -> tuple[int, int]:
        """Nanoseconds of feed time given, and all of them."""
        return self._given_ns - _START_NS, self._end_ns - _START_NS

    def batches(self) -> Iterator[EventBatch]:
        """What happens in the market, second by second."""
        market = SimulatedMarket(
            self.table,
            0,
            seed=self._seed,
            start_ns=_START_NS,
            price=_FIRST_PRICE,
            quantity=_COMMON_QUANTITY,
        )
        while self._given_ns < self._end_ns:
            self._given_ns = min(self._given_ns + _BATCH_NS, self._end_ns)
            yield market.next_batch(self._given_ns)


def _instrument() -> Instrument:
    return Instrument(
        venue="SIM",
        symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick_size="0.5",
        lot_size="0.00001",
        min_quantity="0.00001",
        min_notional="5",
    )
