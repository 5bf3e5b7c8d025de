"""Recording venues until told to stop."""

import logging
from collections.abc import Sequence
from pathlib import Path

import anyio

from alphaforge.cli.until_told import first_signal
from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig
from alphaforge.drivers.clock import Clock
from alphaforge.engine.live_venue import open_venues
from alphaforge.engine.recording import open_recorder, record
from alphaforge.engine.supervisor import first_error
from alphaforge.feeds.recorder import Recorder, Rotation
from alphaforge.hooks.registry import Registry
from alphaforge.model.instrument import InstrumentTable

log = logging.getLogger("alphaforge.cli")


async def record_venues(
    config: NodeConfig,
    raw: RawConfig,
    registry: Registry,
    folder: Path,
    rotation: Rotation,
    seconds: float | None,
) -> Sequence[Recorder]:
    """Record all venues of a configuration, until a signal to end or for so many seconds.

    Raises:
        AlphaForgeError: a venue cannot be connected to, or a file cannot be written.
    """
    async with open_venues(config, raw, registry, Clock()) as venues:
        tables = [InstrumentTable(venue.instruments) for venue in venues]
        recorders = [
            await open_recorder(venue, table, folder, rotation)
            for venue, table in zip(venues, tables, strict=True)
        ]
        try:
            async with anyio.create_task_group() as tasks:
                for venue, table, recorder in zip(venues, tables, recorders, strict=True):
                    record(venue, table, recorder, tasks)
                with anyio.move_on_after(seconds):
                    received = await first_signal()
                    log.warning("stopping after %s", received.name)
                tasks.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            raise first_error(group) from group
    return recorders
