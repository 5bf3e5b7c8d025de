"""Who is told what happens at the exchange."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.market import AggregateTrade, Market, PublicTrade
from alphaforge_binance.emulator.order import Fill, Order


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an order, for its account's user data."""

    order: Order
    execution: str
    fill: Fill | None = None
    client_id: str | None = None
    original_client_id: str = ""


class Watcher(Protocol):
    """Who is told what happens."""

    def order_changed(self, account: Account, change: Change) -> None:
        """An order of an account."""

    def balances_changed(self, account: Account, assets: Iterable[str]) -> None:
        """Assets of an account, once for all that happened together."""

    def traded(self, market: Market, trade: PublicTrade) -> None:
        """A trade of a market."""

    def aggregated(self, market: Market, aggregate: AggregateTrade) -> None:
        """The trades of one taker at one price."""

    def book_changed(self, market: Market) -> None:
        """The book of a market has a new update id."""
