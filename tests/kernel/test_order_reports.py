"""Orders survive whatever venues report: twice, late, out of order, and untrue.

Compared, after every step of a random history of commands and reports over an `alphaforge_rs.Runtime`
with a venue outside:

- every change of state with the table in `docs/order-states.md`;
- balances, fees and positions with the sum of the fills that the runtime says it has counted;
- locked money with the worst case of the orders that are live;
- what was recorded of an order with what it is.

Then, for venues that tell the truth but in any order and more than once: the end with the venue's own.

By default 5,000 steps are taken; `ALPHAFORGE_TEST_SCALE=50` takes 250,000.
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from alphaforge_rs import (
    Alert,
    EventBatch,
    Fill,
    Instrument,
    InstrumentTable,
    Order,
    Runtime,
    StrategyPort,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

START_NS = 1_767_225_600_000_000_000
SCALE = int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
STEPS = 100

MONEY = Context(prec=100)
HIGHEST_FEE = Decimal("0.001")
START_MONEY = {"A": Decimal(100), "B": Decimal(10_000)}
TICK, LOT = Decimal("0.5"), Decimal("0.01")
TABLE = InstrumentTable(
    [Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size=TICK, lot_size=LOT)]
)

STATES = (
    "held",
    "intent",
    "sent",
    "open",
    "partially_filled",
    "pending_cancel",
    "pending_replace",
    "unknown",
    "filled",
    "cancelled",
    "rejected",
    "expired",
    "denied",
)
ENDED = {"filled", "cancelled", "rejected", "expired", "denied"}
# A replace may be on its way besides, which the table does not show.
MAYBE_REPLACING = {"pending_cancel", "unknown", "cancelled", "expired"}
# Where the table says "open", an order is sent, open or partially filled, as the facts are.
WORKING = {"sent", "open", "partially_filled"}
# The reports that say nothing but what happened, by the name of their row in the table.
PLAIN_REPORTS = {
    "accepted": "report_accepted",
    "cancelled": "report_cancelled",
    "cancel rejected": "report_cancel_rejected",
    "rejected": "report_rejected",
    "expired": "report_expired",
    "lost": "report_lost",
}
ANSWERS_TO_REPLACE = ("replaced", "replace rejected")


@cache
def documented_table() -> dict[tuple[str, str], str]:
    """The cells of the table in the docs, by event and state, in plain words."""
    text = (Path(__file__).parents[2] / "docs" / "order-states.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip(" *") for cell in row] for row in rows]
    header = next(row for row in cells if row[0] == "event")
    body = cells[cells.index(header) + 1 :]
    return {(row[0], state): cell for row in body for state, cell in zip(header[1:], row[1:], strict=True)}


def test_the_table_of_the_docs_is_whole() -> None:
    """The states are the thirteen, and each event has an answer in each."""
    table = documented_table()
    assert tuple(dict.fromkeys(state for _, state in table)) == STATES
    assert len(table) == 15 * len(STATES)
    words = {cell for cell in table.values() if not cell.startswith("→ ")}
    assert words == {"stays", "duplicate", "stale", "refused", "impossible"}
    assert {cell.removeprefix("→ ") for cell in table.values()} - words <= set(STATES)


@dataclass(frozen=True)
class Report:
    """A venue's word on an order."""

    event: str
    order_id: int
    price: Decimal = TICK
    quantity: Decimal = LOT
    trade_id: int = 0
    fee: Decimal = Decimal(0)
    fee_currency: str = "FEE"
    version: int = 0
    """Which replace an answer to one is about."""

    def deliver(self, runtime: Runtime) -> None:
        if self.event == "filled":
            runtime.report_fill(
                self.order_id,
                trade_id=self.trade_id,
                price=self.price,
                quantity=self.quantity,
                liquidity="taker",
                fee=self.fee,
                fee_currency=self.fee_currency,
            )
        elif self.event == "replaced":
            runtime.report_replaced(self.order_id, self.version)
        elif self.event == "replace rejected":
            runtime.report_replace_rejected(self.order_id, self.version, "the venue says so")
        elif self.event == "accepted":
            runtime.report_accepted(self.order_id, f"venue-{self.order_id}")
        else:
            getattr(runtime, PLAIN_REPORTS[self.event])(self.order_id, "the venue says so")


