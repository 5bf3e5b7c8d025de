"""The kill of a node whose engine does not answer: latch, end of the process, and the venues by ourselves."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import anyio

from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.node_config import NodeConfig
from alphaforge.drivers.clock import Clock
from alphaforge.engine.control.figures import KillFigures
from alphaforge.engine.control.latch_file import LatchEntry, read_latches, with_entry, write_latches
from alphaforge.engine.control.node_folder import Launch, NodeFolder, leave_node
from alphaforge.engine.control.node_process import NotEndedError, end_process
from alphaforge.engine.control.sweep import Sweep
from alphaforge.engine.control.tally import Tally
from alphaforge.engine.live_venue import open_venues
from alphaforge.engine.supervisor import first_error
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import AlphaForgeError, ConfigError, SetupError
from alphaforge.sansio.order_names import split_name
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_events import OrderReport

log = logging.getLogger("alphaforge.engine")

_PAUSE_S = 0.5
_ALL = dict.fromkeys(Priority, 1.0)
"""All of the venues' limits: nothing is more urgent than this."""


@dataclass(slots=True)
class Outcome:
    """What a kill without the engine has come to."""

    killed: Sequence[int] = ()
    """The processes that were killed; none where the node did not run."""
    faults: list[str] = field(default_factory=list)
    """What could not be done."""
    figures: KillFigures | None = None
    """None where the venues could not be asked."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The configuration of a node, read and validated."""

    config: NodeConfig
    raw: RawConfig
    registry: Registry


def prepare(folder: NodeFolder, launch: Launch) -> Prepared:
    """Read the configuration with which a node was started.

    Raises:
        AlphaForgeError: it is not known, cannot be used, or is not of this node.
    """
    if launch.config is None:
        raise SetupError("its configuration is not known: give NODE.TOML, so that its venues can be asked")
    raw = load_raw(launch.config, launch.assignments)
    config = load_config(raw)
    if (config.node.name, config.node.mode) != (folder.node, "live"):
        raise SetupError(f"{launch.config} is not of a live node {folder.node!r}: no venue is asked")
    return Prepared(config, raw, Registry.installed(config.plugins.disabled))


def end_and_cancel(
    folder: NodeFolder,
    entry: LatchEntry,
    prepared: Callable[[], Prepared],
    *,
    all_orders: bool,
    asked_s: float,
    wait_s: float,
) -> Outcome:
    """Leave a latch, end the node's process, cancel its orders at its venues.

    Whatever cannot be done, the rest is done: `prepared` is asked when the process has ended.
    """
    outcome = Outcome(faults=_latch(folder, entry))
    try:
        outcome.killed = end_process(folder)
        if not outcome.faults:
            # The node may have written the file in between.
            outcome.faults += _latch(folder, entry)
    except (NotEndedError, OSError) as error:
        outcome.faults.append(f"the node's process: {error}")
    for pid in outcome.killed:
        log.warning("node %s: process %d was killed", folder.node, pid)
    try:
        cancel = partial(cancel_at_venues, all_orders=all_orders, asked_s=asked_s, wait_s=wait_s)
        outcome.figures = anyio.run(cancel, prepared())
    except AlphaForgeError as error:
        outcome.faults.append(str(error))
    finally:
        leave_node(folder)
    return outcome


def _latch(folder: NodeFolder, entry: LatchEntry) -> list[str]:
    try:
        entries = read_latches(folder.latches)
        if entry not in entries:
            write_latches(folder.latches, with_entry(entries, entry))
    except SetupError:
        return []  # a file that cannot be read blocks the start as well
    except OSError as error:
        return [f"{folder.latches}: {error.strerror or error}: a restart would trade"]
    return []


async def cancel_at_venues(
    prepared: Prepared,
    *,
    all_orders: bool,
    asked_s: float,
    wait_s: float,
) -> KillFigures:
    """Cancel the orders of this node, or all, at all its venues at once, and ask until none is left.

    `asked_s` is when the kill was asked for, monotonic; it gives up after `wait_s`.

    Raises:
        AlphaForgeError: the configuration cannot be used. What a venue refuses is in the figures.
    """
    config, clock = prepared.config, Clock()
    tally = Tally(asked_s, clock.monotonic_s)

    def is_wanted(report: OrderReport) -> bool:
        return all_orders or split_name(report.name, config.node.name) is not None

    async def sweep(name: str) -> None:
        alone = replace(config, venues={name: config.venues[name]})
        while True:
            try:
                async with open_venues(alone, prepared.raw, prepared.registry, clock, shares=_ALL) as venues:
                    for venue in venues:
                        again_after_s = venue.adapter.traits.certain_after_s
                        await Sweep(name, venue, is_wanted, tally).run(again_after_s=again_after_s)
                    return
            except ConfigError:
                raise
            except AlphaForgeError as error:
                log.warning("%s: asked again: %s", name, error)
                await anyio.sleep(_PAUSE_S)

    for name in config.venues:
        tally.begin(name)
    try:
        with anyio.move_on_after(wait_s):
            async with anyio.create_task_group() as sweeps:
                for name in config.venues:
                    sweeps.start_soon(sweep, name)
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    return tally.figures()
