"""Approved commands out, the venue's word back: the trading session of one venue."""

import logging
from collections.abc import Callable, Container, Coroutine, Sequence
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import anyio
from alphaforge_rs import VenueCommand
from anyio.abc import TaskGroup

from alphaforge.drivers.websocket import WebSocketConnection
from alphaforge.sansio.close_reason import CloseKind, CloseReason
from alphaforge.sansio.errors import NotSentError
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_actions import Cancel, OrderAction, Place, Replace
from alphaforge.sansio.venue_events import (
    Account,
    Answer,
    Answered,
    Doubtful,
    Fault,
    OrderReport,
    Refused,
    RenewalAdvised,
    Result,
    SessionLost,
    SessionReady,
    TradingEvent,
)
from alphaforge.venues.doubt import Doubt
from alphaforge.venues.open_request import CUT_OFF, TAKEN_BACK, OpenRequest, is_unsent, no_room
from alphaforge.venues.order_tracker import OrderTracker
from alphaforge.venues.reconciliation import Reconciliation
from alphaforge.venues.tracked_order import OrderVersion, TrackedOrder
from alphaforge.venues.venue_link import Execute, VenueLink

log = logging.getLogger("alphaforge.venues")

_WATCH_S = 0.05
_TRADES_AFTER_S = 0.3
"""How long a trade that the venue has counted may take until it comes by itself."""
_LATE_NS = 1_000_000_000
"""A trade that is told so long after it happened may come after the balances that it has changed."""