def new_node() -> tuple[Runtime, StrategyPort, Instrument]:
    (instrument,) = TABLE.instruments
    runtime = Runtime("main", 1, TABLE, raise_fault)
    runtime.add_external_venue("X", highest_fee=HIGHEST_FEE)
    runtime.add_instruments()
    port = runtime.add_strategy("only", {})
    for currency, total in START_MONEY.items():
        runtime.set_balance("X", currency, total)
    return runtime, port, instrument


def raise_fault(strategy: str, callback: str, error: BaseException) -> None:
    """The strategy of these tests has no callbacks, so none can raise."""
    raise AssertionError(f"{strategy}.{callback} raised") from error


def worst_case(side: str, price: Decimal, remaining: Decimal) -> Decimal:
    """What one version of an order can take at worst: a sale its base, a purchase its value and the highest
    fee. All of it is exact here: tick, lot and fee rate have six decimals together.
    """
    if side == "sell":
        return remaining
    return MONEY.multiply(MONEY.multiply(price, remaining), 1 + HIGHEST_FEE)


def texts(records: list[Any]) -> list[str]:
    return [record.text for record in records if isinstance(record, Alert)]


# Which order, and whether it must be one that is live.
PICK = st.tuples(st.integers(0, 11), st.booleans())
PRICES = st.integers(1, 8).map(lambda ticks: ticks * TICK)
LOTS = st.integers(1, 6).map(lambda lots: lots * LOT)
FEES = st.integers(-3, 9).map(lambda fee: Decimal(fee).scaleb(-3))
SIDES = st.sampled_from(("buy", "sell"))
COMMANDS = ("submit",) * 4 + ("replace",) * 4 + ("hand over",) * 2 + ("cancel",) * 2 + ("cancel all",)
MOST_ORDERS = 12

# How an order comes into each state in the ordinary course, without being handed over.
PATHS: dict[str, tuple[str, ...]] = {
    "held": (),
    "intent": (),
    "sent": ("released",),
    "open": ("accepted",),
    "partially_filled": ("accepted", "filled in part"),
    "pending_cancel": ("accepted", "cancel requested"),
    "pending_replace": ("accepted", "replace requested"),
    "unknown": ("lost",),
    "filled": ("accepted", "filled"),
    "cancelled": ("accepted", "cancelled"),
    "rejected": ("rejected",),
    "expired": ("accepted", "expired"),
    "denied": (),
}
# Only an order that waits to be handed over can be handed over, and only one that is held comes due. The end
# of one that is held is the node's own doing: no venue can report it.
NEVER_RELEASED = {("released", "sent"), ("released", "denied"), ("released", "held")}
NEVER_REPORTED = {("cancelled", "held"), ("expired", "held")}
NEVER_DUE = {
    (event, state) for event, state in documented_table() if event in {"due", "denied"} and state != "held"
}
OF_HELD = {(event, state) for event, state in documented_table() if state == "held"}


def happen(event: str, runtime: Runtime, port: StrategyPort, order_id: int) -> None:
    """Let an event of the table happen to an order of 4 lots."""
    order = port.order(order_id)
    # A size other than the first fill's; a denied order is larger than any account.
    part = LOT if not order.filled_decimal else 2 * LOT
    trade_id = 1 + int(order.filled_decimal / LOT)
    if event == "released":
        runtime.take_outbox()
    elif event in {"due", "denied"}:
        if event == "denied":
            runtime.operate("halted", "for this test", cancel_orders=False)
        batch = EventBatch(TABLE)
        batch.add_trade(0, START_NS, START_NS, 1, str(TICK), "1", "sell")
        runtime.run(batch)
    elif event == "cancel requested":
        port.cancel(order_id)
    elif event == "replace requested":
        port.replace(order_id, 3 * TICK, 5 * LOT)
    elif event == "filled in part":
        Report("filled", order_id, quantity=part, trade_id=trade_id).deliver(runtime)
    elif event == "filled":
        # While a replace is on its way, all of the order is all of its larger version.
        whole = 5 * LOT if order.state == "pending_replace" else order.quantity_decimal
        rest = max(whole - order.filled_decimal, LOT)
        Report("filled", order_id, quantity=rest, trade_id=trade_id).deliver(runtime)
    else:
        asked = 1 if order.state == "pending_replace" else 0
        Report(event, order_id, version=asked).deliver(runtime)


