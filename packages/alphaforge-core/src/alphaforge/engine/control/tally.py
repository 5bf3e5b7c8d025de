"""Counts the orders that a kill finds, cancels and sees gone."""

import time
from collections.abc import Callable, Collection
from typing import TypeAlias

from alphaforge.engine.control.figures import KillFigures
from alphaforge.sansio.venue_events import OrderReport

Key: TypeAlias = tuple[str, str, str]


class Tally:
    """Orders by venue, symbol and the venue's order id, and how far each has come since the kill began."""

    def __init__(self, asked_s: float, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._asked_s = asked_s
        self._monotonic_s = monotonic_s
        self._names: dict[Key, str] = {}
        self._written: set[Key] = set()
        self._gone: set[Key] = set()
        self._written_s = self._confirmed_s = asked_s
        self._pending: set[str] = set()
        """The venues that have not confirmed yet that nothing is left."""

    def begin(self, venue: str) -> None:
        """A venue is going to be asked."""
        self._pending.add(venue)

    def see(self, venue: str, is_open: Collection[OrderReport]) -> None:
        """A venue has said which orders are open; what was and is not is confirmed."""
        now = {_key(venue, report): report.name or report.venue_order_id for report in is_open}
        gone = {key for key in self._names if key[0] == venue and key not in now} - self._gone
        self._names |= now
        self._gone = (self._gone | gone) - now.keys()
        if gone or (venue in self._pending and not now):
            self._confirmed_s = self._monotonic_s()
        if now:
            self._pending.add(venue)
        else:
            self._pending.discard(venue)

    def wrote(self, venue: str, order: OrderReport) -> None:
        """The cancel of an order has left."""
        key = _key(venue, order)
        if key not in self._written:
            self._written.add(key)
            self._written_s = self._monotonic_s()

    def figures(self) -> KillFigures:
        """How far it is now."""
        left = [name for key, name in self._names.items() if key not in self._gone]
        is_written = self._names.keys() - self._gone <= self._written and not self._pending
        return KillFigures(
            orders_open=len(self._names),
            cancels_written=len(self._written),
            written_ms=self._after_ms(self._written_s) if is_written else None,
            confirmed=len(self._gone),
            confirmed_ms=None if left or self._pending else self._after_ms(self._confirmed_s),
            unconfirmed=left,
        )

    def _after_ms(self, at_s: float) -> float:
        return round((at_s - self._asked_s) * 1e3, 3)


def _key(venue: str, order: OrderReport) -> Key:
    # A venue may count its orders by symbol.
    return venue, order.symbol, order.venue_order_id
