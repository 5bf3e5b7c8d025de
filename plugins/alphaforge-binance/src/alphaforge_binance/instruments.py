"""exchangeInfo → instruments.

Source: binance-spot-api-docs, filters.md. A price or size of zero in a filter means "no bound".
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from alphaforge.model.errors import DataError, InstrumentError
from alphaforge.model.instrument import Instrument

from alphaforge_binance.messages import VENUE


class SymbolInfo(msgspec.Struct, rename="camel"):
    """A symbol of exchangeInfo."""

    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[dict[str, Any]]
    base_asset_precision: int = 8
    quote_asset_precision: int = 8


class SymbolList(msgspec.Struct):
    """exchangeInfo, as far as it is used."""

    symbols: list[SymbolInfo]


_STATUS = {"TRADING": "trading", "CANCEL_ONLY": "cancel_only"}


def parse_instruments(body: bytes) -> list[Instrument]:
    """The instruments of an exchangeInfo answer.

    Raises:
        DataError: it is not an exchangeInfo, or a symbol cannot be an instrument.
    """
    try:
        info = msgspec.json.decode(body, type=SymbolList)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not an exchangeInfo of Binance Spot: {error}") from error
    return [_checked(symbol) for symbol in info.symbols]


def _checked(info: SymbolInfo) -> Instrument:
    try:
        return _instrument(info)
    except (InstrumentError, ValueError) as error:
        raise DataError(f"symbol {info.symbol!r} of exchangeInfo: {error}") from error


def _instrument(info: SymbolInfo) -> Instrument:
    price = _filter(info.filters, "PRICE_FILTER")
    lot = _filter(info.filters, "LOT_SIZE")
    notional = _filter(info.filters, "NOTIONAL") or _filter(info.filters, "MIN_NOTIONAL")
    return Instrument(
        venue=VENUE,
        symbol=info.symbol,
        base=info.base_asset,
        quote=info.quote_asset,
        tick_size=_positive(price, "tickSize") or _step(info.quote_asset_precision),
        lot_size=_positive(lot, "stepSize") or _step(info.base_asset_precision),
        min_quantity=_positive(lot, "minQty"),
        max_quantity=_positive(lot, "maxQty"),
        min_price=_positive(price, "minPrice"),
        max_price=_positive(price, "maxPrice"),
        min_notional=_positive(notional, "minNotional"),
        max_notional=_positive(notional, "maxNotional"),
        status=_STATUS.get(info.status, "halted"),
    )


def _filter(filters: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    return next((found for found in filters if found.get("filterType") == name), {})


def _positive(found: dict[str, Any], field: str) -> Decimal | None:
    text = str(found.get(field, 0))
    try:
        is_positive = Decimal(text) > 0
    except InvalidOperation as error:
        raise ValueError(f"{field} {text!r} is no number") from error
    return Decimal(text) if is_positive else None


def _step(decimals: int) -> str:
    return f"1e-{decimals}"