@pytest.mark.parametrize(
    ("event", "state"), sorted(set(documented_table()) - NEVER_RELEASED - NEVER_REPORTED - NEVER_DUE)
)
def test_every_cell_of_the_table_is_true(event: str, state: str) -> None:
    """An order is brought into the state, the event happens, and it is what the table says."""
    runtime, port, instrument = new_node()
    lots = 100_000 if state == "denied" else 4 * LOT
    held = {"stop": TICK} if state == "held" else {}
    order_id = port.submit(instrument, "sell", lots, 2 * TICK, **held).order_id
    for step in PATHS[state]:
        happen(step, runtime, port, order_id)
    assert port.order(order_id).state == state
    runtime.take_records()
    happen(event, runtime, port, order_id)
    cell = documented_table()[event, state]
    assert port.order(order_id).state == (cell.removeprefix("→ ") if cell.startswith("→ ") else state)
    alerts = texts(runtime.take_records())
    if (event, state) in {("filled in part", "filled"), ("filled", "filled")}:
        assert alerts == ["trade 5 would fill more than was ordered; it is not counted"]
    elif event in ANSWERS_TO_REPLACE and state not in {"pending_replace", "held"}:
        # The table shows answers that come late; here no replace was ever asked for.
        assert [text.split(":")[0] for text in alerts] == ["impossible report"]
    else:
        assert any(text.startswith("impossible report") for text in alerts) == (cell == "impossible")


@pytest.mark.parametrize("event", sorted([*PLAIN_REPORTS, *ANSWERS_TO_REPLACE]))
def test_a_report_on_an_unknown_order_is_said(event: str) -> None:
    runtime, _, _ = new_node()
    Report(event, 2**40 + 1).deliver(runtime)
    assert texts(runtime.take_records()) == ["a venue reported an order of ours that is not known here"]


