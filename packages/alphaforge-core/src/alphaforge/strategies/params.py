"""Parameters of strategies: typed, validated, given in the configuration or with `--param`."""

from pydantic import BaseModel, ConfigDict


class StrategyParams(BaseModel):
    """The base of a strategy's parameters.

        class Params(StrategyParams):
            fast: int = 12
            size: Decimal = Decimal("0.001")

    Unknown parameters are errors; values cannot be changed later.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
