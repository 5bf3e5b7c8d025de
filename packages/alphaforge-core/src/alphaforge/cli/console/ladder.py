"""The book as a ladder, asks above bids, with our own orders where they rest."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from rich.text import Text

from alphaforge.cli.console.style import (
    BUY,
    BUY_DEPTH,
    DIM,
    SELL,
    SELL_DEPTH,
    colour_of,
)
from alphaforge.engine.snapshot import BookSnapshot
from alphaforge.model.orders import Order

_OWN_WIDTH = 8

Own: TypeAlias = Mapping[Decimal, tuple[Decimal, str]]
"""By price, how much of ours rests there, and whose it is."""


def ladder(
    book: BookSnapshot, orders: Sequence[Order], strategies: Sequence[str], width: int, height: int
) -> Text:
    """The levels of a book and our orders on it, in lines of this width."""
    if book.stale_reason is not None:
        return Text(f"the book is stale: {book.stale_reason}", style=DIM)
    rows = max((height - 1) // 2, 1)
    asks = _side(book, "sell", orders, rows)
    bids = _side(book, "buy", orders, rows)
    most = max((quantity for _, quantity, _ in (*asks, *bids)), default=Decimal(1)) or Decimal(1)
    lines = [Text("")] * (rows - len(asks))
    lines += [_line(row, most, book, strategies, width, is_bid=False) for row in reversed(asks)]
    lines.append(_middle(book, width))
    lines += [_line(row, most, book, strategies, width, is_bid=True) for row in bids]
    return Text("\n").join(lines)


_Row: TypeAlias = tuple[Decimal, Decimal, tuple[Decimal, str] | None]


def _side(book: BookSnapshot, side: str, orders: Sequence[Order], rows: int) -> list[_Row]:
    """The best levels of a side, and those where we have orders; all that fit, the best first."""
    own = _own(book, side, orders)
    levels = dict(book.bids if side == "buy" else book.asks)
    # What is ours stays in sight, however far away it rests.
    others = [price for price in levels if price not in own][: max(rows - len(own), 0)]
    prices = sorted([*own, *others], reverse=side == "buy")[:rows]
    return [(price, levels.get(price, Decimal(0)), own.get(price)) for price in prices]


def _own(book: BookSnapshot, side: str, orders: Sequence[Order]) -> Own:
    found: dict[Decimal, tuple[Decimal, str]] = defaultdict(lambda: (Decimal(0), ""))
    for order in orders:
        price = order.price_decimal
        if price is not None and order.side == side and order.instrument == book.instrument:
            found[price] = (found[price][0] + order.remaining_decimal, order.strategy)
    return dict(found)


def _line(
    row: _Row, most: Decimal, book: BookSnapshot, strategies: Sequence[str], width: int, *, is_bid: bool
) -> Text:
    """Our own quantity, the price, and what rests there, whose share of the most is the line's background."""
    price, quantity, own = row
    room = width - _OWN_WIDTH
    shown = f"{price:,.{book.instrument.price_decimals}f}"
    amount = f"{quantity:,.4f}" if quantity else ""
    line = Text(f"{shown}{amount.rjust(room - len(shown))}", style=DIM)
    line.stylize(BUY if is_bid else SELL, 0, len(shown))
    line.stylize(BUY_DEPTH if is_bid else SELL_DEPTH, room - round(room * float(quantity / most)), room)
    if own is None:
        return Text(" " * _OWN_WIDTH).append(line)
    own_quantity, strategy = own
    mark = Text(f"●{own_quantity.normalize():f}"[: _OWN_WIDTH - 1].ljust(_OWN_WIDTH), style="bold")
    mark.stylize(colour_of(strategy, strategies))
    return mark.append(line)


def _middle(book: BookSnapshot, width: int) -> Text:
    if not book.bids or not book.asks:
        return Text(" " * _OWN_WIDTH).append("one side only", style=DIM)
    bid, ask = book.bids[0][0], book.asks[0][0]
    decimals = book.instrument.price_decimals
    middle = Text(f"{(bid + ask) / 2:,.{decimals + 1}f}", style="bold")
    spread = Text(f"↕ {ask - bid:,.{decimals}f}", style=DIM)
    gap = max(width - _OWN_WIDTH - len(middle) - len(spread), 1)
    return Text(" " * _OWN_WIDTH).append(middle).append(" " * gap).append(spread)
