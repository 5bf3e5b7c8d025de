"""Which trades of an order have been counted: each once, however often and from wherever it is told.

A stream tells a trade with the order's filled quantity after it, which tells two trades of one id
apart (an order that trades with itself, FAULTS.md F13) from one trade told twice (F11). A list of
trades has no such quantity, but it has all of them: there as many of an id, a price and a quantity
count as there are rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from alphaforge.sansio.venue_events import VenueFill


@dataclass(slots=True)
class _Counted:
    price: Decimal
    quantity: Decimal
    filled_after: Decimal | None
    """What of the order had traded after it, where a stream has told it."""

    def may_be(self, fill: VenueFill) -> bool:
        return (self.price, self.quantity) == (fill.price, fill.quantity)


class CountedTrades:
    """The trades of one version of an order at its venue."""

    def __init__(self) -> None:
        self.filled = Decimal(0)
        """What they come to."""
        self._by_id: dict[int, list[_Counted]] = {}

    def count(self, fill: VenueFill, filled_after: Decimal) -> int | None:
        """Count a trade from a stream; returns its id in the kernel, None where it was counted before."""
        counted = self._by_id.setdefault(fill.trade_id, [])
        if any(each.filled_after == filled_after for each in counted):
            return None
        for each in counted:
            if each.filled_after is None and each.may_be(fill):
                each.filled_after = filled_after
                return None
        return self._add(counted, fill, filled_after)

    def count_list(self, fills: Iterable[VenueFill]) -> Iterator[tuple[int, VenueFill]]:
        """Count trades from a list; gives those not counted before, with their ids in the kernel."""
        unmatched = {trade_id: list(counted) for trade_id, counted in self._by_id.items()}
        for fill in fills:
            known = unmatched.setdefault(fill.trade_id, [])
            match = next((each for each in known if each.may_be(fill)), None)
            if match is not None:
                known.remove(match)
            else:
                yield self._add(self._by_id.setdefault(fill.trade_id, []), fill, None), fill

    def _add(self, counted: list[_Counted], fill: VenueFill, filled_after: Decimal | None) -> int:
        counted.append(_Counted(fill.price, fill.quantity, filled_after))
        self.filled += fill.quantity
        # Venues' ids fit 64 bits; what is above them tells trades of one id apart.
        return fill.trade_id + (len(counted) - 1 << 64)