class AnyReports(RuleBasedStateMachine):
    """Commands and reports in any order; the invariants hold after each."""

    reached: ClassVar[set[tuple[str, str]]] = set()
    """The cells of the table that were compared in any run."""

    @initialize()
    def begin(self) -> None:
        self.runtime, self.port, self.instrument = new_node()
        self.reports: list[Report] = []
        self.fills: list[Fill] = []
        self.told: dict[int, str] = {}
        self.ended: dict[int, str] = {}
        self.acknowledged: set[int] = set()
        self.replaced: dict[int, tuple[Decimal, Decimal]] = {}
        self.versions: dict[int, int] = defaultdict(int)
        self.waiting: set[int] = set()
        self.waiting_replaces: set[int] = set()
        self.place("buy", 4 * LOT, 4 * TICK)
        assert self.place("sell", 100_000, 1) == "denied"
        self.hand_over()

    # Few rules, each of many kinds: Hypothesis leaves whole rules out of a run at random.

    @rule(kind=st.sampled_from(COMMANDS), pick=PICK, side=SIDES, price=PRICES, lots=LOTS)
    def command(self, kind: str, pick: tuple[int, bool], side: str, price: Decimal, lots: Decimal) -> None:
        if kind == "submit" and len(self.told) < MOST_ORDERS:
            assert self.place(side, lots, price) == "intent"
        elif kind == "replace":
            self.replace(self.pick_order(pick), price, lots)
        elif kind == "cancel":
            self.cancel(self.pick_order(pick))
        elif kind == "cancel all":
            self.cancel_all(by_operator=pick[1])
        else:
            self.hand_over()

    @rule(
        event=st.sampled_from(("filled", "filled", "the rest", *ANSWERS_TO_REPLACE, *PLAIN_REPORTS)),
        pick=PICK,
        price=PRICES,
        lots=st.integers(0, 4).map(lambda lots: lots * LOT),
        trade_id=st.integers(1, 12),
        fee=FEES,
        fee_currency=st.sampled_from(("A", "B", "FEE")),
        off_by=st.sampled_from((0, 0, 0, 0, -1, 1)),
        now=st.sampled_from((True, True, True, False)),
    )
    def report(
        self, event: str, pick: tuple[int, bool], lots: Decimal, *, off_by: int, now: bool, **terms: Any
    ) -> None:
        """A venue says something; one word in four is held back and comes later, if at all.

        An answer is mostly one to the newest replace, else to the one before or to one never asked for.
        """
        order = self.pick_order(pick)
        if event == "the rest":
            # A fill of all that remains, which random sizes seldom hit.
            event, lots = "filled", max(order.remaining_decimal, LOT)
        version = max(self.versions[order.id] + off_by, 0) if event in ANSWERS_TO_REPLACE else 0
        self.reports.append(Report(event, order.id, quantity=lots, version=version, **terms))
        if now:
            self.deliver(self.reports[-1])

    @precondition(lambda self: self.reports)
    @rule(pick=st.integers(0, 40))
    def report_again(self, pick: int) -> None:
        """A report that was held back comes late; one that was delivered comes again."""
        self.deliver(self.reports[pick % len(self.reports)])

    def replace(self, before: Order, price: Decimal, lots: Decimal) -> None:
        outcome = self.port.replace(before.id, price, lots)
        self.collect()
        if outcome.accepted:
            self.check_change("replace requested", before)
            self.replaced[before.id] = (price, lots)
            self.versions[before.id] += 1
            self.waiting_replaces.add(before.id)
        else:
            # The gate and the order's own terms may refuse what the table allows.
            assert self.order(before.id).state == before.state

    def cancel(self, before: Order) -> None:
        outcome = self.port.cancel(before.id)
        self.collect()
        self.check_change("cancel requested", before)
        if before.id not in self.replaced or before.state not in MAYBE_REPLACING:
            assert outcome.accepted == (self.cell("cancel requested", before) != "refused")

    def cancel_all(self, *, by_operator: bool) -> None:
        orders = self.runtime.orders()
        if by_operator:
            self.runtime.operate("halted", "a person says so", cancel_orders=True)
            self.runtime.operate("active", "a person says so", by="ada")
        else:
            self.port.cancel_all()
        self.collect()
        for before in orders:
            if by_operator and before.id in self.waiting:
                # What had not left is taken back.
                self.check_change("cancelled", before)
            elif by_operator and before.id in self.waiting_replaces:
                states = {"pending_cancel", "filled", before.state}
                assert self.order(before.id).state in states
            else:
                self.check_change("cancel requested", before)
        if by_operator:
            self.waiting.clear()
            self.waiting_replaces.clear()

    def hand_over(self) -> None:
        before = {order.id: order for order in self.runtime.orders()}
        messages = self.runtime.take_outbox()
        self.collect()
        self.waiting.clear()
        self.waiting_replaces.clear()
        for message in messages:
            if message.kind == "submit":
                self.check_change("released", before[message.order_id])

    def deliver(self, report: Report) -> None:
        before = self.order(report.order_id)
        trades = {fill.trade_id for fill in self.fills if fill.order_id == report.order_id}
        report.deliver(self.runtime)
        records = self.collect()
        if report.event == "filled":
            if before.id not in self.replaced:
                # Where a replace is on its way a fill may be of either version; the invariants hold then too.
                self.check_fill(report, before, trades, records)
        elif report.event in ANSWERS_TO_REPLACE and not 0 < report.version == self.versions[before.id]:
            self.check_answer_to_another(report, before, records)
        else:
            self.check_change(report.event, before)
            is_impossible = self.cell(report.event, before) == "impossible"
            assert is_impossible == any("impossible report" in text for text in texts(records))
        is_word_of_it = report.event == "accepted" or (
            report.event == "replaced" and 0 < report.version <= self.versions[before.id]
        )
        if is_word_of_it and before.state != "denied":
            self.acknowledged.add(before.id)

    def check_answer_to_another(self, report: Report, before: Order, records: list[Any]) -> None:
        """An answer to an earlier replace changes nothing; one to a replace never asked for is said."""
        was_asked = 0 < report.version <= self.versions[before.id]
        assert was_asked != any("impossible report" in text for text in texts(records))
        assert self.order(before.id).state == before.state

    # What must hold for one change.

    def check_change(self, event: str, before: Order) -> None:
        """The order's state is now what the table says."""
        if before.id in self.replaced and before.state in (
            "pending_cancel",
            "unknown",
            "cancelled",
            "expired",
        ):
            return
        cell = self.cell(event, before)
        self.reached.add((event, before.state))
        after = self.order(before.id).state
        if cell == "→ open" and before.state == "pending_replace":
            assert after in {*WORKING, "filled"}
        elif cell == "→ open":
            assert after in WORKING
        elif cell.startswith("→ "):
            assert after == cell.removeprefix("→ ")
        else:
            assert after == before.state

    def cell(self, event: str, before: Order) -> str:
        if event == "rejected" and before.state in (
            "intent",
            "sent",
            "pending_cancel",
            "pending_replace",
            "unknown",
        ):
            # The table shows the ordinary course; the rule is that a venue refuses an order before it has
            # accepted or filled it, never after.
            return "impossible" if before.id in self.acknowledged else "→ rejected"
        return documented_table()[event, before.state]

    def check_fill(self, report: Report, before: Order, trades: set[int], records: list[Any]) -> None:
        """A fill is counted, once; or something is wrong with it, and an alert says what."""
        number = f"trade {report.trade_id}"
        if report.trade_id in trades:
            assert records == []
        elif not report.quantity:
            assert texts(records) == [f"{number} has no price or no quantity"]
        elif report.quantity > before.remaining_decimal:
            assert texts(records) == [f"{number} would fill more than was ordered; it is not counted"]
        elif before.state == "denied":
            assert [text.split(":")[0] for text in texts(records)] == ["impossible report"]
        else:
            (fill,) = (record for record in records if isinstance(record, Fill))
            assert as_reported(fill) == report
            late = [f"{number} came after the order had ended; it is counted"]
            assert texts(records) == (late if before.state in ENDED else [])
            completes = report.quantity == before.remaining_decimal
            self.check_change("filled" if completes else "filled in part", before)
            return
        assert not any(isinstance(record, Fill) for record in records)
        assert self.order(before.id).state == before.state

    # What must always hold.

    @invariant()
    def every_order_is_sound(self) -> None:
        for order in self.runtime.orders():
            assert order.state in STATES
            # An order that has ended may still trade while a replace of it is not answered.
            maybe_replacing = order.id in self.replaced and order.state in MAYBE_REPLACING
            assert maybe_replacing or order.is_live == (order.state not in ENDED)
            assert order.filled_decimal <= order.quantity_decimal
            assert self.told[order.id] == order.state
            fills = [fill for fill in self.fills if fill.order_id == order.id]
            assert order.filled_decimal == sum(fill.quantity_decimal for fill in fills)
            assert len({fill.trade_id for fill in fills}) == len(fills)

    @invariant()
    def an_end_is_an_end(self) -> None:
        for order in self.runtime.orders():
            ended = self.ended.get(order.id)
            if ended is not None and order.state != ended:
                # Only a late fill, or a late answer to a replace, moves an order that has ended.
                assert ended in {"cancelled", "rejected", "expired"}
                assert order.state == "filled"
            if order.state in ENDED:
                self.ended[order.id] = order.state

    @invariant()
    def money_is_the_sum_of_the_fills(self) -> None:
        totals: dict[str, Decimal] = defaultdict(Decimal, START_MONEY)
        fees: dict[str, Decimal] = defaultdict(Decimal)
        for fill in self.fills:
            sign = 1 if fill.side == "buy" else -1
            totals["A"] += sign * fill.quantity_decimal
            totals["B"] -= sign * fill.quantity_decimal * fill.price_decimal
            totals[fill.fee_currency] -= fill.fee_decimal
            fees[fill.fee_currency] += fill.fee_decimal
        assert {balance.currency: balance.total for balance in self.runtime.balances()} == totals
        position = self.port.position(self.instrument)
        assert position.quantity_decimal == totals["A"] - START_MONEY["A"] + fees["A"]
        assert position.fees == {fill.fee_currency: fees[fill.fee_currency] for fill in self.fills}
        assert self.runtime.counters().fills == len(self.fills)

    @invariant()
    def locks_are_those_of_the_live_orders(self) -> None:
        least = dict.fromkeys(START_MONEY, Decimal(0))
        perhaps_more = dict.fromkeys(START_MONEY, Decimal(0))
        for order in (order for order in self.runtime.orders() if order.is_live):
            currency = "A" if order.side == "sell" else "B"
            if order.state not in ENDED:
                least[currency] += worst_case(order.side, order.price_decimal, order.remaining_decimal)
            if order.id in self.replaced and order.state not in WORKING:
                # A replace may be on its way: then the new version is locked for besides the old one.
                price, lots = self.replaced[order.id]
                remaining = max(lots - order.filled_decimal, Decimal(0))
                perhaps_more[currency] += worst_case(order.side, price, remaining)
        for currency in START_MONEY:
            locked = self.port.balance("X", currency).locked
            assert 0 <= least[currency] <= locked <= least[currency] + perhaps_more[currency]
        assert {b.currency for b in self.runtime.balances() if b.locked} <= set(START_MONEY)

    # Small helpers.

    def place(self, side: str, quantity: Decimal | int, price: Decimal | int) -> str:
        """Send an order; returns the state it then has."""
        outcome = self.port.submit(self.instrument, side, quantity, price)
        self.collect()
        state = self.order(outcome.order_id).state
        assert outcome.accepted == (state != "denied")
        if outcome.accepted:
            self.waiting.add(outcome.order_id)
        return state

    def order(self, order_id: int) -> Order:
        return self.port.order(order_id)

    def pick_order(self, pick: tuple[int, bool]) -> Order:
        number, only_live = pick
        orders = self.runtime.orders()
        live = [order for order in orders if order.is_live]
        chosen = live if only_live and live else orders
        return chosen[number % len(chosen)]

    def collect(self) -> list[Any]:
        """Take the records in; returns them."""
        records = self.runtime.take_records()
        for record in records:
            if isinstance(record, Fill):
                self.fills.append(record)
                self.acknowledged.add(record.order_id)
            elif isinstance(record, Order):
                self.told[record.id] = record.state
        return records


