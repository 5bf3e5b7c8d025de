"""The simulated feed: markets of simulated traders on the matching engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alphaforge_rs import EventBatch, Instrument, InstrumentTable, SimulatedMarket

# 2026-01-01T00:00:00Z: a fixed beginning, so that a seed gives the same market on every day.
_START_NS = 1_767_225_600_000_000_000
_BATCH_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Market:
    instrument: Instrument
    first_price: Decimal
    common_quantity: Decimal


def _market(base: str, tick: str, lot: str, first_price: str, common_quantity: str) -> _Market:
    instrument = Instrument(
        venue="SIM",
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        tick_size=tick,
        lot_size=lot,
        min_quantity=lot,
        min_notional="5",
    )
    return _Market(instrument, Decimal(first_price), Decimal(common_quantity))


_MARKETS = {
    market.instrument.symbol: market
    for market in (
        _market("BTC", tick="0.5", lot="0.00001", first_price="50000", common_quantity="0.05"),
        _market("ETH", tick="0.05", lot="0.0001", first_price="2500", common_quantity="1"),
    )
}


class SimulatedFeed:
    """Markets of the venue `SIM`, made from a seed for a number of seconds.

    Where there are several, the prices of all others follow that of the first.
    """

    def __init__(self, *, seed: int, seconds: float, symbols: Sequence[str] = ("BTCUSDT",)) -> None:
        self._seed = seed
        self._end_ns = _START_NS + round(seconds * 1_000_000_000)
        self._given_ns = _START_NS
        self._markets = [_MARKETS[symbol] for symbol in dict.fromkeys(symbols)]
        self.table = InstrumentTable([market.instrument for market in self._markets])

    @property
    def notes(self) -> Sequence[str]:
        """That nobody real trades here."""
        return [f"the market is simulated, with seed {self._seed}"]

    @property
    def progress(self) -> tuple[int, int]:
        """Nanoseconds of feed time given, and all of them."""
        return self._given_ns - _START_NS, self._end_ns - _START_NS

    def history(self) -> Iterator[EventBatch]:
        """Nothing: the market begins with the run."""
        yield from ()

    def batches(self) -> Iterator[EventBatch]:
        """What happens in the markets, second by second."""
        leader, *followers = self._markets
        market = SimulatedMarket(
            self.table,
            0,
            seed=self._seed,
            start_ns=_START_NS,
            price=leader.first_price,
            quantity=leader.common_quantity,
        )
        for handle, follower in enumerate(followers, 1):
            seed = (self._seed + handle) % 2**64
            price, quantity = follower.first_price, follower.common_quantity
            market.add_follower(handle, seed=seed, price=price, quantity=quantity)
        while self._given_ns < self._end_ns:
            self._given_ns = min(self._given_ns + _BATCH_NS, self._end_ns)
            yield market.next_batch(self._given_ns)
