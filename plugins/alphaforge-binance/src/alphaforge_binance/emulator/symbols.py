"""The symbols that are traded, their filters, and the exchangeInfo that tells of them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from alphaforge.model.instrument import Instrument

from alphaforge_binance.emulator.numbers import fixed
from alphaforge_binance.grid import Grid
from alphaforge_binance.messages import VENUE

ORDER_TYPES = (
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
SELF_TRADE_MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH")
_ASSET_DECIMALS = 8


@dataclass(slots=True)
class Symbol:
    """A symbol and the bounds of its orders; what is no bound is zero."""

    name: str
    base: str
    quote: str
    tick_size: Decimal
    step_size: Decimal
    price: Decimal
    """About where it trades first."""
    min_quantity: Decimal = field(init=False)
    max_quantity: Decimal = Decimal(9000)
    max_market_quantity: Decimal = Decimal(100)
    min_price: Decimal = field(init=False)
    max_price: Decimal = Decimal(1_000_000)
    min_notional: Decimal = Decimal(5)
    max_notional: Decimal = Decimal(9_000_000)
    multiplier_up: Decimal = Decimal(5)
    multiplier_down: Decimal = Decimal("0.2")
    iceberg_parts: int = 100
    max_orders: int = 200
    max_algo_orders: int = 5
    max_iceberg_orders: int = 20
    max_amends: int = 10
    max_order_lists: int = 20
    trailing_bips: tuple[int, int] = (10, 2000)
    status: str = "TRADING"

    def __post_init__(self) -> None:
        self.min_quantity = self.step_size
        self.min_price = self.tick_size

    def instrument(self) -> Instrument:
        """What the matching engine trades. Its filters are ours to check."""
        return Instrument(
            venue=VENUE,
            symbol=self.name,
            base=self.base,
            quote=self.quote,
            tick_size=self.tick_size,
            lot_size=self.step_size,
        )

    def filters(self) -> list[dict[str, Any]]:
        """The filters as exchangeInfo has them."""
        return [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": fixed(self.min_price),
                "maxPrice": fixed(self.max_price),
                "tickSize": fixed(self.tick_size),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": fixed(self.min_quantity),
                "maxQty": fixed(self.max_quantity),
                "stepSize": fixed(self.step_size),
            },
            {"filterType": "ICEBERG_PARTS", "limit": self.iceberg_parts},
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": fixed(Decimal(0)),
                "maxQty": fixed(self.max_market_quantity),
                "stepSize": fixed(Decimal(0)),
            },
            {
                "filterType": "TRAILING_DELTA",
                "minTrailingAboveDelta": self.trailing_bips[0],
                "maxTrailingAboveDelta": self.trailing_bips[1],
                "minTrailingBelowDelta": self.trailing_bips[0],
                "maxTrailingBelowDelta": self.trailing_bips[1],
            },
            {
                "filterType": "PERCENT_PRICE_BY_SIDE",
                "bidMultiplierUp": f"{self.multiplier_up}",
                "bidMultiplierDown": f"{self.multiplier_down}",
                "askMultiplierUp": f"{self.multiplier_up}",
                "askMultiplierDown": f"{self.multiplier_down}",
                "avgPriceMins": 5,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": fixed(self.min_notional),
                "applyMinToMarket": True,
                "maxNotional": fixed(self.max_notional),
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": self.max_orders},
            {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": self.max_order_lists},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": self.max_algo_orders},
            {"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": self.max_iceberg_orders},
            {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": self.max_amends},
        ]

    def info(self) -> dict[str, Any]:
        """The symbol as exchangeInfo has it."""
        return {
            "symbol": self.name,
            "status": self.status,
            "baseAsset": self.base,
            "baseAssetPrecision": _ASSET_DECIMALS,
            "quoteAsset": self.quote,
            "quotePrecision": _ASSET_DECIMALS,
            "quoteAssetPrecision": _ASSET_DECIMALS,
            "baseCommissionPrecision": _ASSET_DECIMALS,
            "quoteCommissionPrecision": _ASSET_DECIMALS,
            "orderTypes": list(ORDER_TYPES),
            "icebergAllowed": True,
            "ocoAllowed": True,
            "otoAllowed": False,
            "opoAllowed": False,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": True,
            "cancelReplaceAllowed": True,
            "amendAllowed": True,
            "pegInstructionsAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": self.filters(),
            "permissions": [],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
            "allowedSelfTradePreventionModes": list(SELF_TRADE_MODES),
        }


_KNOWN = {
    "BTCUSDT": ("0.01", "0.00001", "60000"),
    "ETHUSDT": ("0.01", "0.0001", "3000"),
    "BNBUSDT": ("0.01", "0.001", "600"),
    "SOLUSDT": ("0.01", "0.001", "150"),
}
DEFAULT_SYMBOLS = tuple(_KNOWN)


def make_symbol(name: str) -> Symbol:
    """A symbol by its name; one that is not known here has a common grid.

    Raises:
        DataError: base and quote cannot be told from the name.
    """
    parts = Grid().instrument(name)
    tick, step, price = _KNOWN.get(name, ("0.0001", "0.1", "10"))
    symbol = Symbol(name, parts.base, parts.quote, Decimal(tick), Decimal(step), Decimal(price))
    if name not in _KNOWN:
        symbol.max_quantity, symbol.max_market_quantity = Decimal(9_000_000), Decimal(100_000)
    return symbol


def recorded_symbol(instrument: Instrument, price: Decimal) -> Symbol:
    """A symbol with the grid of a recording."""
    return Symbol(
        instrument.symbol, instrument.base, instrument.quote, instrument.tick_size, instrument.lot_size, price
    )
