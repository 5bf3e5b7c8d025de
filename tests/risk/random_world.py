"""What venues, the market and people do to a node, at random, and to the naive model beside it."""

from decimal import Decimal

from alphaforge_rs import EventBatch

from tests.risk.naive_gate import Fill, Order, on_grid, scopes_of
from tests.risk.naive_limits import Limits, Market, Scope
from tests.risk.random_traders import CLOCK_NS, FEE, LIMITS, MARKETS, STRATEGIES, Traders


class World(Traders):
    """A node and all that happens to it."""

    def answer(self) -> None:
        """The venue says something of an order that lives."""
        order = self.some_order()
        if order is None or order.has_ended:
            return
        if order.replacing is not None and not order.is_doubtful and self.chance.random() < 0.7:
            self.answer_replace(order, order.replacing)
            return
        answers = [self.fill, self.fill, self.accept, self.lose]
        if order.replacing is None:
            answers += [self.end] + ([self.refuse_cancel] if order.is_cancelling else [])
            answers += [self.reject] if not order.is_acknowledged and not order.is_cancelling else []
        self.chance.choice(answers)(order)

    def accept(self, order: Order) -> None:
        """The venue has it."""
        self.runtime.report_accepted(order.id, None)
        order.is_acknowledged, order.is_doubtful = True, False

    def lose(self, order: Order) -> None:
        """An answer is lost."""
        self.runtime.report_lost(order.id, "no answer")
        order.is_doubtful, order.is_cancelling = True, False

    def reject(self, order: Order) -> None:
        """The venue refuses it."""
        self.runtime.report_rejected(order.id, "no")
        order.has_ended = True

    def end(self, order: Order) -> None:
        """It is cancelled or expires."""
        self.chance.choice((self.runtime.report_cancelled, self.runtime.report_expired))(order.id, "so be it")
        order.has_ended = True

    def refuse_cancel(self, order: Order) -> None:
        """It stays."""
        self.runtime.report_cancel_rejected(order.id, "no")
        order.is_cancelling = False

    def answer_replace(self, order: Order, new: tuple[Decimal, Decimal]) -> None:
        """A change is made, or not."""
        if self.chance.random() < 0.6:
            self.runtime.report_replaced(order.id, order.versions)
            order.limit = order.worst = new[0]
            order.quantity = max(new[1], order.filled)
            order.is_acknowledged = True
        else:
            self.runtime.report_replace_rejected(order.id, order.versions, "no")
        order.replacing = None
        order.has_ended = order.filled >= order.quantity

    def fill(self, order: Order) -> None:
        """It trades, at its price or better."""
        left = order.quantity - order.filled
        if left <= 0:
            return
        lot, tick = order.market.lot, order.market.tick
        quantity = min(
            left, max(lot, on_grid(left * Decimal(self.chance.choice((0.2, 0.5, 1))), lot, up=False))
        )
        assert order.worst is not None
        better = self.chance.randint(0, 2) * tick
        price = order.worst + (better if order.side == "sell" else -better)
        currency = self.chance.choice((order.market.quote, "F"))
        rate = self.chance.choice((FEE, FEE / 2, -FEE / 4))
        fee = price * quantity * rate if currency == order.market.quote else Decimal("0.01")
        self.trades += 1
        self.runtime.report_fill(
            order.id,
            trade_id=self.trades,
            price=price,
            quantity=quantity,
            liquidity="maker",
            fee=fee,
            fee_currency=currency,
        )
        order.filled += quantity
        order.is_acknowledged = True
        self.naive.fills.append(Fill(order, price, quantity, fee, currency))
        if order.filled >= max(order.quantity, order.replacing[1] if order.replacing else order.quantity):
            order.has_ended = True
        self.trim(order)

    def trim(self, filled: Order) -> None:
        """Orders that may only reduce, and could do more than that now, are cancelled, the newest first."""
        market, strategy = filled.market, filled.strategy
        position = self.naive.position(market, strategy)
        room = {"sell": position, "buy": -position}
        for order in self.naive.orders:
            if (
                order.reduce_only
                and not order.has_ended
                and (order.market, order.strategy) == (market, strategy)
            ):
                room[order.side] -= order.left
                if room[order.side] < 0 and not order.is_cancelling:
                    self.cancelled(order)

    def quote(self) -> None:
        """The market moves."""
        market = self.market()
        bid, _ = self.naive.quotes.get(market.id, (Decimal(100), Decimal(101)))
        bid = min(max(bid + self.chance.randint(-4, 4) * market.tick, Decimal(60)), Decimal(140))
        ask = bid + self.chance.randint(1, 4) * market.tick
        self.naive.now_ns += 1_000
        batch = EventBatch(self.table)
        handle = list(self.instruments).index(market.id)
        batch.add_quote(handle, self.naive.now_ns, None, None, str(bid), "1", str(ask), "1")
        self.runtime.run(batch, self.naive.now_ns)
        self.naive.quotes[market.id] = bid, ask

    def deposit(self) -> None:
        """Money comes."""
        venue, currency = self.chance.choice(
            (("X", "A"), ("X", "B"), ("X", "C"), ("X", "F"), ("Y", "A"), ("Y", "D"), ("Y", "B"))
        )
        total = self.naive.total(venue, currency) or Decimal(0)
        if total < 100_000:
            more = Decimal(self.chance.randint(1, 40) * (1_000 if currency in "BD" else 10))
            self.runtime.set_balance(venue, currency, total + more)
            self.naive.deposits[venue, currency] = (
                self.naive.deposits.get((venue, currency), Decimal(0)) + more
            )

    def operate(self) -> None:
        """Somebody halts, reduces or resumes something."""
        scope: Scope = self.chance.choice(
            [
                ("account", None),
                ("venue", self.chance.choice("XY")),
                ("strategy", self.chance.choice(STRATEGIES)),
                ("instrument", self.market().id),
            ]
        )
        state = self.chance.choice(("active", "active", "reducing", "halted"))
        cancels = self.chance.random() < 0.2
        self.runtime.operate(state, "so", scope=scope[0], name=scope[1], by="Ann", cancel_orders=cancels)
        self.naive.states[scope] = state
        if cancels:
            for order in self.naive.orders:
                if (
                    scope in scopes_of(order.strategy, order.market)
                    and not order.has_ended
                    and not order.is_cancelling
                ):
                    self.cancelled(order)

    def measure_clock(self) -> None:
        """A venue's clock is read."""
        venue, beyond = (
            self.chance.choice("XY"),
            self.chance.choice((-CLOCK_NS, 0, 1, CLOCK_NS, CLOCK_NS + 1)),
        )
        self.runtime.note_clock(venue, beyond)
        self.naive.clocks[venue] = beyond

    def resume(self) -> None:
        """All may trade."""
        for scope in self.naive.states:
            self.runtime.operate("active", "so", scope=scope[0], name=scope[1], by="Ann")
        self.naive.states.clear()

    def step(self) -> None:
        """Something happens."""
        (act,) = self.chance.choices(
            (
                self.submit,
                self.replace,
                self.cancel,
                self.answer,
                self.quote,
                self.pass_time,
                self.deposit,
                self.operate,
                self.resume,
                self.measure_clock,
            ),
            (12, 5, 3, 12, 3, 3, 1.5, 0.3, 0.6, 0.5),
        )
        before = len(self.naive.messages)
        act()
        assert len(self.runtime.take_outbox()) == len(self.naive.messages) - before, act

    # What must hold.

    def check(self) -> None:
        """No sum is beyond its limit, and the node has the same figures."""
        for (kind, name), limits in LIMITS.items():
            for market in MARKETS:
                if kind == "strategy" or (kind == "instrument" and name == market.id):
                    self.check_positions(market, name if kind == "strategy" else None, limits)
        for balance in self.runtime.balances():
            total = self.naive.total(balance.venue, balance.currency)
            assert balance.total == total
            assert balance.free == self.naive.free(balance.venue, balance.currency)
            at_risk = sum(
                max(order.locks(FEE))
                for order in self.naive.orders
                if (order.market.venue, order.market.spent(order.side)) == (balance.venue, balance.currency)
            )
            assert balance.total >= at_risk or balance.currency == "F"
        for position in self.runtime.positions():
            market = next(market for market in MARKETS if market.id == position.instrument.id)
            assert position.quantity_decimal == self.naive.position(market, position.strategy)

    def check_positions(self, market: Market, strategy: str | None, limits: Limits) -> None:
        """Of an order only one version trades in the end: a venue has the one or the other."""
        position = self.naive.position(market, strategy)
        for side, held, most in (("buy", position, limits.max_long), ("sell", -position, limits.max_short)):
            reached = held + sum(
                max(quantity for _, quantity in order.versions_left)
                for order in self.naive.orders
                if (order.market, order.side) == (market, side) and strategy in (None, order.strategy)
            )
            assert most is None or reached <= most, (market.id, strategy, side)
