"""The strategy of `alphaforge demo`: a small market maker."""

from decimal import Decimal

from alphaforge_rs import Fill, Quote

from alphaforge.model.numbers import Side
from alphaforge.strategies.handle import OrderHandle
from alphaforge.strategies.params import StrategyParams
from alphaforge.strategies.strategy import Strategy


class DemoParams(StrategyParams):
    """What the market maker can be told."""

    size: Decimal = Decimal("0.02")
    """How much it quotes on each side."""
    half_spread: Decimal = Decimal(5)
    """How far from the middle it quotes, in the quote currency."""
    most: Decimal = Decimal("0.1")
    """The position beyond which it quotes on one side only."""
    requote_s: float = 0.25
    """How often it moves its quotes."""


class DemoMarketMaker(Strategy[DemoParams]):
    """Quotes both sides of the middle, leans against its position, and earns the spread."""

    def __init__(self, params: DemoParams) -> None:
        super().__init__(params)
        self.quotes: dict[Side, OrderHandle] = {}
        self.middle: float | None = None

    def on_start(self) -> None:
        """Quote on a timer, so that the venue is not flooded."""
        self.set_timer("requote", interval_s=self.params.requote_s)

    def on_quote(self, quote: Quote) -> None:
        """Remember where the market is."""
        self.middle = quote.mid

    def on_timer(self, name: str) -> None:
        """Move both quotes to where they belong now."""
        if self.middle is None:
            return
        position = self.position().quantity_decimal
        lean = self.params.half_spread * position / self.params.most
        middle = Decimal(str(self.middle)) - lean
        self.quote("buy", middle - self.params.half_spread, wanted=position < self.params.most)
        self.quote("sell", middle + self.params.half_spread, wanted=position > 0)

    def quote(self, side: Side, price: Decimal, *, wanted: bool) -> None:
        """Have one order of this side at this price, or none."""
        handle = self.quotes.get(side)
        order = handle.order if handle else None
        if handle and order and order.is_live:
            if order.state not in ("open", "partially_filled"):
                return
            if not wanted:
                handle.cancel()
            else:
                handle.replace(price=price)
        elif wanted:
            size = self.params.size
            if side == "sell":
                size = min(size, self.position().quantity_decimal)
            self.quotes[side] = self.submit(side, size, price, post_only=True)

    def on_fill(self, fill: Fill) -> None:
        """Say what traded."""
        self.log.debug("%r", fill)

    def on_stop(self) -> None:
        """Leave no order behind. What it holds it keeps, since it never pays for a trade."""
        self.cancel_all()
