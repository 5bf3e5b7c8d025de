"""How the console looks: its colours, and how it writes numbers and times."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from rich import box
from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

BUY = "#3ddc97"
SELL = "#ff6b6b"
BUY_DEPTH = "on #12352a"
SELL_DEPTH = "on #3b1d22"
ACCENT = "#5ac8fa"
DIM = "#7d8590"
FRAME = "#3d444d"
WARN = "#f5c542"
STRATEGIES = ("#f5c542", "#c792ea", "#82aaff", "#ffa657")
"""One for each strategy, in turn: its orders are marked with it."""


def panel(title: str, content: RenderableType, note: str = "") -> Panel:
    """A framed part of the console."""
    return Panel(
        content,
        title=Text(f" {title} ", style=f"bold {ACCENT}"),
        title_align="left",
        subtitle=Text(f" {note} ", style=DIM) if note else None,
        subtitle_align="right",
        border_style=FRAME,
        box=box.ROUNDED,
        padding=(0, 1),
    )


def colour_of(strategy: str | None, names: Sequence[str]) -> str:
    """The colour of a strategy."""
    return STRATEGIES[names.index(strategy) % len(STRATEGIES)] if strategy in names else DIM


def clock(ts: int) -> str:
    """A time of day with milliseconds, UTC."""
    seconds, ns = divmod(ts, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}.{ns // 1_000_000:03d}"


def signed(amount: Decimal | float | None, decimals: int = 2) -> Text:
    """An amount with its sign, in the colour of gain or loss; a dash where it is not known."""
    if amount is None:
        return Text("-", style=DIM)
    text = f"{amount:+,.{decimals}f}"
    is_zero = not text.strip("+-0.,")
    return Text(text.lstrip("+-") if is_zero else text, style=DIM if is_zero else BUY if amount > 0 else SELL)


def side_style(side: str) -> str:
    """The colour of a side."""
    return BUY if side == "buy" else SELL
