"""`alphaforge record`."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.option_values import Overrides, check_folder
from alphaforge.cli.output import print_details, print_json
from alphaforge.config.load import load_config, load_raw
from alphaforge.hooks.registry import Registry

_MEGABYTE = 1_000_000


def record(
    config: Annotated[Path, typer.Argument(metavar="NODE.TOML", help="the node's configuration")],
    assignments: Overrides = None,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="the folder of the files", callback=check_folder)
    ] = Path("recordings"),
    minutes: Annotated[float, typer.Option(min=0.01, help="begin a new file after so long")] = 60.0,
    megabytes: Annotated[float, typer.Option(min=0.001, help="begin a new file at this size")] = 256.0,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="end after so long")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print what was recorded as JSON")] = False,
) -> None:
    """Record what the venues of a node send, until told to stop.

    Every file can be read alone, by a backtest too. A killed process loses at most the last second.
    """
    raw = load_raw(config, assignments or [])
    loaded = load_config(raw)
    # Sockets take a while to import.
    from alphaforge.cli.record_run import record_venues  # noqa: PLC0415
    from alphaforge.feeds.recorder import Rotation  # noqa: PLC0415

    rotation = Rotation(round(megabytes * _MEGABYTE), minutes * 60)
    registry = Registry.installed(loaded.plugins.disabled)
    recorders = anyio.run(record_venues, loaded, raw, registry, into, rotation, seconds)
    files = [str(path) for recorder in recorders for path in recorder.files]
    found = {"frames": sum(recorder.frames for recorder in recorders), "files": files}
    if as_json:
        print_json(found)
    else:
        print_details(found)