def as_reported(fill: Fill) -> Report:
    return Report(
        "filled",
        fill.order_id,
        fill.price_decimal,
        fill.quantity_decimal,
        fill.trade_id,
        fill.fee_decimal,
        fill.fee_currency,
    )


def test_any_reports_in_any_order() -> None:
    """5,000 steps by default, 250,000 with ALPHAFORGE_TEST_SCALE=50."""
    AnyReports.reached.clear()
    run_state_machine_as_test(
        AnyReports,
        settings=settings(
            max_examples=50 * SCALE, stateful_step_count=STEPS, derandomize=True, deadline=None
        ),
    )
    # Runs that meet too little of the table compare too little.
    assert len(AnyReports.reached) > len(set(documented_table()) - NEVER_DUE - OF_HELD) / 2


@dataclass(frozen=True)
class Truth:
    """What really became of an order at the venue: its last terms, its fills, and its end."""

    side: str
    first_lots: int
    lots: int
    answer_to_replace: str | None
    fills: tuple[tuple[int, int], ...]
    end: str

    def reports(self, order_id: int) -> list[Report]:
        """All that the venue has to say, in the order in which it happened."""
        if self.end == "rejected":
            return [Report("rejected", order_id)]
        said = [Report("accepted", order_id)]
        if self.answer_to_replace is not None:
            said.append(Report(self.answer_to_replace, order_id, version=1))
        for trade_id, (lots, ticks) in enumerate(self.fills, start=1):
            said.append(Report("filled", order_id, ticks * TICK, lots * LOT, trade_id))
        if self.end in PLAIN_REPORTS:
            said.append(Report(self.end, order_id))
        return said


