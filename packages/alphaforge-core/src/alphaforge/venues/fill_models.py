"""The fill models of core. docs/fill-models.md says what each assumes and is blind to."""

from typing import Literal

from pydantic import Field

from alphaforge.model.fill_model import FillModel, QueueModel
from alphaforge.model.settings import Settings


class RiskAverseSettings(Settings):
    """Settings of the risk-averse model."""

    impact: Literal["consumed", "none"] = Field(
        "consumed",
        description="`consumed`: what our orders take is gone until the market shows that level anew; "
        "`none`: they leave no trace",
    )


class ProbabilisticSettings(RiskAverseSettings):
    """Settings of the probabilistic model."""

    split: Literal["power", "logarithmic"] = Field(
        "power", description="the function that weighs what is before us and behind us"
    )
    exponent: int = Field(
        3, ge=1, le=8, description="of `power`: 1 takes all cancellations for equally likely"
    )


def risk_averse(settings: RiskAverseSettings) -> FillModel:
    """Cancellations are behind us, as far as that is possible."""
    return FillModel(QueueModel.risk_averse(), settings.impact)


def probabilistic(settings: ProbabilisticSettings) -> FillModel:
    """Cancellations are split over what is before us and what is behind us."""
    match settings.split:
        case "power":
            queue = QueueModel.power(settings.exponent)
        case "logarithmic":
            queue = QueueModel.logarithmic()
    return FillModel(queue, settings.impact)
