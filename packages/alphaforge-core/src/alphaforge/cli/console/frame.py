"""A frame of the console: the parts, laid out for the size of the terminal."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console, RenderableType
from rich.layout import Layout
from rich.text import Text

from alphaforge.cli.console import panels
from alphaforge.cli.console.ladder import ladder
from alphaforge.cli.console.style import ACCENT, DIM, FRAME, SELL, WARN, panel
from alphaforge.cli.console.tape import Told
from alphaforge.engine.snapshot import NodeSnapshot

_WIDE, _TALL = 140, 40
"""From this size on there are three columns of panels."""
_ROOMY = 96
"""From this width on the book is wider."""
_MOST_PRICES = 600
_EDGES = 4
"""The columns of a panel's frame and padding; its rows are half as many."""


@dataclass
class Frames:
    """Makes frames, and remembers the prices they have shown."""

    title: str
    """What runs, such as `demo · seed 1`."""
    strategies: Sequence[str]
    colours: str | None
    """A colour system of rich; None for none."""
    _prices: list[float] = field(default_factory=list)

    def lines(self, snapshot: NodeSnapshot, told: Told, size: tuple[int, int]) -> list[str]:
        """A frame as lines of a terminal of this size, with its colours."""
        width, height = size
        console = self._console(width, height)
        console.print(self.layout(snapshot, told, size), height=height, end="")
        drawn = console.file
        text = drawn.getvalue() if isinstance(drawn, io.StringIO) else ""
        return text.split("\n")[:height]

    def layout(self, snapshot: NodeSnapshot, told: Told, size: tuple[int, int]) -> Layout:
        """A frame, laid out."""
        self._remember_price(snapshot)
        width, height = size
        root = Layout()
        root.split_column(
            Layout(self._header(snapshot, width), size=2),
            Layout(name="body"),
            Layout(self._footer(snapshot, told, width), size=1),
        )
        parts = _Parts(snapshot, told, self.strategies, self._prices)
        if width >= _WIDE and height >= _TALL:
            _lay_out_wide(root["body"], parts, width, height - 3)
        else:
            _lay_out_narrow(root["body"], parts, width, height - 3)
        return root

    def _console(self, width: int, height: int) -> Console:
        return Console(
            file=io.StringIO(),
            force_terminal=True,
            color_system=self.colours,  # type: ignore[arg-type]  # what another Console has found
            no_color=self.colours is None,
            width=width,
            height=height,
            legacy_windows=False,
        )

    def _remember_price(self, snapshot: NodeSnapshot) -> None:
        for book in snapshot.books[:1]:
            if book.bids and book.asks:
                self._prices.append(float(book.bids[0][0] + book.asks[0][0]) / 2)
        del self._prices[:-_MOST_PRICES]

    def _header(self, snapshot: NodeSnapshot, width: int) -> Text:
        done, total = snapshot.progress
        share = done / total if total else 0.0
        instruments = ", ".join(book.instrument.id for book in snapshot.books)
        left = Text.assemble(
            ("▲ AlphaForge", f"bold {ACCENT}"), ("  ", ""), (instruments, "bold"), (f"  {self.title}", DIM)
        )
        state_style = {"ready": "bold", "halted": f"bold {SELL}"}.get(snapshot.state.value, WARN)
        right = Text.assemble(
            (f"{snapshot.state.value}  ", state_style),
            (f"{_minutes(done)} / {_minutes(total)}", ""),
            (f"  {share:4.0%}", DIM),
        )
        left.truncate(max(width - len(right) - 3, 0), overflow="ellipsis")
        gap = max(width - 2 - len(left) - len(right), 1)
        filled = round((width - 2) * share)
        bar = Text.assemble(("━" * filled, ACCENT), ("━" * (width - 2 - filled), FRAME))
        line = Text(" ", no_wrap=True, overflow="crop")
        return line.append(left).append(" " * gap).append(right).append("\n ").append(bar)

    def _footer(self, snapshot: NodeSnapshot, told: Told, width: int) -> Text:
        times = [f"{name} {value}" for name, value in panels.latencies(snapshot, told)]
        counts = f"{snapshot.orders:,} orders · {snapshot.fills:,} fills"
        left = Text(" " + " · ".join([counts, *times]), style=DIM, no_wrap=True)
        right = Text("Ctrl-C ends ", style=DIM)
        left.truncate(width - len(right) - 1, overflow="ellipsis")
        return left.append(" " * (width - len(left) - len(right))).append(right)


