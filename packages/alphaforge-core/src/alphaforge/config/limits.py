"""Risk limits as they are written in the configuration."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from alphaforge.config.plain_words import plain_words
from alphaforge.model.settings import Settings

_RATE = re.compile(r"^(?P<count>\d+)/(?P<seconds>\d+(\.\d+)?)s(, keep (?P<kept>\d+))?$")
_COUNT = re.compile(r"^(?P<count>\d+)/(?P<seconds>\d+(\.\d+)?)s$")
_MOST_MESSAGES = 2**32 - 1
_LONGEST_WINDOW_NS = 2**63 - 1
_LONGEST_DRIFT_MS = 86_400_000
_MS_DECIMALS = 6
_MONEY_HINT = "write an amount and a currency, such as '200 USDT'"
_COUNT_HINT = "write a count and a window, such as '2/1s'"
_RATE_HINT = "write a count and a window, such as '50/1s' or '50/1s, keep 10'"

AMOUNT_DECIMALS = 18
RATE_DECIMALS = 9
LARGEST_AMOUNT = 10**18


def _check_currency(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,16}", code):
        raise ValueError("a currency has 1 to 16 letters or digits, such as USDT")
    return code


CurrencyCode = Annotated[str, AfterValidator(_check_currency)]


@dataclass(frozen=True)
class Money:
    """An amount of a currency, written `200 USDT`."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True)
class MessageRate:
    """Messages in a sliding window, written `50/1s` or `50/1s, keep 10` (for cancels)."""

    count: int
    window_ns: int
    kept_for_cancels: int

    def __str__(self) -> str:
        seconds = Decimal(self.window_ns) / 1_000_000_000
        kept = f", keep {self.kept_for_cancels}" if self.kept_for_cancels else ""
        return f"{self.count}/{seconds.normalize():f}s{kept}"


@dataclass(frozen=True)
class WindowCount:
    """How often something may happen within a sliding window, written `2/1s`."""

    count: int
    window_ns: int

    def __str__(self) -> str:
        seconds = Decimal(self.window_ns) / 1_000_000_000
        return f"{self.count}/{seconds.normalize():f}s"


NonNegative = Annotated[
    Decimal, Field(ge=0, le=LARGEST_AMOUNT, decimal_places=AMOUNT_DECIMALS, allow_inf_nan=False)
]
_AMOUNT = TypeAdapter(NonNegative)
Share = Annotated[Decimal, Field(ge=0, le=1, decimal_places=RATE_DECIMALS, allow_inf_nan=False)]


def _parse_money(value: Any) -> Any:
    if isinstance(value, Money):
        return value
    match value.split() if isinstance(value, str) else ():
        case [amount, currency]:
            try:
                return Money(_AMOUNT.validate_python(amount), _check_currency(currency))
            except ValidationError as error:
                (fault,) = error.errors(include_url=False)
                raise ValueError(f"{plain_words(fault)}: {_MONEY_HINT}") from error
    raise ValueError(_MONEY_HINT)


def _parse_message_rate(value: Any) -> Any:
    if isinstance(value, MessageRate):
        return value
    match = _RATE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_RATE_HINT)
    window_ns = int(Decimal(match["seconds"]) * 1_000_000_000)
    rate = MessageRate(int(match["count"]), window_ns, int(match["kept"] or 0))
    if not 0 < rate.window_ns <= _LONGEST_WINDOW_NS:
        raise ValueError(f"the window must be longer than zero, and finite: {_RATE_HINT}")
    if not rate.kept_for_cancels < rate.count <= _MOST_MESSAGES:
        raise ValueError(
            f"of {rate.count} messages {rate.kept_for_cancels} are kept for cancels: between one and "
            f"{_MOST_MESSAGES} must be left for orders"
        )
    return rate


def _parse_window_count(value: Any) -> Any:
    if isinstance(value, WindowCount):
        return value
    match = _COUNT.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_COUNT_HINT)
    limit = WindowCount(int(match["count"]), int(Decimal(match["seconds"]) * 1_000_000_000))
    if not 0 < limit.window_ns <= _LONGEST_WINDOW_NS:
        raise ValueError(f"the window must be longer than zero, and finite: {_COUNT_HINT}")
    if not 0 < limit.count <= _MOST_MESSAGES:
        raise ValueError(f"the count must be from 1 to {_MOST_MESSAGES}: {_COUNT_HINT}")
    return limit


MoneyText = Annotated[Money, BeforeValidator(_parse_money)]
MessageRateText = Annotated[MessageRate, BeforeValidator(_parse_message_rate)]
WindowCountText = Annotated[WindowCount, BeforeValidator(_parse_window_count)]
OrderCount = Annotated[int, Field(ge=0, le=_MOST_MESSAGES)]


BPS_DECIMALS = 5
LARGEST_COLLAR_BPS = 10_000
MOST_TICKS = 2**32 - 1
SHORTEST_MARKET_AGE_S = 2
LONGEST_MARKET_AGE_S = 1_000_000_000

OrderTypeName = Literal[
    "limit",
    "market",
    "stop_market",
    "stop_limit",
    "take_profit_market",
    "take_profit_limit",
    "trailing_stop",
]

ClockDriftMs = Annotated[
    Decimal, Field(ge=0, le=_LONGEST_DRIFT_MS, decimal_places=_MS_DECIMALS, allow_inf_nan=False)
]
_CLOCK_DRIFT = (
    "how far a venue's clock may be from ours, in ms; beyond it new orders there are denied (rule 17)"
)


