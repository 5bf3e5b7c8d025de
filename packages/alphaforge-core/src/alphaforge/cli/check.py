"""`alphaforge check`."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.option_values import Overrides
from alphaforge.cli.output import print_details, print_json
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import Composition, compose
from alphaforge.hooks.registry import Registry


def check(
    config: Annotated[Path, typer.Argument(metavar="NODE.TOML", help="the node's configuration")],
    assignments: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="print what would run as JSON")] = False,
) -> None:
    """Put a node together without running it, and show what would run.

    The venues of a live node are asked, as at its start.
    """
    raw = load_raw(config, assignments or [])
    loaded = load_config(raw)
    registry = Registry.installed(loaded.plugins.disabled)
    if loaded.feed.source == "live":
        # Sockets take a while to import.
        from alphaforge.cli.live_run import check_live  # noqa: PLC0415

        parts = anyio.run(check_live, loaded, raw, registry)
    else:
        parts = compose(loaded, raw, registry)
    found = _described(parts)
    if as_json:
        print_json({"ok": True, **found})
        return
    print_details(found)
    print("ok")


def _described(parts: Composition) -> dict[str, object]:
    return {
        "node": parts.config.node.name,
        "mode": parts.config.node.mode,
        "feed": parts.config.feed.source,
        "instruments": [instrument.id for instrument in parts.instruments],
        "strategies": [strategy.name for strategy in parts.strategies],
        "sinks": [sink.name for sink in parts.sinks],
        "monitors": [monitor.name for monitor in parts.monitors],
        "risk rules": sorted(parts.config.risk.rules),
        "secrets": [
            f"{name}.{secret}: {source or 'not given'}"
            for name, venue in parts.venues.items()
            for secret, source in venue.secrets.sources.items()
        ],
    }
