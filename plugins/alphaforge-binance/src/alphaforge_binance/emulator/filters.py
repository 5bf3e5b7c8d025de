"""The filters of a symbol, held against an order.

Source: binance-spot-api-docs, filters.md. A violation is refused with -1013, too many decimals with -1111.
"""

from decimal import Decimal

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.errors import ApiError, filter_failure, too_much_precision
from alphaforge_binance.emulator.market import Market
from alphaforge_binance.emulator.numbers import ZERO, is_multiple
from alphaforge_binance.emulator.order import MARKET_TYPES, STOP_TYPES, Order
from alphaforge_binance.emulator.symbols import Symbol

_MOST_DECIMALS = 8


def check_filters(order: Order, market: Market, account: Account, now_ns: int) -> None:
    """Refuse an order that a filter does not let through.

    Raises:
        ApiError: with Binance's code and text.
    """
    symbol = market.symbol
    _check_precision(order)
    for price in (order.price, order.stop_price):
        _check_price(symbol, price)
    is_market = order.type in MARKET_TYPES
    if order.quantity:
        check_quantity(symbol, order.quantity, is_market=is_market)
    if order.iceberg is not None:
        _check_iceberg(symbol, order)
    if order.trailing_bips is not None:
        low, high = symbol.trailing_bips
        if not low <= order.trailing_bips <= high:
            raise filter_failure("TRAILING_DELTA")
    average = market.average_price(now_ns)
    if order.price and average is not None:
        low_price, high_price = average * symbol.multiplier_down, average * symbol.multiplier_up
        if not low_price <= order.price <= high_price:
            raise filter_failure("PERCENT_PRICE_BY_SIDE")
    _check_notional(symbol, order, average, is_market=is_market)
    _check_counts(symbol, order, account)


def _check_precision(order: Order) -> None:
    for name, value in (
        ("quantity", order.quantity),
        ("price", order.price),
        ("stopPrice", order.stop_price),
        ("icebergQty", order.iceberg or ZERO),
        ("quoteOrderQty", order.quote_quantity),
    ):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > _MOST_DECIMALS:
            raise too_much_precision(name)


def _check_price(symbol: Symbol, price: Decimal) -> None:
    if price == 0:
        return
    is_within = symbol.min_price <= price <= symbol.max_price
    if not is_within or not is_multiple(price - symbol.min_price, symbol.tick_size):
        raise filter_failure("PRICE_FILTER")


def check_quantity(symbol: Symbol, quantity: Decimal, *, is_market: bool) -> None:
    """Refuse a quantity that is too small, too large, or not on the grid.

    Raises:
        ApiError: with Binance's code and text.
    """
    is_within = symbol.min_quantity <= quantity <= symbol.max_quantity
    if not is_within or not is_multiple(quantity - symbol.min_quantity, symbol.step_size):
        raise filter_failure("LOT_SIZE")
    if is_market and quantity > symbol.max_market_quantity:
        raise filter_failure("MARKET_LOT_SIZE")


def _check_iceberg(symbol: Symbol, order: Order) -> None:
    iceberg = order.iceberg or ZERO
    if iceberg > order.quantity:
        raise ApiError(-2010, "IcebergQty exceeds QTY.")
    if not is_multiple(iceberg, symbol.step_size):
        raise filter_failure("LOT_SIZE")
    if iceberg and -(-order.quantity // iceberg) > symbol.iceberg_parts:
        raise filter_failure("ICEBERG_PARTS")


def _check_notional(symbol: Symbol, order: Order, average: Decimal | None, *, is_market: bool) -> None:
    if order.quote_quantity:
        notional = order.quote_quantity
    else:
        price = order.price or order.stop_price or average
        if price is None:
            return
        notional = price * order.quantity
    if notional < symbol.min_notional or (not is_market and notional > symbol.max_notional):
        raise filter_failure("NOTIONAL")


def _check_counts(symbol: Symbol, order: Order, account: Account) -> None:
    others = list(account.open_in(symbol.name))
    if len(others) >= symbol.max_orders:
        raise filter_failure("MAX_NUM_ORDERS")
    waiting = sum(other.type in STOP_TYPES for other in others)
    if order.type in STOP_TYPES and waiting >= symbol.max_algo_orders:
        raise filter_failure("MAX_NUM_ALGO_ORDERS")
    icebergs = sum(other.iceberg is not None for other in others)
    if order.iceberg is not None and icebergs >= symbol.max_iceberg_orders:
        raise filter_failure("MAX_NUM_ICEBERG_ORDERS")
