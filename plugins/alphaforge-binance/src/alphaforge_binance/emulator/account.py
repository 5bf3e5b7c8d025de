"""An account: its keys, its rates, its orders and its trades."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from alphaforge_binance.emulator.auth import ApiKey
from alphaforge_binance.emulator.order import Fill, Order

MARKET_ACCOUNT = 0
"""The number of the account of all others: the simulated traders."""
FEE_ACCOUNT = 1
"""The number of the account that receives the fees."""
FIRST_ACCOUNT = 2


@dataclass(slots=True)
class Account:
    """An account of a client."""

    number: int
    name: str
    keys: list[ApiKey]
    maker_rate: Decimal = Decimal("0.001")
    taker_rate: Decimal = Decimal("0.001")
    pays_in_bnb: bool = False
    can_withdraw: bool = False
    orders: dict[tuple[str, int], Order] = field(default_factory=dict)
    """All orders by symbol and id, in the order in which they came."""
    open_orders: dict[tuple[str, int], Order] = field(default_factory=dict)
    by_client_id: dict[tuple[str, str], Order] = field(default_factory=dict)
    """The latest order of each client id, by symbol and id."""
    fills: list[Fill] = field(default_factory=list)
    updated_ns: int = 0
    duplicates_refused: int = 0
    """How many new orders bore the client id of an open one."""
    client_ids_reused: int = 0
    """How many new orders bore the client id of an order that had ended."""

    def add(self, order: Order) -> None:
        """Keep a new order."""
        key = (order.symbol, order.order_id)
        if (order.symbol, order.client_id) in self.by_client_id:
            self.client_ids_reused += 1
        self.orders[key] = self.open_orders[key] = order
        self.by_client_id[order.symbol, order.client_id] = order

    def open_in(self, symbol: str) -> Iterator[Order]:
        """Its open orders of a symbol."""
        return (order for order in self.open_orders.values() if order.symbol == symbol)

    def has_open_client_id(self, symbol: str, client_id: str) -> bool:
        """Whether an open order bears the client id."""
        known = self.by_client_id.get((symbol, client_id))
        return known is not None and known.is_open
