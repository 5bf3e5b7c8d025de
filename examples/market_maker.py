"""Quotes both sides of the market and leans against what it holds: the fuller, the lower both prices.

alphaforge backtest examples/market_maker.py --data RECORDING --fees 0,0.0005
"""

from decimal import Decimal

from alphaforge import OrderHandle, Quote, Strategy, StrategyParams
from alphaforge.model.numbers import Side


class Params(StrategyParams):
    """Give these with --param, or under params in node.toml."""

    size: Decimal = Decimal("0.02")
    most: Decimal = Decimal("0.1")
    half_spread: Decimal = Decimal("0.0002")
    """How far each quote is from the centre, as a share of the price."""
    skew: Decimal = Decimal("0.0001")
    """How far the centre moves, as a share of the price, when it holds nothing or `most`."""
    requote_s: float = 0.5


class MarketMaker(Strategy[Params]):
    """Wants to hold half of `most`: with less it is eager to buy, with more it is eager to sell."""

    def on_start(self) -> None:
        self.mid: Decimal | None = None
        self.quotes: dict[Side, OrderHandle] = {}
        self.set_timer("requote", interval_s=self.params.requote_s)

    def on_quote(self, quote: Quote) -> None:
        self.mid = (quote.bid_decimal + quote.ask_decimal) / 2

    def on_timer(self, name: str) -> None:
        if self.mid is None:
            return
        held = self.position().quantity_decimal
        fullness = 2 * held / self.params.most - 1  # from -1, holding nothing, to 1
        centre = self.mid * (1 - self.params.skew * fullness)
        away = self.mid * self.params.half_spread
        self.keep("buy", centre - away, min(self.params.size, self.params.most - held))
        self.keep("sell", centre + away, min(self.params.size, held))

    def keep(self, side: Side, price: Decimal, size: Decimal) -> None:
        """Have one order of this side, at this price; none where there is nothing to trade."""
        handle = self.quotes.get(side)
        order = handle.order if handle else None
        if order is None or not order.is_live:
            if size >= self.instrument.lot_size:
                self.quotes[side] = self.submit(side, size, price, post_only=True)
        elif order.state in {"open", "partially_filled"}:  # not while the venue is still to answer
            self.replace(order, price=price)

    def on_stop(self) -> None:
        self.cancel_all()
