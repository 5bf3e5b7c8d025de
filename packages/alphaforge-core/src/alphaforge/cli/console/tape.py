"""What the console knows from records: a sink of the node, which keeps the newest of each kind."""

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from typing_extensions import override

from alphaforge.model.orders import EquityPoint, Fill, Order, Record

_MOST_LINES = 200
_MOST_POINTS = 600
_MOST_LATENCIES = 1_000

_TOLD_STATES = {"cancelled": "cancel", "rejected": "reject", "denied": "denied", "expired": "expire"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the event log."""

    ts: int | None
    """Feed time; None for what the program itself says."""
    kind: str
    strategy: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the tape holds now."""

    lines: Sequence[Line]
    equity: Sequence[float]
    latencies_ms: Sequence[float]
    """How long orders took to the venue and back, in feed time."""
    reasons: int
    """How many alerts, rejections and warnings there were."""


@dataclass
class Tape:
    """Keeps what happened last. Written by the worker of its sink, read by whoever draws."""

    _lines: deque[Line] = field(default_factory=lambda: deque(maxlen=_MOST_LINES))
    _equity: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_POINTS))
    _latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_LATENCIES))
    _answered: set[str] = field(default_factory=set)
    _reasons: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Nothing has to be opened."""

    def close(self) -> None:
        """Nothing has to be closed."""

    def write(self, records: Sequence[Record]) -> None:
        """Take records."""
        with self._lock:
            for record in records:
                self._take(record)

    def note(self, kind: str, text: str) -> None:
        """Take a line of the program itself."""
        with self._lock:
            self._lines.append(Line(None, kind, None, text))
            self._reasons += 1

    def told(self) -> Told:
        """What there is now."""
        with self._lock:
            return Told(list(self._lines), list(self._equity), list(self._latencies_ms), self._reasons)

    def _take(self, record: Record) -> None:
        if isinstance(record, Order):
            self._take_order(record)
        elif isinstance(record, Fill):
            price = f"{record.price_decimal:,}"
            text = f"{record.side} {record.quantity_decimal} @ {price} {record.liquidity}"
            self._lines.append(Line(record.ts, "fill", record.strategy, text))
        elif isinstance(record, EquityPoint):
            if record.equity is not None:
                self._equity.append(float(record.equity))
        else:
            self._lines.append(Line(record.ts, "alert", None, record.text))
            self._reasons += 1

    def _take_order(self, order: Order) -> None:
        is_answered = order.state in {"open", "partially_filled", "filled"}
        if is_answered and order.client_order_id not in self._answered:
            self._latencies_ms.append((order.ts - order.created_at) / 1e6)
            if order.state == "open" and order.price_decimal is not None:
                self._lines.append(Line(order.ts, "open", order.strategy, _described(order)))
        if is_answered:
            self._answered.add(order.client_order_id)
        if not order.is_live:
            self._answered.discard(order.client_order_id)
        if order.state in _TOLD_STATES:
            why = f": {order.reason}" if order.reason and order.state != "cancelled" else ""
            kind = _TOLD_STATES[order.state]
            self._lines.append(Line(order.ts, kind, order.strategy, f"{_described(order)}{why}"))
            self._reasons += order.state in {"rejected", "denied"}


def _described(order: Order) -> str:
    price = order.price_decimal
    at = "at the market" if price is None else f"@ {price:,}"
    return f"{order.side} {order.quantity_decimal} {at}"


class _LogHandler(logging.Handler):
    """Shows log messages on the console, and keeps them for when it is gone."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.kept: deque[logging.LogRecord] = deque(maxlen=_MOST_LINES)
        self._tape = tape

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)
        self._tape.note(record.levelname, record.getMessage())


@contextmanager
def logging_to(tape: Tape) -> Iterator[None]:
    """Log messages go to the tape instead of the terminal, and to the terminal at the end."""
    root = logging.getLogger()
    before, handler = root.handlers[:], _LogHandler(tape)
    root.handlers[:] = [handler]
    try:
        yield
    finally:
        root.handlers[:] = before
        for record in handler.kept:
            root.handle(record)
