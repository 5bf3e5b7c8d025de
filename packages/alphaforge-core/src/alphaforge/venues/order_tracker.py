"""From a venue's reports, in whatever order and however often they come, to the kernel's inputs.

The same report may come from the stream, from the answer to a request and from a query, early, late or
never. Everything here is idempotent: what is known already changes nothing, a trade counts once, an end
is told to the kernel when all that has traded is counted, and what is older than an end is passed over.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from alphaforge_rs import VenueCommand

from alphaforge.sansio.order_names import split_name
from alphaforge.sansio.venue_events import OrderReport, VenueFill
from alphaforge.venues.kernel_reports import KernelReports
from alphaforge.venues.tracked_order import OrderVersion, TrackedOrder

log = logging.getLogger("alphaforge.venues")

_ENDED_KEPT = 50_000
"""Orders that have ended are remembered for late reports, so many of them."""
_VERSIONS_KEPT = 20
"""So many of an order's last versions are remembered even where they have ended without a trade."""
_ENDS = {"filled", "cancelled", "rejected", "expired"}


class OrderTracker:
    """The orders that this node has at one venue."""

    def __init__(self, node: str, venue: str, kernel: KernelReports) -> None:
        self._node = node
        self._venue = venue
        self.kernel = kernel
        self._live: dict[str, TrackedOrder] = {}
        self._ended: OrderedDict[str, TrackedOrder] = OrderedDict()

    def tell(self, text: str, tracked: TrackedOrder | None = None) -> None:
        """Say what somebody must know, of an order perhaps."""
        if tracked is None:
            log.warning("%s: %s", self._venue, text)
            self.kernel.tell(f"{self._venue}: {text}")
        else:
            log.warning("%s: order %s: %s", self._venue, tracked.command.client_order_id, text)
            self.kernel.tell(text, tracked.order_id)

    def place(self, command: VenueCommand, now_s: float) -> TrackedOrder:
        """An approved order is about to leave. From here on reports about it find it."""
        tracked = TrackedOrder(command, [OrderVersion(0, now_s)])
        self._live[command.client_order_id] = tracked
        return tracked

    def begin_replace(self, tracked: TrackedOrder, now_s: float) -> OrderVersion:
        """The change of an order is about to leave."""
        change = tracked.change
        version = OrderVersion((change.version if change is not None else None) or 0, now_s)
        tracked.versions = [
            each for each in tracked.versions[:-_VERSIONS_KEPT] if not each.has_ended or each.trades.filled
        ] + tracked.versions[-_VERSIONS_KEPT:]
        tracked.versions.append(version)
        return version

    def find(self, client_order_id: str) -> TrackedOrder | None:
        """An order of this run by its id; None where it is not known here."""
        return self._live.get(client_order_id) or self._ended.get(client_order_id)

    def owner(self, name: str) -> tuple[TrackedOrder, OrderVersion] | None:
        """The order and version that a name on the wire stands for; None where it is not of this run."""
        split = split_name(name, self._node)
        tracked = self.find(split[0]) if split is not None else None
        version = tracked.version(split[1]) if tracked is not None and split is not None else None
        return (tracked, version) if tracked is not None and version is not None else None

    def is_ours(self, name: str) -> bool:
        """Whether a name on the wire was given by this node, in this run or an earlier one."""
        return split_name(name, self._node) is not None

    def live(self) -> Iterator[TrackedOrder]:
        """The orders that have not ended."""
        yield from list(self._live.values())

    def apply(self, report: OrderReport) -> TrackedOrder | None:
        """Take in a venue's word on an order; returns the order, None where it is not of this run."""
        found = self.owner(report.name)
        if found is None:
            return None
        tracked, version = found
        if version.venue_order_id and report.venue_order_id not in {"", version.venue_order_id}:
            # Somebody has given the name of an order that has ended to one of their own.
            return None
        self._confirm(tracked, version, report)
        version.filled = max(version.filled, report.filled)
        if report.status in _ENDS and version.end is None:
            version.end = report
        if report.fill is not None:
            self._count_reported(tracked, version, report, report.fill)
        if report.is_triggered:
            self.kernel.report_triggered(tracked.order_id)
        version.last_report = report
        self._finish(tracked, version)
        return tracked

    def count_list(self, tracked: TrackedOrder, version: OrderVersion, fills: Sequence[VenueFill]) -> None:
        """Take in a list of all trades of a version."""
        for trade_id, fill in version.trades.count_list(fills):
            self._report_fill(tracked, version, trade_id, fill)
        self._finish(tracked, version)

    def refuse_place(self, tracked: TrackedOrder, version: OrderVersion, reason: str) -> None:
        """A version was certainly not placed."""
        version.has_ended = True
        if version.number == 0:
            self.kernel.report_rejected(tracked.order_id, reason)
        else:
            self._refuse_change(tracked, version.number, reason)
        self._forget_ended(tracked)

    def refuse_replace(self, tracked: TrackedOrder, number: int, reason: str) -> None:
        """A change was certainly not made."""
        version = tracked.version(number)
        if version is not None:
            version.has_ended = True
        self._refuse_change(tracked, number, reason)
        self._forget_ended(tracked)

    def _refuse_change(self, tracked: TrackedOrder, number: int, reason: str) -> None:
        if tracked.change is not None and tracked.change.version == number:
            tracked.change = None
            tracked.is_two_step = False
        self.kernel.report_replace_rejected(tracked.order_id, number, reason)
        # The version before it that had ended for its sake has ended for good.
        current = tracked.current
        if current.number < number and current.has_ended and current.end is not None:
            self._report_end(tracked, current.end)

    def _confirm(self, tracked: TrackedOrder, version: OrderVersion, report: OrderReport) -> None:
        if report.venue_order_id:
            version.venue_order_id = report.venue_order_id
        if version.is_confirmed or report.status == "rejected":
            return
        version.is_confirmed = True
        if version.number == 0:
            self.kernel.report_accepted(tracked.order_id, report.venue_order_id or None)
            return
        self.kernel.report_replaced(tracked.order_id, version.number)
        if tracked.change is not None and tracked.change.version == version.number:
            tracked.change = None
            tracked.is_two_step = False
        if report.venue_order_id == next(
            (each.venue_order_id for each in tracked.versions if each.number < version.number), None
        ):
            # The venue has changed the order itself: the older version is this one.
            self._merge_older(tracked, version)

    def _merge_older(self, tracked: TrackedOrder, version: OrderVersion) -> None:
        for older in tracked.versions:
            if older.number < version.number and older.venue_order_id == version.venue_order_id:
                older.has_ended = True
                version.trades, version.filled = older.trades, max(version.filled, older.filled)
        # Its trades are counted by the newest version from here on.
        tracked.versions = [
            each for each in tracked.versions if each is version or each.trades is not version.trades
        ]

    def _count_reported(
        self, tracked: TrackedOrder, version: OrderVersion, report: OrderReport, fill: VenueFill
    ) -> None:
        if fill.quantity <= 0 or fill.price <= 0:
            # Not a trade as it stands (F20); the filled quantity tells whether one is missing.
            return
        trade_id = version.trades.count(fill, report.filled)
        if trade_id is not None:
            self._report_fill(tracked, version, trade_id, fill)

    def _report_fill(
        self, tracked: TrackedOrder, version: OrderVersion, trade_id: int, fill: VenueFill
    ) -> None:
        is_last = version.end is not None and version.end.status == "filled" and not version.lacks_trades
        # Versions that are orders of their own may share a trade id with an older one.
        self.kernel.report_fill(
            tracked.order_id,
            trade_id=trade_id + (version.number << 72),
            price=fill.price,
            quantity=fill.quantity,
            liquidity=fill.liquidity,
            fee=fill.fee,
            fee_currency=fill.fee_currency,
            is_last=is_last,
        )

    def _finish(self, tracked: TrackedOrder, version: OrderVersion) -> None:
        """Tell the end of a version once all that has traded is counted."""
        end = version.end
        if end is None or version.has_ended or version.lacks_trades:
            return
        version.has_ended = True
        is_between_steps = tracked.is_two_step and tracked.change is not None
        if end.status == "rejected":
            self._reject(tracked, version, end.reason)
        elif version is tracked.current and not is_between_steps:
            # With a newer version on its way this may be the replace, whatever the venue calls it.
            self._report_end(tracked, end)
        self._forget_ended(tracked)

    def _reject(self, tracked: TrackedOrder, version: OrderVersion, reason: str) -> None:
        if version.number == 0:
            self.kernel.report_rejected(tracked.order_id, reason or "rejected by the venue")
        else:
            self._refuse_change(tracked, version.number, reason or "rejected by the venue")

    def _report_end(self, tracked: TrackedOrder, end: OrderReport) -> None:
        if end.status == "cancelled":
            self.kernel.report_cancelled(tracked.order_id, end.reason or "cancelled")
        elif end.status == "expired":
            self.kernel.report_expired(tracked.order_id, end.reason or "expired at the venue")
        # Of a filled order the kernel knows by its quantity, and by its last trade.

    def _forget_ended(self, tracked: TrackedOrder) -> None:
        if not tracked.has_ended:
            return
        tracked.is_cancel_wanted = False
        client_order_id = tracked.command.client_order_id
        if self._live.pop(client_order_id, None) is not None:
            self._ended[client_order_id] = tracked
            if len(self._ended) > _ENDED_KEPT:
                self._ended.popitem(last=False)
