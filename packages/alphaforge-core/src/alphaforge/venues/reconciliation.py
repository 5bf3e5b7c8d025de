"""Reconciliation: what the node believes of an account is held against what the venue says.

At the start, after each reconnect, at a sign that a report was missed, and periodically: open orders and
balances. What an order is thought to be and is not is asked for order by order, its trades too.
Orders of people and other programs on the same account are reported and left alone. Orders that this node
has left behind in an earlier run are cancelled: nobody here would look after them.
"""

import logging
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import anyio

from alphaforge.sansio.venue_actions import Cancel, ListOpenOrders, ReadAccount
from alphaforge.sansio.venue_events import Account, Answered, OrderReport
from alphaforge.venues.drift_watch import DriftWatch
from alphaforge.venues.order_tracker import OrderTracker
from alphaforge.venues.tracked_order import TrackedOrder
from alphaforge.venues.venue_link import Execute, VenueLink

log = logging.getLogger("alphaforge.venues")

_EVERY_S = 30.0
_SOON_S = 2.0
"""At most so often where there is only a sign that something was missed: it costs a lot of weight."""
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 4.0
"""Before it is tried again."""
_ACCOUNT_TRIES = 5
_FOREIGN_REMEMBERED = 10_000


def _is_settled(tracked: TrackedOrder) -> bool:
    """Whether nothing about an order is under way that could explain a difference."""
    is_asked = tracked.is_in_doubt or tracked.requests > 0
    return not is_asked and not any(version.lacks_trades for version in tracked.versions)


