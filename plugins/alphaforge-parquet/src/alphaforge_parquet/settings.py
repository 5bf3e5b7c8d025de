"""The settings of the sink."""

from alphaforge.model.settings import ConfigPath, Settings
from pydantic import Field


class ParquetSettings(Settings):
    """`[sinks.parquet]`."""

    path: ConfigPath = Field(
        description="the folder; every run adds files to an existing one, under its own `run_id`"
    )
    part_rows: int = Field(50_000, ge=1, description="a file is closed when it has this many rows")
    part_s: float = Field(
        30.0,
        gt=0,
        allow_inf_nan=False,
        description="a file is closed when its first row has waited this long, in seconds",
    )
