"""exchangeInfo → instruments.

Source: binance-spot-api-docs, filters.md. A price or size of zero in a filter means "no bound".
"""

import logging
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from alphaforge.model.errors import DataError, InstrumentError
from alphaforge.model.instrument import Instrument
from alphaforge.sansio.frame_decoder import FrameError

from alphaforge_binance.errors import ErrorBody
from alphaforge_binance.fields import decoded
from alphaforge_binance.messages import VENUE

log = logging.getLogger("alphaforge.binance")


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
    """The instruments of an exchangeInfo answer. A symbol that cannot be one is left out, and logged.

    Raises:
        DataError: it is not an exchangeInfo, or none of its symbols can be an instrument.
    """
    instruments, left_out = read_instruments(body)
    for reason in left_out:
        log.warning("left out: %s", reason)
    return instruments


def read_instruments(body: bytes) -> tuple[list[Instrument], list[str]]:
    """The instruments of an exchangeInfo answer, and why symbols were left out.

    Raises:
        DataError: as for `parse_instruments`.
    """
    instruments: list[Instrument] = []
    left_out: list[str] = []
    for symbol in _symbols(body):
        try:
            instruments.append(_instrument(symbol))
        except (InstrumentError, ValueError) as error:
            left_out.append(f"symbol {symbol.symbol!r} of exchangeInfo: {error}")
    if left_out and not instruments:
        raise DataError(left_out[0])
    return instruments, left_out


def _symbols(body: bytes) -> list[SymbolInfo]:
    try:
        return decoded(msgspec.json.Decoder(SymbolList), body).symbols
    except FrameError as error:
        raise DataError(_refusal(body) or f"not an exchangeInfo of Binance Spot: {error}") from error


def _refusal(body: bytes) -> str | None:
    """Binance's reason, where the body is an error."""
    try:
        error = decoded(msgspec.json.Decoder(ErrorBody), body)
    except FrameError:
        return None
    return f"Binance gives no instruments: {error.code} {error.msg}"


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