@st.composite
def truths(draw: st.DrawFn, *, replaced: bool) -> Truth:
    first_lots = draw(st.integers(1, 6))
    answer = draw(st.sampled_from(("replaced", "replace rejected"))) if replaced else None
    lots = draw(st.integers(1, 6)) if answer == "replaced" else first_lots
    fills = []
    while (left := lots - sum(size for size, _ in fills)) and draw(st.booleans()):
        fills.append((draw(st.integers(1, left)), draw(st.integers(1, 8))))
    ends = ["open"] if replaced else ["open", "cancelled", "expired", "rejected"][: 3 if fills else 4]
    end = draw(st.sampled_from(ends)) if left else "filled"
    return Truth(draw(SIDES), first_lots, lots, answer, tuple(fills), end)


@st.composite
def histories(draw: st.DrawFn, *, replaced: bool) -> tuple[list[Truth], list[tuple[int, int | None]]]:
    """Orders, and the order in which their reports come: (order, report), None where an answer was lost."""
    orders = draw(st.lists(truths(replaced=replaced), min_size=1, max_size=4))
    told: list[tuple[int, int | None]] = []
    for number, truth in enumerate(orders):
        for report in range(len(truth.reports(0))):
            told += [(number, report)] * draw(st.integers(1, 3))
        told += [(number, None)] * draw(st.integers(0, 1))
    return orders, draw(st.permutations(told))


