"""What orders lock: a purchase its cost, a sale its quantity."""

from collections import defaultdict
from decimal import Decimal

from alphaforge_testkit.emulator.ledger import Ledger

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.market import Market, cost_of
from alphaforge_binance.emulator.numbers import ZERO
from alphaforge_binance.emulator.order import MARKET_TYPES, Order
from alphaforge_binance.emulator.symbols import Symbol

INSUFFICIENT = "Account has insufficient balance for requested action."
_SLIPPAGE = Decimal("1.05")
"""A purchase that waits for its stop may cost this much more than the stop price, and no more."""


def needed_lock(order: Order) -> Decimal:
    """How much of its asset an order needs now."""
    if not order.is_open:
        return ZERO
    if order.type == "MARKET":
        return ZERO
    if order.side == "SELL":
        return order.remaining
    if order.type in MARKET_TYPES:
        return order.remaining * order.limit_of_cost
    return order.remaining * order.price


def _shared_lock(order: Order) -> Decimal:
    """What an order of a list needs beside what its open sibling has locked for both."""
    needed, sibling = needed_lock(order), order.shares_lock_of
    if sibling is None or not sibling.is_open:
        return needed
    return max(ZERO, needed - sibling.locked)


def relock(ledger: Ledger, symbol: Symbol, order: Order) -> None:
    """Bring the lock of an order to what it needs now."""
    needed = _shared_lock(order)
    if needed != order.locked:
        asset = symbol.quote if order.side == "BUY" else symbol.base
        ledger.lock(order.account, asset, needed - order.locked)
        order.locked = needed


def worst_cost(market: Market, order: Order) -> Decimal:
    """The worst price that a purchase which waits for its stop may pay, on the price grid."""
    price = order.stop_price or market.last_price or market.symbol.price
    tick = market.symbol.tick_size
    return price * _SLIPPAGE // tick * tick


def own_quantities(account: Account, order: Order) -> dict[Decimal, Decimal]:
    """What the account itself shows on the other side, by price."""
    own: dict[Decimal, Decimal] = defaultdict(Decimal)
    for other in account.open_in(order.symbol):
        if other.side != order.side and other.working_ns is not None:
            own[other.price] += (
                other.remaining if other.iceberg is None else min(other.remaining, other.iceberg)
            )
    return own


def immediate_cost(market: Market, order: Order, own: dict[Decimal, Decimal]) -> Decimal:
    """What a market order pays: base asset for a sale, quote asset for a purchase."""
    if order.side == "SELL":
        return order.quantity
    return cost_of(market.reach(order.side, own), order.quantity)