class Reconciliation:
    """Holds one account against the venue."""

    def __init__(
        self,
        link: VenueLink,
        tracker: OrderTracker,
        execute: Execute,
        doubt: Callable[[TrackedOrder], None],
    ) -> None:
        self._link = link
        self._tracker = tracker
        self._execute = execute
        self._doubt = doubt
        self._wanted = anyio.Event()
        self._hinted = anyio.Event()
        self._activity = 0
        """Counts what was heard of orders; a snapshot that was taken meanwhile says nothing certain."""
        self._drift = DriftWatch()
        self._foreign: set[str] = set()
        self._is_first = True

    def ask_now(self) -> None:
        """Reports may have been missed: reconcile at once."""
        self._wanted.set()
        self._hinted.set()

    def ask_soon(self) -> None:
        """There is a sign that a report was missed: reconcile within a few seconds."""
        self._hinted.set()

    def note_activity(self) -> None:
        """Something was heard of an order."""
        self._activity += 1

    async def run(self, ready: anyio.Event) -> None:
        """Reconcile when asked to, and periodically, until cancelled. `ready` is set after the first time."""
        await self._wanted.wait()
        pause_s = _PAUSE_S
        while True:
            self._wanted, self._hinted = anyio.Event(), anyio.Event()
            if await self._reconcile():
                pause_s = _PAUSE_S
                ready.set()
                await self._until_wanted()
            else:
                await anyio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _until_wanted(self) -> None:
        with anyio.move_on_after(_SOON_S):
            await self._wanted.wait()
            return
        with anyio.move_on_after(_EVERY_S - _SOON_S):
            await self._hinted.wait()

    def take_account(self, account: Account) -> None:
        """Balances as a stream tells them, in its order with the reports of orders."""
        self.note_activity()
        believed = self._believed()
        for currency, total in account.totals.items():
            if believed.get(currency) != total:
                self._take_total(currency, believed.get(currency), total)
                # A trade of ours may have gone unsaid.
                self.ask_soon()

    def take_foreign(self, report: OrderReport) -> None:
        """An order that is not of this run."""
        is_ours = self._tracker.is_ours(report.name) and self._tracker.owner(report.name) is None
        if is_ours:
            text = f"order {report.name} is left from an earlier run"
        else:
            text = (
                f"order {report.name or report.venue_order_id} ({report.side} {report.quantity} "
                f"{report.symbol}) is not of this node; it is left alone"
            )
        if report.name in self._foreign or len(self._foreign) > _FOREIGN_REMEMBERED:
            return
        self._foreign.add(report.name)
        self._tracker.tell(text)
        instrument = self._link.instrument(report.symbol)
        if is_ours and not self._is_first and instrument is not None:
            # Those of earlier runs were found by the first look: somebody else trades under this node's name.
            text = f"order {report.name} has the name of this node, which has not sent it"
            self._tracker.kernel.note_order_drift(instrument, text)

    async def _reconcile(self) -> bool:
        """Whether all could be read."""
        asked_s, check = self._link.clock.monotonic_s(), self._drift.begin_check()
        result = await self._link.ask(ListOpenOrders())
        if not isinstance(result, Answered):
            log.warning("%s: open orders cannot be read: %s", self._link.venue, result)
            return False
        reports = result.reports
        self._execute(lambda: self._take_open(reports, asked_s))
        await self._cancel_left_behind(reports)
        return await self._read_account(check)

    def _take_open(self, reports: tuple[OrderReport, ...], asked_s: float) -> None:
        open_names = {report.name for report in reports}
        for report in reports:
            tracked = self._tracker.apply(report)
            if tracked is None:
                self.take_foreign(report)
            elif any(version.lacks_trades for version in tracked.versions):
                self._doubt(tracked)
        for tracked in self._tracker.live():
            for version in tracked.versions:
                # What was sent or has spoken since may have come too late for the list.
                is_older = version.sent_at_s < asked_s and tracked.requests == 0
                if is_older and not version.has_ended and tracked.name(version) not in open_names:
                    self._doubt(tracked)

    async def _cancel_left_behind(self, reports: tuple[OrderReport, ...]) -> None:
        for report in reports:
            if self._tracker.is_ours(report.name) and self._tracker.owner(report.name) is None:
                instrument = self._link.instrument(report.symbol)
                if instrument is None:
                    continue
                result = await self._link.ask(Cancel(instrument, report.name, report.venue_order_id))
                log.warning("%s: cancelled %s of an earlier run: %s", self._link.venue, report.name, result)

    async def _read_account(self, check: int) -> bool:
        for _ in range(_ACCOUNT_TRIES):
            activity = self._activity
            result = await self._link.ask(ReadAccount())
            if not isinstance(result, Answered) or result.account is None:
                log.warning("%s: the account cannot be read: %s", self._link.venue, result)
                return False
            account = result.account
            if activity == self._activity:
                self._execute(partial(self._compare, account, check))
                return True
        if not self._is_first:
            self._execute(lambda: self._judge_drift(check))
        # There was no quiet moment: the stream tells balances meanwhile, and the next time may be quieter.
        return not self._is_first

    def _compare(self, account: Account, check: int) -> None:
        believed = self._believed()
        told = dict(account.totals)
        if account.is_whole:
            told |= {currency: Decimal(0) for currency in believed if currency not in told}
        for currency, total in told.items():
            if believed.get(currency) == total:
                continue
            if not self._is_first:
                believed_total = believed.get(currency)
                self._tracker.tell(f"{currency}: {believed_total} was thought to be here, and {total} is")
            self._take_total(currency, believed.get(currency), total)
        self._is_first = False
        self._judge_drift(check)

    def _judge_drift(self, check: int) -> None:
        """What no trade explains though all has been asked for since it was seen, is a drift."""
        if all(map(_is_settled, self._tracker.live())):
            for currency, amount in self._drift.confirm(check).items():
                self._tracker.kernel.note_drift(self._link.venue, currency, amount)
        if self._drift.is_suspicious:
            self.ask_soon()

    def _take_total(self, currency: str, believed: Decimal | None, total: Decimal) -> None:
        if not self._is_first:
            self._drift.note(currency, total - (believed or Decimal(0)))
        self._tracker.kernel.set_balance(self._link.venue, currency, total)

    def _believed(self) -> dict[str, Decimal]:
        venue = self._link.venue
        balances = self._tracker.kernel.balances()
        return {balance.currency: balance.total for balance in balances if balance.venue == venue}
