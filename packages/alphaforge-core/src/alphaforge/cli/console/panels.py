"""The parts of the console, each made of what it shows and the room it has."""

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from alphaforge.cli.console.chart import line_chart
from alphaforge.cli.console.style import (
    ACCENT,
    BUY,
    DIM,
    SELL,
    WARN,
    clock,
    colour_of,
    side_style,
    signed,
)
from alphaforge.cli.console.tape import Line, Told
from alphaforge.engine.snapshot import NodeSnapshot
from alphaforge.model.orders import Order, Position

_KINDS = {
    "fill": (ACCENT, "fill"),
    "open": (DIM, "open"),
    "cancel": (DIM, "cancel"),
    "expire": (DIM, "expire"),
    "reject": (SELL, "reject"),
    "denied": (WARN, "denied"),
    "alert": (SELL, "alert"),
}
_LABEL_WIDTH = 9
_MIDDLING, _WIDE = 54, 62
"""The widths from which on a strategy's profit is told in parts, and its average price too."""


def grid(*columns: str) -> Table:
    """A table without lines; columns are `left` or `right`."""
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    for column in columns:
        table.add_column(justify="right" if column == "right" else "left", no_wrap=True, overflow="ellipsis")
    return table


def chart(values: Sequence[float], width: int, height: int, decimals: int, style: str) -> Text:
    """A chart with the highest and the lowest value beside it."""
    room = max(width - _LABEL_WIDTH - 1, 4)
    lines = line_chart(values, room, height)
    shown = list(values)[-2 * room :]
    labels = dict.fromkeys(range(height), "")
    if shown:
        labels[height - 1] = f"{min(shown):,.{decimals}f}"
        labels[0] = f"{max(shown):,.{decimals}f}"
    drawn = Text()
    for number, line in enumerate(lines):
        drawn.append(line, style=style).append(f" {labels[number]:>{_LABEL_WIDTH}}", style=DIM)
        drawn.append("\n" if number < height - 1 else "")
    return drawn


def strategies(snapshot: NodeSnapshot, names: Sequence[str], *, width: int) -> Table:
    """The position and the profit of each strategy, and of all together; in a wide panel their parts too."""
    columns = ["position"]
    columns += ["average"] if width >= _WIDE else []
    columns += ["realised", "open"] if width >= _MIDDLING else []
    columns += ["fees", "net"]
    table = grid("left", *["right"] * len(columns))
    table.add_row("", *(Text(column, style=DIM) for column in columns))
    nets: list[Decimal | None] = []
    for name, position in strategy_rows(snapshot, names):
        title = Text(f"● {name}", style=colour_of(name, names))
        if position is None:
            table.add_row(title, *(Text("-", style=DIM) for _ in columns))
            continue
        fees = position.fees.get(position.instrument.quote, Decimal(0))
        nets.append(_net(position, fees))
        average = position.average_price_decimal
        quantity = f"{position.quantity_decimal.normalize():f}"
        cells = {
            "position": Text(quantity, style=DIM if position.is_flat else "bold"),
            "average": Text("-" if average is None else f"{average:,.1f}", style=DIM),
            "realised": signed(position.realised),
            "open": signed(position.unrealised),
            "fees": signed(-fees),
            "net": signed(nets[-1]),
        }
        table.add_row(title, *(cells[column] for column in columns))
    total = None if None in nets else sum((net for net in nets if net is not None), Decimal(0))
    table.add_row(Text("all", style="bold"), *[""] * (len(columns) - 1), signed(total))
    return table


def strategy_rows(snapshot: NodeSnapshot, names: Sequence[str]) -> list[tuple[str, Position | None]]:
    """Each strategy with each of its positions; with none where it has not traded yet."""
    rows: list[tuple[str, Position | None]] = []
    for name in names:
        own = [(name, position) for position in snapshot.positions if position.strategy == name]
        rows += own or [(name, None)]
    return rows


def _net(position: Position, fees: Decimal) -> Decimal | None:
    if position.unrealised is None:
        return None
    return position.realised + position.unrealised - fees


def orders(snapshot: NodeSnapshot, names: Sequence[str], rows: int) -> Table:
    """The open orders, the newest first."""
    table = grid("left", "left", "right", "right", "right", "right")
    newest: Sequence[Order] = sorted(snapshot.open_orders, key=lambda order: -order.created_at)
    for order in newest[:rows]:
        price = order.price_decimal
        age_s = (snapshot.feed_time_ns - order.created_at) / 1e9
        table.add_row(
            Text(f"● {order.strategy}", style=colour_of(order.strategy, names)),
            Text(order.side, style=side_style(order.side)),
            f"{order.remaining_decimal.normalize():f}",
            "market" if price is None else f"{price:,.{order.instrument.price_decimals}f}",
            Text(order.state.replace("_", " "), style=DIM),
            Text(f"{age_s:.1f} s", style=DIM),
        )
    if not newest:
        table.add_row(Text("none", style=DIM), *[""] * 5)
    return table


def log(lines: Sequence[Line], names: Sequence[str], rows: int, width: int) -> Text:
    """The newest events, the newest at the bottom."""
    return Text("\n").join(_log_line(line, names, width) for line in list(lines)[-rows:])


def _log_line(line: Line, names: Sequence[str], width: int) -> Text:
    style, word = _KINDS.get(line.kind, (WARN, line.kind.lower()))
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{'' if line.ts is None else clock(line.ts):12} ", style=DIM)
    text.append("● " if line.strategy else "  ", style=colour_of(line.strategy, names))
    text.append(f"{word:7}", style=style)
    side, _, rest = line.text.partition(" ")
    if side in {"buy", "sell"}:
        text.append(f"{side:4} ", style=side_style(side)).append(
            rest, style="" if line.kind == "fill" else DIM
        )
    else:
        text.append(line.text, style=style)
    text.truncate(width, overflow="ellipsis")
    return text


def latencies(snapshot: NodeSnapshot, told: Told) -> list[tuple[str, str]]:
    """What is known of times, p50 and p99: an order's way to the venue and back, a turn of the engine."""
    found = []
    ordered = sorted(told.latencies_ms)
    if ordered:
        last = len(ordered) - 1
        found.append(("order", f"{ordered[last // 2]:.1f} / {ordered[round(last * 0.99)]:.1f} ms"))
    if snapshot.turns is not None:
        found.append(("turn", f"{snapshot.turns.p50_ns / 1e3:,.0f} / {snapshot.turns.p99_ns / 1e3:,.0f} µs"))
    return found


def change_style(values: Sequence[float]) -> str:
    """The colour of a chart: whether its end is above its beginning."""
    return BUY if not values or values[-1] >= values[0] else SELL
