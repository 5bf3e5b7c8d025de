"""What a trade costs."""

from decimal import Decimal

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.market import PublicTrade
from alphaforge_binance.emulator.numbers import eight_decimals
from alphaforge_binance.emulator.order import Order
from alphaforge_binance.emulator.symbols import Symbol

_BNB_DISCOUNT = Decimal("0.75")


def commission_of(
    account: Account,
    symbol: Symbol,
    order: Order,
    trade: PublicTrade,
    *,
    is_maker: bool,
    bnb_price: Decimal | None,
    bnb_free: Decimal,
) -> tuple[str, Decimal]:
    """The fee of a trade and its asset: what was received, or BNB where the account pays in that."""
    rate = account.maker_rate if is_maker else account.taker_rate
    value = trade.price * trade.quantity
    if account.pays_in_bnb and bnb_price:
        commission = eight_decimals(value * rate * _BNB_DISCOUNT / bnb_price)
        if bnb_free >= commission:
            return "BNB", commission
    if order.side == "BUY":
        return symbol.base, eight_decimals(trade.quantity * rate)
    return symbol.quote, eight_decimals(value * rate)
