"""Risk limits as they are written in the configuration."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from alphaforge.model.settings import Settings

_RATE = re.compile(r"^(?P<count>\d+)/(?P<seconds>\d+(\.\d+)?)s(, keep (?P<kept>\d+))?$")


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


def _parse_money(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match value.split():
        case [amount, currency]:
            try:
                return Money(Decimal(amount), currency)
            except InvalidOperation:
                pass
    raise ValueError("write an amount and a currency, such as '200 USDT'")


def _parse_message_rate(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _RATE.match(value.strip())
    if match is None:
        raise ValueError("write a count and a window, such as '50/1s' or '50/1s, keep 10'")
    window_ns = int(Decimal(match["seconds"]) * 1_000_000_000)
    return MessageRate(int(match["count"]), window_ns, int(match["kept"] or 0))


NonNegative = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
MoneyText = Annotated[Money, BeforeValidator(_parse_money)]
MessageRateText = Annotated[MessageRate, BeforeValidator(_parse_message_rate)]


class ValueLimits(Settings):
    """Limits that make sense across instruments: `[risk.account]` and `[risk.venue.NAME]`."""

    max_order_value: MoneyText | None = Field(
        None, description="the largest value of one order, such as `1000 USDT` (rule 5)"
    )
    max_messages: MessageRateText | None = Field(
        None,
        description="new orders, replaces and cancels in a sliding window, such as "
        "`50/1s, keep 10`; the kept ones are for cancels, which are never refused (rule 8)",
    )


class QuantityLimits(ValueLimits):
    """Limits of one instrument or strategy: `[risk.instrument."VENUE:SYMBOL"]`, `[risk.strategy.NAME]`."""

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
