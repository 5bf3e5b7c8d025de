"""Orders, fills, positions and balances."""

from typing import TypeAlias

from alphaforge_rs import Alert, Balance, EquityPoint, Fill, Order, Outcome, Position

__all__ = ["Alert", "Balance", "EquityPoint", "Fill", "Order", "Outcome", "Position", "Record"]

Record: TypeAlias = Order | Fill | EquityPoint | Alert
"""Something worth keeping, in the order in which it happened: what sinks write."""
