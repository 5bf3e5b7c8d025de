"""Whatever the market, the venue and the owner do: a group never closes more than there is to close.

A venue outside that takes no triggers, with delays in both directions, gets random groups (brackets and
one-cancels-the-other) and reduce-only orders. Requests and answers are in flight in two queues, so that
fills overtake cancels. After every step and at the end, when all is quiet, the rules of docs/orders.md
must hold.
"""

import os
import random
from collections import Counter, deque
from dataclasses import dataclass

import pytest
from alphaforge_rs import EventBatch, Instrument, InstrumentTable, Order, Runtime, VenueCommand

RUNS = 60 * int(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
STEPS = 200
START_NS = 1_767_225_600_000_000_000
INSTRUMENT = Instrument(venue="X", symbol="AB", base="A", quote="B", tick_size=1, lot_size=1)
AT_VENUE = {"intent", "sent", "open", "partially_filled", "pending_cancel", "pending_replace", "unknown"}


@dataclass
class Working:
    """An order as the venue has it."""

    side: str
    left: int


@dataclass
class Group:
    """The ids of a group, and what its owner has cancelled."""

    entry: int | None
    exits: tuple[int, int]
    quantity: int
    cancelled: bool = False


class Venue:
    """Takes requests and gives answers, each after a while and in order."""

    def __init__(self, runtime: Runtime, chance: random.Random) -> None:
        self.runtime = runtime
        self.chance = chance
        self.requests: deque[VenueCommand] = deque()
        self.answers: deque[tuple] = deque()
        self.orders: dict[int, Working] = {}
        self.seen: set[int] = set()
        self.trades = 0

    def take_in(self) -> None:
        """One request reaches the venue."""
        if not self.requests:
            return
        message = self.requests.popleft()
        order_id = message.order_id
        if message.kind == "submit":
            assert order_id not in self.seen, "sent twice"
            self.seen.add(order_id)
            if self.chance.random() < 0.05:
                self.answers.append(("report_rejected", order_id, "no"))
                return
            self.orders[order_id] = Working(message.side, int(message.quantity))
            self.answers.append(("report_accepted", order_id, None))
        elif order_id in self.orders:
            del self.orders[order_id]
            self.answers.append(("report_cancelled", order_id, "on request"))
        else:
            self.answers.append(("report_cancel_rejected", order_id, "no such order"))

    def trade(self) -> None:
        """Some order trades, whatever its price: the rules must hold on any market."""
        if not self.orders:
            return
        order_id = self.chance.choice(sorted(self.orders))
        order = self.orders[order_id]
        quantity = self.chance.randint(1, order.left)
        order.left -= quantity
        if not order.left:
            del self.orders[order_id]
        self.answers.append(("fill", order_id, quantity))

    def answer(self) -> None:
        """One answer reaches the node."""
        if not self.answers:
            return
        kind, order_id, detail = self.answers.popleft()
        if kind == "fill":
            self.trades += 1
            self.runtime.report_fill(
                order_id,
                trade_id=self.trades,
                price=100,
                quantity=detail,
                liquidity="maker",
                fee=0,
                fee_currency="B",
            )
        elif kind == "report_accepted":
            self.runtime.report_accepted(order_id, None)
        else:
            getattr(self.runtime, kind)(order_id, detail)


class Owner:
    """A strategy that trades at random, over a market that moves at random."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.table = InstrumentTable([INSTRUMENT])
        self.runtime = Runtime("main", 1, self.table, self._fault)
        self.runtime.add_external_venue("X", highest_fee=0)
        self.runtime.add_instruments()
        self.port = self.runtime.add_strategy("only", {})
        for currency in ("A", "B"):
            self.runtime.set_balance("X", currency, 10**9)
        self.venue = Venue(self.runtime, self.chance)
        self.groups: list[Group] = []
        self.seen: Counter[str] = Counter()
        self.now = START_NS
        self.price = 100
        self.trades = 0
        self.move()

    def _fault(self, strategy: str, callback: str, error: BaseException) -> None:
        raise AssertionError(f"{strategy}.{callback} raised") from error

    def move(self) -> None:
        """The market trades a few ticks away."""
        self.price = max(50, self.price + self.chance.randint(-6, 6))
        self.trades += 1
        self.now += 1_000_000
        batch = EventBatch(self.table)
        batch.add_trade(0, self.now, self.now, self.trades, str(self.price), "1", "buy")
        self.runtime.run(batch, self.now)

    def step(self) -> None:
        """Something happens: to the market, at the venue, on the way, or to the owner's mind."""
        act = self.chance.choices(
            (self.move, self.venue.take_in, self.venue.trade, self.venue.answer, self.begin, self.cancel),
            (4, 5, 2, 5, 1, 0.5),
        )[0]
        act()
        self.venue.requests.extend(self.runtime.take_outbox())

    def settle(self) -> None:
        """Everything in flight arrives, until nothing is left to say."""
        while self.venue.requests or self.venue.answers:
            self.venue.take_in()
            self.venue.answer()
            self.venue.requests.extend(self.runtime.take_outbox())

    def begin(self) -> None:
        side = self.chance.choice(("buy", "sell"))
        quantity = self.chance.randint(1, 5)
        kind = self.chance.choice(("bracket", "oco", "reduce"))
        self.seen[kind] += 1
        if kind == "reduce":
            stop = {"stop": self.price - 3} if self.chance.random() < 0.5 else {}
            outcome = self.port.submit(INSTRUMENT, "sell", quantity, reduce_only=True, **stop)
            self.seen["reduced" if outcome.accepted else "not reduced"] += 1
            return
        is_bracket = kind == "bracket"
        closes_by_selling = (side == "buy") == is_bracket
        away = self.chance.randint(1, 8) * (1 if closes_by_selling else -1)
        guard = {"trailing": 4} if self.chance.random() < 0.3 else {"stop": self.price - away}
        limit = self.price + away
        outcomes = self.port.submit_group(
            INSTRUMENT, side, quantity, entry=is_bracket, entry_price=self.price, limit=limit, **guard
        )
        *entry, take_profit, stop = [outcome.order_id for outcome in outcomes]
        self.groups.append(Group(entry[0] if entry else None, (take_profit, stop), quantity))

    def cancel(self) -> None:
        """The owner cancels one order of a group."""
        if self.groups:
            group = self.chance.choice(self.groups)
            target = self.chance.choice([one for one in (group.entry, *group.exits) if one is not None])
            group.cancelled = self.port.cancel(target).accepted or group.cancelled

    def order(self, order_id: int) -> Order:
        order = self.port.order(order_id)
        assert order is not None
        return order

    def left(self, group: Group) -> int:
        """What there is still to close."""
        to_close = group.quantity if group.entry is None else self.order(group.entry).filled
        return int(to_close - sum(self.order(one).filled for one in group.exits))

    def check(self) -> None:
        """What must hold at every moment."""
        for group in self.groups:
            assert self.left(group) >= 0, group
            exits = [self.order(one) for one in group.exits]
            assert sum(order.state in AT_VENUE for order in exits) <= 1, exits
            open_quantity = sum(order.remaining for order in exits if order.state in AT_VENUE)
            assert open_quantity <= self.left(group), exits

    def check_at_rest(self) -> None:
        """What must hold once all is quiet: nothing to close has no exit, and what there is has one."""
        self.check()
        for group in self.groups:
            orders = [self.order(one) for one in (group.entry, *group.exits) if one is not None]
            live = [order for order in orders if order.is_live]
            entry_is_over = group.entry is None or not self.order(group.entry).is_live
            refused = any(order.state in {"rejected", "denied"} for order in orders)
            if entry_is_over and self.left(group) == 0:
                assert live == [], group
                self.seen["closed"] += 1
            elif not group.cancelled and not refused:
                assert live, group
                self.seen["guarded"] += 1
            self.seen.update(order.state for order in orders)


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What the runs so far have come to."""
    return Counter()


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_group_never_closes_more_than_there_is(seed: int, seen: Counter[str]) -> None:
    owner = Owner(seed)
    for _ in range(STEPS):
        owner.step()
        owner.check()
    owner.settle()
    owner.check_at_rest()
    seen.update(owner.seen)


def test_everything_has_happened(seen: Counter[str]) -> None:
    wanted = {"bracket", "oco", "reduced", "not reduced", "closed", "guarded", "held", "filled", "cancelled"}
    assert {name for name in wanted if seen[name] < RUNS // 4} == set(), seen
