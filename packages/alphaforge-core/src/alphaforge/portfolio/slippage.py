"""Slippage: what fills cost against the middle of the market."""

from decimal import Decimal

from alphaforge.portfolio.exact import EXACT, ZERO


class Slippage:
    """Sums what fills cost against a reference price.

    The cost of a fill is `quantity * (price - reference)`, for a sale the opposite: above zero it traded
    at a worse price than the reference. Against the middle when the order was made it is the execution
    cost of Perold, "The Implementation Shortfall", Journal of Portfolio Management 1988; against the
    middle when the fill was counted, half of the effective spread.
    """

    def __init__(self) -> None:
        self.count = 0
        self.cost = ZERO
        """In the quote currency, exact."""
        self._reference_value = ZERO

    def add(self, signed_quantity: Decimal, price: Decimal, reference: Decimal | None) -> None:
        """Take a fill; one without a reference price is not counted."""
        if reference is None:
            return
        self.count += 1
        self.cost = EXACT.fma(signed_quantity, EXACT.subtract(price, reference), self.cost)
        self._reference_value = EXACT.fma(signed_quantity.copy_abs(), reference, self._reference_value)

    @property
    def bps(self) -> float | None:
        """The cost in basis points of the value at the reference; None without any.

        `10⁴ * Σ cost / Σ (quantity * reference)`.
        """
        if not self._reference_value:
            return None
        return float(EXACT.divide(self.cost, self._reference_value)) * 10_000