class Teller:
    """A node whose venue tells the truth, in any order and more than once."""

    def __init__(self, orders: list[Truth], *, replaced: bool, handed_over: bool) -> None:
        self.orders = orders
        self.runtime, self.port, instrument = new_node()
        self.ids = [
            self.port.submit(instrument, order.side, order.first_lots * LOT, 2 * TICK).order_id
            for order in orders
        ]
        if handed_over:
            self.runtime.take_outbox()
        for order_id, order in zip(self.ids, orders, strict=True):
            # A request that the venue refuses may ask for anything.
            lots = order.lots if order.answer_to_replace == "replaced" else 5
            assert not replaced or self.port.replace(order_id, 3 * TICK, lots * LOT).accepted

    def tell(self, number: int, report: int | None) -> None:
        order_id = self.ids[number]
        told = Report("lost", order_id) if report is None else self.orders[number].reports(order_id)[report]
        told.deliver(self.runtime)

    def check_end(self) -> None:
        totals = dict(START_MONEY)
        for order_id, truth in zip(self.ids, self.orders, strict=True):
            order = self.port.order(order_id)
            assert order.filled_decimal == sum(lots for lots, _ in truth.fills) * LOT
            if truth.end == "open":
                assert order.is_live
                assert order.quantity_decimal == truth.lots * LOT
                assert order.price_decimal == (3 if truth.answer_to_replace == "replaced" else 2) * TICK
            else:
                # What became of the terms of an order that has ended is of no matter.
                assert order.state == truth.end
            sign = 1 if truth.side == "buy" else -1
            totals["A"] += sign * sum(lots for lots, _ in truth.fills) * LOT
            totals["B"] -= sign * sum(lots * ticks for lots, ticks in truth.fills) * LOT * TICK
        balances = {b.currency: b.total for b in self.runtime.balances() if b.currency in START_MONEY}
        assert balances == totals


@settings(max_examples=200 * SCALE, derandomize=True, deadline=None)
@given(history=histories(replaced=False), handed_over=st.booleans(), cancelled=st.booleans())
def test_the_truth_in_any_order_ends_the_same(
    history: tuple[list[Truth], list[tuple[int, int | None]]], *, handed_over: bool, cancelled: bool
) -> None:
    """200 histories by default, 10,000 with ALPHAFORGE_TEST_SCALE=50."""
    orders, told = history
    teller = Teller(orders, replaced=False, handed_over=handed_over)
    if cancelled:
        teller.port.cancel_all()
    for number, report in told:
        teller.tell(number, report)
    teller.check_end()