def _minutes(ns: int) -> str:
    minutes, seconds = divmod(ns // 1_000_000_000, 60)
    return f"{minutes:02d}:{seconds:02d}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The panels, of what there is to show."""

    snapshot: NodeSnapshot
    told: Told
    names: Sequence[str]
    prices: Sequence[float]

    def book(self, width: int, height: int) -> RenderableType:
        if not self.snapshot.books:
            return panel("book", "")
        book = self.snapshot.books[0]
        inside = width - _EDGES, height - _EDGES // 2
        return panel("book", ladder(book, self.snapshot.open_orders, self.names, *inside))

    def price(self, width: int, height: int) -> RenderableType:
        decimals = self.snapshot.books[0].instrument.price_decimals if self.snapshot.books else 2
        style = panels.change_style(self.prices)
        drawn = panels.chart(self.prices, width - _EDGES, height - _EDGES // 2, decimals, style)
        last = f"{self.prices[-1]:,.{decimals}f}" if self.prices else ""
        return panel("price", drawn, last)

    def equity(self, width: int, height: int) -> RenderableType:
        style = panels.change_style(self.told.equity)
        drawn = panels.chart(self.told.equity, width - _EDGES, height - _EDGES // 2, 2, style)
        equity = self.snapshot.equity
        value = "" if equity is None else f"{equity:,.2f} {self.snapshot.reporting_currency}"
        return panel("equity", drawn, value)

    def strategies(self, width: int) -> RenderableType:
        table = panels.strategies(self.snapshot, self.names, width=width - _EDGES)
        return panel("strategies", table)

    def strategies_height(self) -> int:
        return len(panels.strategy_rows(self.snapshot, self.names)) + 4

    def orders(self, height: int) -> RenderableType:
        rows = height - _EDGES // 2
        return panel("open orders", panels.orders(self.snapshot, self.names, rows))

    def log(self, width: int, height: int) -> RenderableType:
        rows = height - _EDGES // 2
        return panel("events", panels.log(self.told.lines, self.names, rows, width - _EDGES))

    def latencies(self) -> RenderableType:
        names = {"order": "order out and back, simulated", "turn": "engine turn, wall clock"}
        table = panels.grid("left", "right")
        for name, value in panels.latencies(self.snapshot, self.told):
            table.add_row(Text(names[name], style=DIM), value)
        return panel("latencies, p50 / p99", table)


def _lay_out_narrow(body: Layout, parts: _Parts, width: int, height: int) -> None:
    """The book at the left; charts, strategies, orders and events below each other at its side."""
    book_width = 36 if width >= _ROOMY else 30
    room = width - book_width
    heights = _shares(height, charts=6, strategies=parts.strategies_height(), orders=4, log=5)
    half = room // 2
    charts = Layout(size=heights["charts"])
    charts.split_row(
        Layout(parts.price(half, heights["charts"]), size=half),
        Layout(parts.equity(room - half, heights["charts"])),
    )
    side = Layout()
    side.split_column(
        charts,
        Layout(parts.strategies(room), size=heights["strategies"]),
        Layout(parts.orders(heights["orders"]), size=heights["orders"]),
        Layout(parts.log(room, heights["log"]), size=heights["log"]),
    )
    body.split_row(Layout(parts.book(book_width, height), size=book_width), side)


def _lay_out_wide(body: Layout, parts: _Parts, width: int, height: int) -> None:
    """The book at the left, charts and events in the middle, all of strategies at the right."""
    book_width, side_width = 40, 68
    room = width - book_width - side_width
    latencies = 4
    charts = (height - latencies) // 2
    middle = Layout()
    middle.split_column(
        Layout(parts.price(room, charts), size=charts),
        Layout(parts.equity(room, height - latencies - charts)),
        Layout(parts.latencies(), size=latencies),
    )
    strategies = parts.strategies_height()
    orders = 6
    side = Layout(size=side_width)
    side.split_column(
        Layout(parts.strategies(side_width), size=strategies),
        Layout(parts.orders(orders), size=orders),
        Layout(parts.log(side_width, height - strategies - orders)),
    )
    body.split_row(Layout(parts.book(book_width, height), size=book_width), middle, side)


def _shares(height: int, **least: int) -> dict[str, int]:
    """What each part gets: its least, and what is left goes to the charts and to the events."""
    left = max(height - sum(least.values()), 0)
    return least | {"charts": least["charts"] + left // 3, "log": least["log"] + left - left // 3}
