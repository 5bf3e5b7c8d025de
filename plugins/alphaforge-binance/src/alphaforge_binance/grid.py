"""Instruments of a recording that holds no exchangeInfo: their grid is taken from the data.

Binance pads prices and quantities with zeros to eight decimals. The grid that fits all data of a
symbol is the finest that occurs in it; whoever knows better gives the exchangeInfo.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from alphaforge.model.errors import DataError
from alphaforge.model.instrument import Instrument

from alphaforge_binance.messages import (
    VENUE,
    AggTrade,
    BookTicker,
    Depth,
    DepthUpdate,
    Kline,
    Message,
    Trade,
)

# The quote assets of Binance Spot, as of exchangeInfo in 2026; the longest that fits is meant.
_QUOTES = (
    "USDT", "USDC", "FDUSD", "TUSD", "USDP", "BUSD", "USD1", "USDS", "DAI", "AEUR", "EURI", "EUR",
    "GBP", "TRY", "BRL", "ARS", "JPY", "MXN", "COP", "CZK", "PLN", "RON", "UAH", "ZAR", "IDR",
    "AUD", "RUB", "NGN", "VAI", "IDRT", "BIDR", "BTC", "ETH", "BNB", "XRP", "TRX", "DOGE", "DOT",
    "SOL",
)  # fmt: skip


_WIRE_DECIMALS = 8


@dataclass(slots=True)
class Grid:
    """The decimals that the data of a symbol needs."""

    price_decimals: int = 0
    quantity_decimals: int = 0
    # What a text that fits the grid ends in; the test is much faster than counting decimals.
    _price_padding: str = "0" * _WIRE_DECIMALS
    _quantity_padding: str = "0" * _WIRE_DECIMALS

    def widen(self, message: Message) -> None:
        """Make room for all prices and quantities of a message."""
        if isinstance(message, DepthUpdate):
            self._widen_levels(message.b)
            self._widen_levels(message.a)
        elif isinstance(message, Depth):
            self._widen_levels(message.bids)
            self._widen_levels(message.asks)
        elif isinstance(message, BookTicker):
            self._widen_levels(((message.b, message.B), (message.a, message.A)))
        elif isinstance(message, Trade | AggTrade):
            self._widen_levels(((message.p, message.q),))
        elif isinstance(message, Kline):
            candle = message.k
            prices = (candle.o, candle.h, candle.l, candle.c)
            self._widen_levels((price, candle.v) for price in prices)

    def _widen_levels(self, levels: Iterable[tuple[str, str]]) -> None:
        for price, quantity in levels:
            if not price.endswith(self._price_padding):
                self.price_decimals = max(self.price_decimals, _decimals(price))
                self._price_padding = "0" * (_WIRE_DECIMALS - self.price_decimals)
            if not quantity.endswith(self._quantity_padding):
                self.quantity_decimals = max(self.quantity_decimals, _decimals(quantity))
                self._quantity_padding = "0" * (_WIRE_DECIMALS - self.quantity_decimals)

    def instrument(self, symbol: str) -> Instrument:
        """The instrument with this grid and no other bounds.

        Raises:
            DataError: base and quote cannot be told from the symbol.
        """
        quotes = [q for q in _QUOTES if symbol.endswith(q) and symbol != q]
        if not quotes:
            raise DataError(
                f"{symbol}: base and quote cannot be told from the symbol; give the venue's "
                "exchangeInfo with --instruments (feed.instruments_file)"
            )
        quote = max(quotes, key=len)
        return Instrument(
            venue=VENUE,
            symbol=symbol,
            base=symbol.removesuffix(quote),
            quote=quote,
            tick_size=f"1e-{self.price_decimals}",
            lot_size=f"1e-{self.quantity_decimals}",
        )

    def note(self, instrument: Instrument) -> str:
        """What a user must know of an instrument made from data."""
        return (
            f"{instrument.id}: the recording holds no exchangeInfo: {self.price_decimals} price and "
            f"{self.quantity_decimals} quantity decimals are taken from the data, {instrument.base} "
            f"and {instrument.quote} from the symbol, and no order filters apply"
        )


def _decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))
