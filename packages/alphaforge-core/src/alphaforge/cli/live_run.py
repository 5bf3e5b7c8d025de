"""Running and checking nodes whose feed is live: the venues are connected to first."""

from alphaforge.cli.until_told import run_until_told
from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig
from alphaforge.drivers.clock import Clock
from alphaforge.engine.compose import Composition, compose
from alphaforge.engine.control.latch_file import refuse_killed
from alphaforge.engine.control.node_folder import NodeFolder
from alphaforge.engine.live_node import LiveNode
from alphaforge.engine.live_venue import open_venues
from alphaforge.engine.preflight import refuse_unfit
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry


async def run_live(config: NodeConfig, raw: RawConfig, registry: Registry) -> RunResult:
    """Connect, compose, and run until told to stop.

    Raises:
        AlphaForgeError: a venue cannot be connected to, or the node cannot be put together.
    """
    _refuse_killed(config)
    clock = Clock()
    async with open_venues(config, raw, registry, clock) as venues:
        if config.node.mode == "live":
            await refuse_unfit(venues)
        node = LiveNode(compose(config, raw, registry, live=venues), venues, clock)
        return await run_until_told(node)


async def check_live(config: NodeConfig, raw: RawConfig, registry: Registry) -> Composition:
    """Connect and compose, without running.

    Raises:
        AlphaForgeError: as for `run_live`.
    """
    _refuse_killed(config)
    async with open_venues(config, raw, registry, Clock()) as venues:
        if config.node.mode == "live":
            await refuse_unfit(venues)
        return compose(config, raw, registry, live=venues, is_check=True)


def _refuse_killed(config: NodeConfig) -> None:
    """Say so before the venues are asked; the node looks again once nobody else can have it."""
    if config.node.mode == "live":
        refuse_killed(NodeFolder(config.node.data_dir, config.node.name).latches, config.node.name)