@settings(max_examples=200 * SCALE, derandomize=True, deadline=None)
@given(history=histories(replaced=True))
def test_the_truth_about_a_replace_in_any_order_ends_the_same(
    history: tuple[list[Truth], list[tuple[int, int | None]]],
) -> None:
    """One replace for each order; one that is cancelled or expires afterwards has a test of its own."""
    orders, told = history
    teller = Teller(orders, replaced=True, handed_over=True)
    for number, report in told:
        teller.tell(number, report)
    teller.check_end()


def open_order(runtime: Runtime, port: StrategyPort, instrument: Instrument, side: str) -> int:
    order_id = port.submit(instrument, side, LOT, 2 * TICK).order_id
    runtime.take_outbox()
    runtime.report_accepted(order_id)
    return order_id


@pytest.mark.parametrize("answer", ANSWERS_TO_REPLACE)
def test_a_second_answer_to_one_replace_does_not_answer_the_next(answer: str) -> None:
    """The venue says twice what became of the first replace; the second time the next one is on its way.

    The second replace is then carried out, and the order fills at its terms: that money must be counted.
    """
    runtime, port, instrument = new_node()
    order_id = open_order(runtime, port, instrument, "sell")
    assert port.replace(order_id, 3 * TICK, 3 * LOT).accepted
    Report(answer, order_id, version=1).deliver(runtime)
    assert port.replace(order_id, 4 * TICK, 5 * LOT).accepted
    Report(answer, order_id, version=1).deliver(runtime)
    Report("replaced", order_id, version=2).deliver(runtime)
    Report("filled", order_id, 4 * TICK, 5 * LOT, trade_id=1).deliver(runtime)
    order = port.order(order_id)
    assert (order.price_decimal, order.quantity_decimal) == (4 * TICK, 5 * LOT)
    assert (order.state, order.filled_decimal) == ("filled", 5 * LOT)


def test_a_replace_that_goes_out_names_the_version_that_its_answer_names() -> None:
    runtime, port, instrument = new_node()
    order_id = open_order(runtime, port, instrument, "sell")
    for version in (1, 2):
        assert port.replace(order_id, (2 + version) * TICK, 3 * LOT).accepted
        (message,) = runtime.take_outbox()
        assert (message.kind, message.version) == ("replace", version)
        runtime.report_replaced(order_id, version)
        assert port.order(order_id).price_decimal == (2 + version) * TICK


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_end_that_overtakes_a_replace_loses_no_fill(end: str) -> None:
    """The venue replaced the order, filled more than the old version held, and ended it.

    Its words come in another order, the end first. All of them are true, so the fill must be counted.
    """
    runtime, port, instrument = new_node()
    order_id = open_order(runtime, port, instrument, "sell")
    assert port.replace(order_id, 3 * TICK, 5 * LOT).accepted
    Report(end, order_id).deliver(runtime)
    Report("replaced", order_id, version=1).deliver(runtime)
    Report("filled", order_id, 3 * TICK, 4 * LOT, trade_id=1).deliver(runtime)
    order = port.order(order_id)
    assert (order.state, order.filled_decimal) == (end, 4 * LOT)


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_a_fill_that_overtakes_even_the_answer_to_its_replace_is_counted(end: str) -> None:
    """As above, but the fill comes before the venue says that it has replaced the order."""
    runtime, port, instrument = new_node()
    order_id = open_order(runtime, port, instrument, "sell")
    assert port.replace(order_id, 3 * TICK, 5 * LOT).accepted
    Report(end, order_id).deliver(runtime)
    Report("filled", order_id, 3 * TICK, 5 * LOT, trade_id=1).deliver(runtime)
    Report("replaced", order_id, version=1).deliver(runtime)
    order = port.order(order_id)
    assert (order.state, order.filled_decimal, order.quantity_decimal) == ("filled", 5 * LOT, 5 * LOT)