class TradingSession:
    """One account at one venue. It implements the handler of its WebSocket connection."""

    def __init__(self, link: VenueLink, tracker: OrderTracker, execute: Execute) -> None:
        self.link = link
        self.tracker = tracker
        self.is_ready = anyio.Event()
        """Set once reports come in and the first reconciliation is done."""
        self._execute = execute
        self._requests: dict[str, OpenRequest] = {}
        self._over_http: list[OpenRequest] = []
        self._request_ids = count(1)
        self._connection: WebSocketConnection | None = None
        """The connection that is logged on; None while there is none."""
        self._tasks: TaskGroup | None = None
        self._reconciliation = Reconciliation(link, tracker, execute, self.doubt)

    async def run(self) -> None:
        """Watch for requests without answer and reconcile, until cancelled."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            tasks.start_soon(self._reconciliation.run, self.is_ready)
            while True:
                await anyio.sleep(_WATCH_S)
                self._give_up_on_late()

    # Commands out.

    def send(self, command: VenueCommand) -> None:
        """Send an approved command. What becomes of it is reported to the kernel, now or later."""
        now_s = self.link.clock.monotonic_s()
        if command.kind == "submit":
            tracked = self.tracker.place(command, now_s)
            self._do(tracked, tracked.current, Place(command))
            return
        found = self.tracker.find(command.client_order_id)
        if found is None:
            raise LookupError(f"{command.client_order_id}: a {command.kind} of an order that never left")
        if command.kind == "cancel":
            self._cancel(found)
        else:
            self._replace(found, command, now_s)

    def _cancel(self, tracked: TrackedOrder) -> None:
        if not tracked.is_cancel_wanted:
            tracked.is_cancel_wanted, tracked.is_cancel_sent = True, False
        for version in tracked.versions:
            if not version.has_ended:
                self._do(tracked, version, tracked.cancel(version))

    def _replace(self, tracked: TrackedOrder, change: VenueCommand, now_s: float) -> None:
        tracked.change = change
        old = tracked.current
        shrunk_to = tracked.shrunk_to(change)
        is_untouched = old.is_confirmed and old.filled == 0
        if self.link.traits.replaces_in_one_step and (is_untouched or shrunk_to is not None):
            cancel = tracked.cancel(old)
            action = Replace(cancel, tracked.place_change(), shrunk_to)
            self._do(tracked, self.tracker.begin_replace(tracked, now_s), action)
            return
        # Where it may have traded, what is left is only known once it has ended.
        tracked.is_two_step = True
        self._do(tracked, old, tracked.cancel(old))

    def _do(self, tracked: TrackedOrder, version: OrderVersion, action: OrderAction) -> None:
        now_s = self.link.clock.monotonic_s()
        if not isinstance(action, Cancel):
            version.sent_at_s = now_s
        tracked.requests += 1
        request_id = f"{next(self._request_ids)}"
        doubtful_at_s = now_s + self.link.traits.answer_within_s
        message = None
        if self._connection is not None:
            message = self.link.codec.message(action, request_id, self.link.venue_now_ns())
        request = OpenRequest(tracked, version, action, doubtful_at_s, message, self._connection)
        if message is not None:
            priority = Priority.CANCEL if isinstance(action, Cancel) else Priority.ORDER
            wait_s = self.link.budget.reserve(1, priority, self.link.clock.now_s())
            if wait_s > 0:
                self._start(self._take_later, request, no_room(wait_s))
                return
            if self._send_text(message):
                self._requests[request_id] = request
                tracked.is_cancel_sent |= not request.would_trade
                return
        self._over_http.append(request)
        self._start(self._do_over_http, request)

    def _start(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: object) -> None:
        if self._tasks is None:
            raise RuntimeError("a trading session sends only while it runs")
        self._tasks.start_soon(work, *arguments)

    async def _take_later(self, request: OpenRequest, result: Result) -> None:
        self._execute(lambda: self._take(request, result))

    def _send_text(self, message: bytes) -> bool:
        """Whether it has left or waits its turn; if not, not a byte of it has left."""
        if self._connection is None:
            return False
        try:
            self._connection.send_text(message)
        except NotSentError as error:
            log.warning("%s: %s; sent over HTTP instead", self.link.venue, error)
            return False
        return True

    async def _do_over_http(self, request: OpenRequest) -> None:
        result: Result = CUT_OFF
        with request.scope:
            result = await self.link.ask(request.action)
        self._over_http.remove(request)
        self._execute(lambda: self._take(request, result))

    def recall(self, orders: Container[int]) -> None:
        """Trading is halted: nothing of these orders leaves any more but cancels."""
        for key, request in list(self._requests.items()):
            if request.would_trade and request.tracked.order_id in orders and request.take_back():
                del self._requests[key]
                self._take(request, TAKEN_BACK)
        for request in self._over_http:
            if request.would_trade and request.tracked.order_id in orders:
                request.scope.cancel()
        for tracked in self.tracker.live():
            if tracked.is_two_step and tracked.change is not None and tracked.order_id in orders:
                self.tracker.refuse_replace(tracked, tracked.change.version or 0, TAKEN_BACK.text)

    @property
    def is_connected(self) -> bool:
        """Whether reports come in."""
        return self._connection is not None

    def unwritten_cancels(self, orders: Container[int]) -> int:
        """Of how many of these orders no cancel has left yet."""
        live = [tracked for tracked in self.tracker.live() if tracked.order_id in orders]
        if self._connection is not None and self._connection.pending_bytes:
            return len(live)
        return sum(not tracked.is_cancel_sent for tracked in live)

    # The venue's word back.

    def on_open(self, connection: WebSocketConnection) -> None:
        """A connection was opened: log on."""
        for message in self.link.codec.opening(self.link.venue_now_ns()):
            connection.send_text(message)

    def on_messages(self, connection: WebSocketConnection, messages: list[bytes], ts_recv_ns: int) -> None:
        """What the venue has said, in its order."""
        events: list[TradingEvent] = []
        venue_now_ns = self.link.venue_now_ns()
        for message in messages:
            events += self.link.codec.receive(message, venue_now_ns)
        if events:
            self._execute(lambda: self._take_events(connection, events))

    def on_close(self, connection: WebSocketConnection, reason: CloseReason) -> None:
        """A connection has ended: what it was asked and did not answer is in doubt."""
        if connection is not self._connection:
            return
        self._connection = None
        if reason.kind is not CloseKind.CLOSED_BY_US:
            self._execute(lambda: self.tracker.tell(f"the trading session is interrupted: {reason}"))
        lost = list(self._requests.values())
        self._requests.clear()
        self._execute(lambda: self._lose(lost, f"the connection ended: {reason}"))

    def _lose(self, requests: Sequence[OpenRequest], why: str) -> None:
        for request in requests:
            self._take(request, Doubtful(why))

    def _take_events(self, connection: WebSocketConnection, events: Sequence[TradingEvent]) -> None:
        for event in events:
            match event:
                case OrderReport():
                    self._take_report(event)
                case Answer(request_id, result) if request_id in self._requests:
                    self._take(self._requests.pop(request_id), result)
                case Account() if connection is self._connection:
                    # While one connection replaces another, the older one's word on balances may be late.
                    self._reconciliation.take_account(event)
                case SessionReady():
                    self._begin(connection)
                case SessionLost(reason, retry_after_s):
                    self.link.silence(retry_after_s)
                    self.tracker.tell(f"the account's stream has ended: {reason}")
                    # A clock that was set is one of the reasons.
                    self.link.offset.doubt()
                    connection.close(reason)
                case RenewalAdvised(reason):
                    connection.renew(reason)
                case Fault(text):
                    self.tracker.tell(text)
                    # It may have been a report.
                    self._reconciliation.ask_soon()

    def _begin(self, connection: WebSocketConnection) -> None:
        """Orders go over this connection from now on; what it may have missed is asked for."""
        self._connection = connection
        connection.ready()
        self._reconciliation.ask_now()

    def _take_report(self, report: OrderReport) -> None:
        self._reconciliation.note_activity()
        tracked = self.tracker.apply(report)
        if tracked is None:
            self._reconciliation.take_foreign(report)
            return
        fill = report.fill
        if fill is not None and self.link.venue_now_ns() - fill.ts_event > _LATE_NS:
            # Balances that were told meanwhile hold it already, and it was counted on top of them.
            self._reconciliation.ask_soon()
        self._go_on(tracked)

    def _take(self, request: OpenRequest, result: Result) -> None:
        """The result of a request."""
        tracked, version = request.tracked, request.version
        tracked.requests -= 1
        if not request.would_trade and not is_unsent(result):
            tracked.is_cancel_sent = True
        self._reconciliation.note_activity()
        match result:
            case Answered(reports, fills):
                for report in reports:
                    self.tracker.apply(report)
                if fills:
                    self.tracker.count_list(tracked, version, fills)
            case Refused():
                for report in result.reports:
                    self.tracker.apply(report)
                self._refuse(request, result)
            case Doubtful(text):
                self.tracker.kernel.report_lost(tracked.order_id, text)
                self.doubt(tracked)
        self._go_on(tracked)

    def _refuse(self, request: OpenRequest, refused: Refused) -> None:
        tracked, version = request.tracked, request.version
        told = f"{refused.code}: {refused.text}"
        if refused.kind == "clock":
            self.link.offset.doubt()
        if refused.kind == "rate_limited" and refused.code != "not_sent":
            self.link.silence(refused.retry_after_s)
        match request.action:
            case Place():
                self.tracker.refuse_place(tracked, version, told)
            case Replace():
                self.tracker.refuse_replace(tracked, version.number, told)
                if refused.kind == "unknown_order":
                    self.doubt(tracked)
            case Cancel() if refused.kind == "unknown_order":
                # It has ended, or is not there yet: the venue knows which.
                self.doubt(tracked)
            case Cancel() if refused.is_transient and tracked.is_cancel_wanted:
                self._cancel_again(tracked, refused.retry_after_s or 0.0, told)
            case Cancel():
                if tracked.is_two_step and tracked.change is not None:
                    self.tracker.refuse_replace(tracked, tracked.change.version or 0, told)
                tracked.is_cancel_wanted = False
                self.tracker.kernel.report_cancel_rejected(tracked.order_id, told)

    def _go_on(self, tracked: TrackedOrder) -> None:
        """What follows from what an order is now."""
        if not tracked.is_in_doubt and any(version.lacks_trades for version in tracked.versions):
            self.doubt(tracked, after_s=_TRADES_AFTER_S)
        if tracked.is_two_step and tracked.change is not None and tracked.current.has_ended:
            self._second_step(tracked)

    def _second_step(self, tracked: TrackedOrder) -> None:
        """The old version of a replace has ended: place the new one, if that is still wanted."""
        end = tracked.current.end
        place = tracked.place_change()
        number = (tracked.change.version if tracked.change is not None else None) or 0
        is_possible = end is not None and end.status == "cancelled"
        if is_possible and not tracked.is_cancel_wanted and (place.quantity or 0) > 0:
            tracked.is_two_step = False
            self._do(tracked, self.tracker.begin_replace(tracked, self.link.clock.monotonic_s()), place)
            return
        self.tracker.refuse_replace(tracked, number, "the order has ended before it was replaced")

    def doubt(self, tracked: TrackedOrder, *, after_s: float = 0.0) -> None:
        """Ask the venue what became of an order, unless it is being asked already."""
        tracked.is_doubt_renewed = tracked.is_in_doubt
        if tracked.is_in_doubt or self._tasks is None:
            return
        tracked.is_in_doubt = True
        self._tasks.start_soon(self._resolve, tracked, after_s)

    async def _resolve(self, tracked: TrackedOrder, after_s: float) -> None:
        counted = tracked.filled
        await Doubt(self.link, self.tracker, tracked, self._execute).resolve(after_s=after_s)
        while tracked.is_doubt_renewed:
            tracked.is_doubt_renewed = False
            await Doubt(self.link, self.tracker, tracked, self._execute).resolve(after_s=0.0)
        tracked.is_in_doubt = False
        self._execute(lambda: self._resolved(tracked, counted))

    def _resolved(self, tracked: TrackedOrder, counted: Decimal) -> None:
        """The venue has said what became of an order."""
        self._reconciliation.note_activity()
        if tracked.filled != counted:
            # The account's stream may have told these trades' balances before they were counted here.
            self._reconciliation.ask_now()
        change = tracked.change
        if (
            tracked.is_two_step
            and change is not None
            and not tracked.current.has_ended
            and not tracked.requests
        ):
            self.tracker.refuse_replace(tracked, change.version or 0, "the cancel before it was not done")
        if not tracked.has_ended:
            self.tracker.kernel.report_accepted(tracked.order_id, tracked.current.venue_order_id)
            if tracked.is_cancel_wanted and tracked.requests == 0:
                self._cancel_again(tracked, 0.0, "the venue still has the order")
        self._go_on(tracked)

    def _cancel_again(self, tracked: TrackedOrder, after_s: float, why: str) -> None:
        """A cancel that could not be done: it is wanted until the order has ended."""
        tracked.cancel_failures += 1
        if tracked.cancel_failures == 1:
            text = f"the cancel could not be done and is sent again: {why}"
            self.tracker.tell(text, tracked)
        if not tracked.is_cancel_due and self._tasks is not None:
            tracked.is_cancel_due = True
            pause_s = max(after_s, tracked.cancel_pause_s)
            self._tasks.start_soon(self._cancel_when_due, tracked, pause_s)

    async def _cancel_when_due(self, tracked: TrackedOrder, after_s: float) -> None:
        await anyio.sleep(after_s)
        tracked.is_cancel_due = False
        self._execute(lambda: self._cancel(tracked) if tracked.is_cancel_wanted else None)

    def on_not_sent(self, connection: WebSocketConnection, data: bytes) -> None:
        """A message waited too long and was taken back: what it asked for was certainly not done."""
        unsent = [key for key, request in self._requests.items() if request.message is data]
        for key in unsent:
            request = self._requests.pop(key)
            request.tracked.is_cancel_sent = False
            text = f"not sent: {connection.plan.name} takes no more for now"
            refused = Refused("unavailable", "not_sent", text, is_transient=True)
            self._execute(partial(self._take, request, refused))

    def _give_up_on_late(self) -> None:
        now_s = self.link.clock.monotonic_s()
        late = [key for key, request in self._requests.items() if request.doubtful_at_s <= now_s]
        if late:
            requests = [self._requests.pop(key) for key in late]
            why = f"no answer within {self.link.traits.answer_within_s:g} s"
            if self._connection is not None:
                self._connection.renew(why)
            self._execute(lambda: self._lose(requests, why))
