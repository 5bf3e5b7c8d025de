"""Balances that the node's own trades do not explain (rule 18).

What a venue says of a balance may differ from what is known here for a moment: a trade is counted when its
report comes, and the balances that it has changed may be told before or after. Each time the venue's word is
taken, the change is noted; a report that comes late changes the balance once more, and the next word of the
venue takes that back. So what is only late adds up to nothing, and what stays is a drift.
"""

from decimal import Decimal


class DriftWatch:
    """Tells what stays apart from what was only late."""

    def __init__(self) -> None:
        self._unexplained: dict[str, Decimal] = {}
        self._confirming: dict[str, int] = {}
        """The check that was the first to begin after the difference was seen."""
        self._checks = 0

    def begin_check(self) -> int:
        """All is about to be asked for. Returns the number of the check."""
        self._checks += 1
        return self._checks

    def note(self, currency: str, change: Decimal) -> None:
        """The venue's word was taken, and differs by so much from what was known."""
        unexplained = self._unexplained.get(currency, Decimal(0)) + change
        if not unexplained:
            self._unexplained.pop(currency, None)
            self._confirming.pop(currency, None)
            return
        self._unexplained[currency] = unexplained
        self._confirming.setdefault(currency, self._checks + 1)

    @property
    def is_suspicious(self) -> bool:
        """Whether something is not explained yet."""
        return bool(self._unexplained)

    def confirm(self, check: int) -> dict[str, Decimal]:
        """What has stayed apart over a whole check in which nothing was under way; it counts as told."""
        confirmed = {
            currency: amount
            for currency, amount in self._unexplained.items()
            if self._confirming[currency] <= check
        }
        for currency in confirmed:
            del self._unexplained[currency], self._confirming[currency]
        return confirmed
