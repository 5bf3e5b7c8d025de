"""One request as operations see it, whichever way it came."""

from dataclasses import dataclass

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.errors import ApiError, mandatory
from alphaforge_binance.emulator.exchange import Exchange
from alphaforge_binance.emulator.limits import RateLimits
from alphaforge_binance.emulator.market import Market
from alphaforge_binance.emulator.order_lists import OrderLists
from alphaforge_binance.emulator.params import Params


@dataclass(slots=True)
class Venue:
    """What operations work on."""

    exchange: Exchange
    lists: OrderLists
    limits: RateLimits


@dataclass(slots=True)
class Call:
    """A request: who asks, what for, and in which unit of time the answer is."""

    venue: Venue
    params: Params
    now_ns: int
    unit_ns: int
    caller: Account | None = None

    def time(self, nanos: int) -> int:
        """A time in the unit of the answer."""
        return nanos // self.unit_ns

    def nanos(self, name: str) -> int | None:
        """A time that was sent, in ms or µs."""
        value = self.params.integer(name)
        if value is None:
            return None
        return value * (1_000 if value > 10**14 else 1_000_000)

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.venue.exchange

    @property
    def account(self) -> Account:
        """Whose request it is.

        Raises:
            ApiError: it came without a key.
        """
        if self.caller is None:
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        return self.caller

    def market(self) -> Market:
        """The market that `symbol` names.

        Raises:
            ApiError: none was named, or there is none.
        """
        symbol = self.params.symbol()
        if symbol is None:
            raise mandatory("symbol")
        return self.exchange.market(symbol)
