"""Products → instruments.

Source: Advanced Trade API, `GET /api/v3/brokerage/market/products`. Prices round to
`price_increment`, which differs from `quote_increment`.
"""

import msgspec
from alphaforge.model.errors import DataError, InstrumentError
from alphaforge.model.instrument import Instrument

VENUE = "COINBASE"


class Product(msgspec.Struct):
    """A product, as far as it is used."""

    product_id: str
    base_currency_id: str
    quote_currency_id: str
    price_increment: str
    base_increment: str
    base_min_size: str
    base_max_size: str
    quote_min_size: str
    quote_max_size: str
    status: str
    is_disabled: bool = False
    trading_disabled: bool = False
    cancel_only: bool = False
    product_type: str = "SPOT"


class ProductList(msgspec.Struct):
    """A page of products."""

    products: list[Product]


def parse_instruments(body: bytes) -> list[Instrument]:
    """The spot instruments of a product list.

    Raises:
        DataError: it is not a product list, or a product cannot be an instrument.
    """
    try:
        page = msgspec.json.decode(body, type=ProductList)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not a product list of Coinbase Advanced Trade: {error}") from error
    return [_instrument(product) for product in page.products if product.product_type == "SPOT"]


def _instrument(product: Product) -> Instrument:
    try:
        return Instrument(
            venue=VENUE,
            symbol=product.product_id,
            base=product.base_currency_id,
            quote=product.quote_currency_id,
            tick_size=product.price_increment,
            lot_size=product.base_increment,
            min_quantity=product.base_min_size,
            max_quantity=product.base_max_size,
            min_notional=product.quote_min_size,
            max_notional=product.quote_max_size,
            status=_status(product),
        )
    except (InstrumentError, ValueError) as error:
        raise DataError(f"product {product.product_id!r} of Coinbase Advanced Trade: {error}") from error


def _status(product: Product) -> str:
    if product.status != "online" or product.is_disabled or product.trading_disabled:
        return "halted"
    return "cancel_only" if product.cancel_only else "trading"
