"""Simulated traders: they quote around a fair price that wanders, take from each other, and from clients.

Their orders are in the same engine as everybody's. The same seed gives the same sequence of orders; when each
of them comes depends on the clock.
"""

import random
from collections import deque
from decimal import Decimal

from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.market import Market
from alphaforge_binance.emulator.order import Side

_FIRST_QUOTES = 40
_MOST_QUOTES = 120
_WIDEST_TICKS = 40
_TAKES, _CANCELS = 0.25, 0.35
_QUOTE_VALUE = Decimal(2_000)
"""About how much a common order is worth in the quote asset."""
_DRIFT = 0.00002
_SECOND_NS = 1_000_000_000


class SimulatedTraders:
    """The traders of one market."""

    def __init__(self, exchange: Exchange, market: Market, *, seed: int, steps_per_s: float) -> None:
        self._exchange = exchange
        self._market = market
        self._random = random.Random(f"{seed} {market.symbol.name}")  # noqa: S311 - replayable
        self._fair = market.symbol.price
        self._quotes: deque[int] = deque()
        self._interval_ns = round(_SECOND_NS / steps_per_s)
        self._due_ns: int | None = None

    def run_until(self, now_ns: int) -> None:
        """Do all that is due; after a pause or a jump of the clock the traders go on from now."""
        if self._due_ns is None:
            self._open()
            self._due_ns = now_ns
        if abs(now_ns - self._due_ns) > _SECOND_NS:
            self._due_ns = now_ns
        while self._due_ns <= now_ns:
            self._due_ns += self._interval_ns
            if self._market.symbol.status == "TRADING":
                self._step()

    def _open(self) -> None:
        for number in range(_FIRST_QUOTES):
            self._quote("BUY" if number % 2 else "SELL")
        self._take()

    def _step(self) -> None:
        drift = Decimal(str(self._random.gauss(0, _DRIFT)))
        lowest, highest = self._market.symbol.price / 2, self._market.symbol.price * 2
        self._fair = min(max(self._fair * (1 + drift), lowest), highest)
        draw = self._random.random()
        if draw < _TAKES:
            self._take()
        elif draw < _TAKES + _CANCELS and len(self._quotes) > _FIRST_QUOTES // 2:
            self._exchange.cancel_as_market(self._market, self._quotes.popleft())
        else:
            self._quote("BUY" if self._random.random() < 0.5 else "SELL")  # noqa: PLR2004 - a coin
        while len(self._quotes) > _MOST_QUOTES:
            self._exchange.cancel_as_market(self._market, self._quotes.popleft())

    def _quote(self, side: Side) -> None:
        """Rest an order near the fair price, never through it."""
        tick = self._market.symbol.tick_size
        distance = self._random.randint(1, _WIDEST_TICKS) * tick
        price = self._fair - distance if side == "BUY" else self._fair + distance
        price = price // tick * tick + (tick if side == "SELL" else 0)
        order_id = self._exchange.trade_as_market(self._market, side, self._size(), price)
        self._quotes.append(order_id)

    def _take(self) -> None:
        """Trade at once, up to a little past the best price."""
        side: Side = "BUY" if self._random.random() < 0.5 else "SELL"  # noqa: PLR2004 - a coin
        best = self._market.best("SELL" if side == "BUY" else "BUY")
        if best is None:
            self._quote("SELL" if side == "BUY" else "BUY")
            return
        slip = self._random.randint(0, 3) * self._market.symbol.tick_size
        price = best[0] + slip if side == "BUY" else best[0] - slip
        if price > 0:
            self._exchange.trade_as_market(self._market, side, self._size(), price, immediate=True)

    def _size(self) -> Decimal:
        symbol = self._market.symbol
        factor = Decimal(str(round(self._random.expovariate(1), 3)))
        size = _QUOTE_VALUE / self._fair * factor // symbol.step_size * symbol.step_size
        return max(size, symbol.min_quantity)
