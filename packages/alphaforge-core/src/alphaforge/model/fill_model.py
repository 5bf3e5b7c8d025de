"""Fill models: how a paper venue fills orders. The parts are values of the runtime, put together here."""

from dataclasses import dataclass, field
from typing import Literal

from alphaforge_rs import FeeTiers, Latency, QueueModel

__all__ = ["FeeTiers", "FillModel", "Latency", "QueueModel"]


@dataclass(frozen=True, slots=True)
class FillModel:
    """The parts of a fill model. What it leaves open is what `[paper]` says."""

    queue: QueueModel = field(default_factory=QueueModel.risk_averse)
    """Where resting orders stand in the displayed queue."""
    impact: Literal["consumed", "none"] = "consumed"
    """Whether what our orders take is gone until the market shows that level anew."""
    latency: Latency | None = None
    """How long messages take."""
    fees: FeeTiers | None = None
    """What trades cost."""
