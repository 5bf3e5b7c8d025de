"""The kinds of numbers and words that the public calls take."""

from decimal import Decimal
from typing import Literal, TypeAlias

Number: TypeAlias = Decimal | str | int | float
"""A price or size as people write it. Floats count as the shortest decimal that names them."""

Side: TypeAlias = Literal["buy", "sell"]

TimeInForce: TypeAlias = Literal["gtc", "ioc", "fok", "day"]
"""Good till cancelled; immediate or cancel; fill or kill; good till the end of the day in UTC."""