class ValueLimits(Settings):
    """Limits that make sense at every scope."""

    collar_bps: Decimal | None = Field(
        None,
        ge=0,
        le=LARGEST_COLLAR_BPS,
        decimal_places=BPS_DECIMALS,
        allow_inf_nan=False,
        description="how far from the middle of the market an order may trade at worst, on either side, in "
        "basis points of it; a market order trades up to `market_slippage` beyond the best price (rule 4)",
    )
    collar_ticks: int | None = Field(
        None, ge=0, le=MOST_TICKS, description="the same in ticks of the instrument (rule 4)"
    )
    max_market_age_s: float | None = Field(
        None,
        ge=SHORTEST_MARKET_AGE_S,
        le=LONGEST_MARKET_AGE_S,
        allow_inf_nan=False,
        description="how long ago a market's streams may have been known to be alive; a quiet market's are "
        "as long as its connections answer, in a recording an instrument's are at its events (rules 4 and 6)",
    )
    max_order_value: MoneyText | None = Field(
        None, description="the largest value of one order, such as `1000 USDT` (rule 5)"
    )
    max_duplicates: WindowCountText | None = Field(
        None,
        description="how often a strategy may ask for the same order (instrument, side, size and price) "
        "within a sliding window, such as `2/1s` (rule 7)",
    )
    max_messages: MessageRateText | None = Field(
        None,
        description="new orders, replaces and cancels in a sliding window, such as "
        "`50/1s, keep 10`; the kept ones are for cancels, which are never refused (rule 8)",
    )
    max_open_orders: OrderCount | None = Field(
        None,
        description="the most orders that are open, in flight, unknown and held ones included (rule 13)",
    )
    max_rejects: WindowCountText | None = Field(
        None,
        description="how many orders and replaces venues may reject in a sliding window, such as `10/60s`; "
        "above it new ones are slowed down, above twice as many the scope is halted (rule 16)",
    )
    max_orders_per_trade: WindowCountText | None = Field(
        None,
        description="how many orders and replaces may be sent for each trade in a sliding window, such as "
        "`50/60s`, with the same consequences (rule 16)",
    )


class ExposureLimits(Settings):
    """Limits across instruments: of the account, a venue or a strategy."""

    max_gross_exposure: MoneyText | None = Field(
        None,
        description="the largest sum of the sizes of all positions, with all open orders at their worst, "
        "at the middle of the market, such as `10000 USDT` (rule 12)",
    )
    max_net_exposure: MoneyText | None = Field(
        None,
        description="the largest sum of all positions, long less short or short less long, with all open "
        "orders of a side filled (rule 12)",
    )


class LossLimits(Settings):
    """Limits of what a strategy, or the whole node, does: in `[risk.account]` and `[risk.strategy.NAME]`."""

    max_daily_loss: MoneyText | None = Field(
        None,
        description="the most that may be lost since the day began in `risk.time_zone`, realised, unrealised "
        "and fees, such as `200 USDT` (rule 14)",
    )
    max_drawdown: MoneyText | None = Field(
        None, description="how far the profit may fall below its highest, such as `500 USDT` (rule 14)"
    )
    max_drawdown_share: Share | None = Field(
        None,
        description="the same as a share of the node's equity at the start and the highest profit since, "
        "such as `0.1` (rule 14)",
    )
    max_same_side_fills: WindowCountText | None = Field(
        None,
        description="how many orders of a strategy may trade on one side of an instrument in a sliding "
        "window with no trade on the other, such as `10/60s`; one more halts the strategy; for the account, "
        "the same for each strategy (rule 9)",
    )


class AccountLimits(LossLimits, ValueLimits, ExposureLimits):
    """Limits of the whole node: `[risk.account]`."""

    max_clock_drift_ms: ClockDriftMs | None = Field(None, description=_CLOCK_DRIFT)


class VenueLimits(ValueLimits, ExposureLimits):
    """Limits of one venue: `[risk.venue.NAME]`."""

    max_clock_drift_ms: ClockDriftMs | None = Field(None, description=_CLOCK_DRIFT)
    drift_tolerance: dict[CurrencyCode, NonNegative] = Field(
        default_factory=dict,
        description="how far a balance may be from what the node's trades explain, by currency, before all "
        "that trades it is frozen; nothing where a currency is not named (rule 18)",
    )


class QuantityLimits(ValueLimits):
    """Limits of one instrument: `[risk.instrument."VENUE:SYMBOL"]`."""

    max_order_quantity: NonNegative | None = Field(
        None, description="the largest quantity of one order (rule 5)"
    )
    max_position: NonNegative | None = Field(
        None,
        description="the largest position, long or short, with all open orders filled (rule 11)",
    )
    max_short: NonNegative | None = Field(
        None,
        description="the largest short position, where it differs from `max_position` (rule 11)",
    )


class StrategyLimits(LossLimits, QuantityLimits, ExposureLimits):
    """Limits of one strategy: `[risk.strategy.NAME]`."""

    sides: list[Literal["buy", "sell"]] | None = Field(
        None, min_length=1, description="`buy`, `sell` or both: the sides it may trade (rule 3)"
    )
    order_types: list[OrderTypeName] | None = Field(
        None,
        min_length=1,
        description="the types of its orders: `limit`, `market`, `stop_market`, `stop_limit`, "
        "`take_profit_market`, `take_profit_limit`, `trailing_stop` (rule 3)",
    )
    venues: list[str] | None = Field(
        None, min_length=1, description="the venues it may trade on, such as `binance` (rule 3)"
    )
    instruments: list[str] | None = Field(
        None,
        min_length=1,
        description="what it may trade, such as `BINANCE:BTCUSDT`; what it was given and is not here stops "
        "the node from starting (rule 3)",
    )
