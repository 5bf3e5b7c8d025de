"""Every operation: its names, its weight, who may ask, and what does it.

Source of weights and paths: binance-spot-api-docs, rest-api.md and web-socket-api.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from alphaforge_binance.emulator import market_data, queries, trading
from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.params import Params

Security: TypeAlias = Literal["none", "read", "trade"]
Weight: TypeAlias = int | Callable[[Params], int]


@dataclass(frozen=True, slots=True)
class Operation:
    """What both interfaces can do."""

    rest: str
    """Method and path below `/api/v3`; empty where REST has none."""
    websocket: str
    """The method of the WebSocket API; empty where it has none."""
    weight: Weight
    security: Security
    run: Callable[[Call], Any]
    is_free_on_success: bool = False
    """Successful placements and cancels cost nothing (since 2026-04-02)."""

    def weight_of(self, params: Params) -> int:
        """What a request costs."""
        return self.weight if isinstance(self.weight, int) else self.weight(params)


_one_or_all = market_data.one_or_all_weight

OPERATIONS = (
    Operation("GET /ping", "ping", 1, "none", market_data.ping),
    Operation("GET /time", "time", 1, "none", market_data.server_time),
    Operation("GET /exchangeInfo", "exchangeInfo", 20, "none", market_data.exchange_info),
    Operation("GET /depth", "depth", market_data.depth_weight, "none", market_data.depth),
    Operation("GET /trades", "trades.recent", 25, "none", market_data.trades),
    Operation("GET /historicalTrades", "trades.historical", 25, "none", market_data.historical_trades),
    Operation("GET /aggTrades", "trades.aggregate", 4, "none", market_data.aggregate_trades),
    Operation("GET /klines", "klines", 2, "none", market_data.klines),
    Operation("GET /uiKlines", "uiKlines", 2, "none", market_data.klines),
    Operation("GET /avgPrice", "avgPrice", 2, "none", market_data.average_price),
    Operation("GET /ticker/24hr", "ticker.24hr", _one_or_all(2, 80), "none", market_data.ticker_24h),
    Operation("GET /ticker/price", "ticker.price", _one_or_all(2, 4), "none", market_data.price_ticker),
    Operation("GET /ticker/bookTicker", "ticker.book", _one_or_all(2, 4), "none", market_data.best_prices),
    Operation("POST /order", "order.place", 1, "trade", trading.place_order, is_free_on_success=True),
    Operation(
        "POST /order/test",
        "order.test",
        lambda params: 20 if params.flag("computeCommissionRates") else 1,
        "trade",
        trading.test_order,
    ),
    Operation("GET /order", "order.status", 4, "read", queries.order_status),
    Operation("DELETE /order", "order.cancel", 1, "trade", trading.cancel_order, is_free_on_success=True),
    Operation(
        "POST /order/cancelReplace",
        "order.cancelReplace",
        1,
        "trade",
        trading.cancel_replace,
        is_free_on_success=True,
    ),
    Operation(
        "PUT /order/amend/keepPriority", "order.amend.keepPriority", 4, "trade", trading.amend_keep_priority
    ),
    Operation("GET /openOrders", "openOrders.status", _one_or_all(6, 80), "read", queries.open_orders),
    Operation(
        "DELETE /openOrders",
        "openOrders.cancelAll",
        1,
        "trade",
        trading.cancel_open_orders,
        is_free_on_success=True,
    ),
    Operation("GET /allOrders", "allOrders", 20, "read", queries.all_orders),
    Operation(
        "POST /orderList/oco", "orderList.place.oco", 1, "trade", trading.place_pair, is_free_on_success=True
    ),
    Operation(
        "POST /order/oco", "orderList.place", 1, "trade", trading.place_old_pair, is_free_on_success=True
    ),
    Operation(
        "DELETE /orderList", "orderList.cancel", 1, "trade", trading.cancel_list, is_free_on_success=True
    ),
    Operation("GET /orderList", "orderList.status", 4, "read", queries.order_list),
    Operation("GET /allOrderList", "allOrderLists", 20, "read", queries.all_order_lists),
    Operation("GET /openOrderList", "openOrderLists.status", 6, "read", queries.open_order_lists),
    Operation("GET /account", "account.status", 20, "read", queries.account),
    Operation("GET /account/commission", "account.commission", 20, "read", queries.commission),
    Operation(
        "GET /myTrades",
        "myTrades",
        lambda params: 5 if "orderId" in params else 20,
        "read",
        queries.my_trades,
    ),
    Operation("GET /rateLimit/order", "account.rateLimits.orders", 40, "read", queries.order_rate_limits),
)

BY_REST = {operation.rest: operation for operation in OPERATIONS}
BY_WEBSOCKET = {operation.websocket: operation for operation in OPERATIONS}
