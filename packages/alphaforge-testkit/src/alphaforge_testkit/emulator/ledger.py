"""Accounts and what they hold: exact, in decimals, and nothing comes from nowhere."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class Holding:
    """One asset of one account."""

    total: Decimal = ZERO
    locked: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What is not locked by orders."""
        return self.total - self.locked


class Ledger:
    """The holdings of all accounts by number. The market itself, which may owe, is an account too."""

    def __init__(self) -> None:
        self._accounts: dict[int, dict[str, Holding]] = defaultdict(lambda: defaultdict(Holding))

    def holding(self, account: int, asset: str) -> Holding:
        """What an account holds of an asset."""
        return self._accounts[account][asset]

    def holdings(self, account: int) -> dict[str, Holding]:
        """All that an account holds, by asset."""
        return self._accounts[account]

    def deposit(self, account: int, asset: str, amount: Decimal) -> None:
        """Bring something in from outside; a negative amount takes it out."""
        self._accounts[account][asset].total += amount

    def move(self, payer: int, payee: int, asset: str, amount: Decimal) -> None:
        """Pay from one account to another."""
        self._accounts[payer][asset].total -= amount
        self._accounts[payee][asset].total += amount

    def lock(self, account: int, asset: str, amount: Decimal) -> None:
        """Lock so much more for an order; a negative amount frees it."""
        self._accounts[account][asset].locked += amount

    def totals(self) -> dict[str, Decimal]:
        """The sum of each asset over all accounts: what was deposited, whatever was traded."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for holdings in self._accounts.values():
            for asset, holding in holdings.items():
                sums[asset] += holding.total
        return dict(sums)
