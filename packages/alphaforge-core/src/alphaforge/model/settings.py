"""Settings: what a section of the configuration may hold, for core and for plugins."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class Settings(BaseModel):
    """The base of all settings. Unknown keys are errors; values cannot be changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def anchor(path: Path, info: ValidationInfo) -> Path:
    """`path` relative to the folder of the configuration file, where there is one."""
    folder = (info.context or {}).get("folder")
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path.parts[0]} is no user's home folder here: write the path in full") from error
    return folder / expanded if folder is not None else expanded


ConfigPath = Annotated[Path, AfterValidator(anchor)]
"""A path in the configuration. A relative one is relative to the folder of the configuration file."""
