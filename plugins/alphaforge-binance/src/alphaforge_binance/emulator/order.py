"""An order as the exchange keeps it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from alphaforge_binance.emulator.numbers import ZERO

Side: TypeAlias = Literal["BUY", "SELL"]
OPEN_STATES = frozenset({"NEW", "PARTIALLY_FILLED", "PENDING_NEW"})
MARKET_TYPES = frozenset({"MARKET", "STOP_LOSS", "TAKE_PROFIT"})
STOP_TYPES = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})


@dataclass(slots=True)
class Fill:
    """One side of a trade."""

    trade_id: int
    order_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    commission: Decimal
    commission_asset: str
    time_ns: int
    is_buyer: bool
    is_maker: bool


@dataclass(slots=True)
class Order:
    """An order of an account."""

    symbol: str
    order_id: int
    account: int
    client_id: str
    side: Side
    type: str
    time_in_force: str = "GTC"
    quantity: Decimal = ZERO
    quote_quantity: Decimal = ZERO
    price: Decimal = ZERO
    stop_price: Decimal = ZERO
    iceberg: Decimal | None = None
    trailing_bips: int | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    self_trade: str = "EXPIRE_MAKER"
    created_ns: int = 0
    updated_ns: int = 0
    working_ns: int | None = None
    status: str = "NEW"
    executed: Decimal = ZERO
    executed_quote: Decimal = ZERO
    fills: list[Fill] = field(default_factory=list)
    list_id: int = -1
    expiry_reason: str | None = None
    prevented: Decimal = ZERO
    prevented_match_id: int | None = None
    locked: Decimal = ZERO
    """What of its asset is locked for it."""
    shares_lock_of: "Order | None" = None
    """The other order of its list, whose lock serves both."""
    lock_shared_by: "Order | None" = None
    """The other order of its list, where this one's lock serves both."""
    limit_of_cost: Decimal = ZERO
    """The worst price that a market order which waits for its stop may pay."""
    extreme: Decimal | None = None
    """The best price that a trailing stop has followed."""
    trailing_ns: int | None = None
    """When a trailing stop began to follow."""
    visible_ns: int = 0
    """From when on queries find it."""
    amends: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it works or waits."""
        return self.status in OPEN_STATES

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its stop."""
        return self.type in STOP_TYPES and self.working_ns is None

    @property
    def remaining(self) -> Decimal:
        """What is still to trade."""
        return self.quantity - self.executed

    @property
    def shows_stop(self) -> bool:
        """Whether it has a stop price to show."""
        return self.type in STOP_TYPES
