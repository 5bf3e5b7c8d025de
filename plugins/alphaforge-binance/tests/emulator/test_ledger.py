"""Whatever accounts do, nothing is made and nothing is lost, and what is locked is what open orders need."""

import random
from decimal import Decimal

import pytest
from alphaforge_binance.emulator import ReadyAccount
from alphaforge_binance.emulator.account import FIRST_ACCOUNT
from alphaforge_binance.emulator.errors import ApiError
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.locks import needed_lock
from alphaforge_binance.emulator.order import Order
from alphaforge_binance.emulator.order_lists import OrderLists
from alphaforge_binance.emulator.settings import make_account
from alphaforge_binance.emulator.symbols import SELF_TRADE_MODES, make_symbol
from hypothesis import given, settings
from hypothesis import strategies as st

PARTS = (Decimal("0.5"), Decimal("0.33333"))
ACCOUNTS = (ReadyAccount("a"), ReadyAccount("b", pays_in_bnb=True), ReadyAccount("c"))


def new_exchange() -> tuple[Exchange, OrderLists]:
    made = [make_account(number, ready)[0] for number, ready in enumerate(ACCOUNTS)]
    symbols = [make_symbol("BTCUSDT"), make_symbol("BNBUSDT")]
    for symbol in symbols:
        symbol.max_orders = symbol.max_algo_orders = symbol.max_order_lists = 1_000
    exchange = Exchange(symbols, made)
    for account, ready in zip(made, ACCOUNTS, strict=True):
        for asset, amount in ready.balances.items():
            exchange.deposit(account, asset, amount)
    bnb = exchange.market("BNBUSDT")
    exchange.trade_as_market(bnb, "SELL", Decimal(1), Decimal(600))
    exchange.trade_as_market(bnb, "BUY", Decimal("0.5"), None, immediate=True)
    return exchange, OrderLists(exchange, lambda _: None)


def some_order(draw: random.Random, account: int) -> Order:
    """An order near 60,000 of any type; many are refused."""
    side = draw.choice(("BUY", "SELL"))
    kind = draw.choice(
        ("LIMIT", "LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT")
    )
    order = Order(
        "BTCUSDT",
        0,
        account,
        f"id{draw.randrange(10**9)}",
        side,
        kind,
        time_in_force=draw.choice(("GTC", "GTC", "IOC", "FOK")) if kind == "LIMIT" else "GTC",
        quantity=Decimal(draw.randint(1, 300)) / 100,
        self_trade=draw.choice(SELF_TRADE_MODES),
    )
    if kind == "MARKET" and draw.random() < 0.5:
        order.quantity, order.quote_quantity = Decimal(0), Decimal(draw.randint(10, 200_000))
    if kind in {"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT"}:
        order.price = Decimal(60_000 + draw.randint(-20, 20))
    if kind.startswith(("STOP", "TAKE")):
        order.stop_price = Decimal(60_000 + draw.randint(-30, 30))
        if draw.random() < 0.3:
            order.trailing_bips = draw.randint(10, 50)
    if kind == "LIMIT" and order.time_in_force == "GTC" and draw.random() < 0.2:
        order.iceberg = order.quantity / 4
    return order


def act(draw: random.Random, exchange: Exchange, lists: OrderLists) -> None:
    """One account does one thing, or tries to."""
    account = draw.choice(list(exchange.accounts.values()))
    open_orders = list(account.open_orders.values())
    exchange.now_ns += 1_000_000
    match draw.random():
        case chance if chance < 0.25 and open_orders:
            exchange.cancel(draw.choice(open_orders), "cancel")
        case chance if chance < 0.35 and open_orders:
            order = draw.choice(open_orders)
            exchange.amend(order, order.quantity * draw.choice(PARTS), f"amended{draw.randrange(10**9)}")
        case chance if chance < 0.45:
            above, below = (some_order(draw, account.number) for _ in range(2))
            above.type, below.type, above.side = "LIMIT_MAKER", "STOP_LOSS", below.side
            lists.place(account.number, f"list{draw.randrange(10**9)}", above, below)
        case chance if chance < 0.55:
            side = draw.choice(("BUY", "SELL"))
            price = Decimal(60_000 + draw.randint(-20, 20))
            exchange.trade_as_market(exchange.market("BTCUSDT"), side, Decimal(1), price)
        case _:
            exchange.place(some_order(draw, account.number))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_nothing_is_made_or_lost(seed: int) -> None:
    draw = random.Random(seed)
    exchange, lists = new_exchange()
    before = exchange.ledger.totals()
    refused = 0
    for _ in range(150):
        try:
            act(draw, exchange, lists)
        except ApiError:
            refused += 1
        assert exchange.ledger.totals() == before
        for account in exchange.accounts.values():
            check(exchange, account)
    assert refused < 120


def check(exchange: Exchange, account) -> None:
    """Locks equal the needs of open orders, nothing is overdrawn, and every order is as its fills are."""
    locked = {"BTC": Decimal(0), "USDT": Decimal(0)}
    for order in account.open_orders.values():
        assert order.is_open
        needed = needed_lock(order)
        if order.shares_lock_of is not None and order.shares_lock_of.is_open:
            needed = max(Decimal(0), needed - order.shares_lock_of.locked)
        assert order.locked == needed
        locked["USDT" if order.side == "BUY" else "BTC"] += order.locked
    for asset, holding in exchange.ledger.holdings(account.number).items():
        assert holding.locked == locked.get(asset, 0)
        assert holding.free >= 0
    for order in account.orders.values():
        assert order.executed == sum(fill.quantity for fill in order.fills) <= order.quantity
        assert order.is_open == ((order.symbol, order.order_id) in account.open_orders)


@pytest.mark.parametrize(("account", "asset"), [(FIRST_ACCOUNT, "BTC"), (FIRST_ACCOUNT + 1, "BNB")])
def test_fees_are_paid_in_what_was_received_or_in_bnb(account: int, asset: str) -> None:
    exchange, _ = new_exchange()
    exchange.trade_as_market(exchange.market("BTCUSDT"), "SELL", Decimal(1), Decimal(60_000))
    order = Order("BTCUSDT", 0, account, "a", "BUY", "MARKET", quantity=Decimal(1))
    exchange.place(order)
    (fill,) = order.fills
    # 60,000 USDT at 0.1 % less 25 %, at 600 USDT each.
    expected = Decimal("0.001") if asset == "BTC" else Decimal("0.075")
    assert (fill.commission_asset, fill.commission) == (asset, expected)
