"""The whole configuration of a node."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaforge.config.sections import (
    FeedSection,
    NodeSection,
    PaperSection,
    PluginSettings,
    PluginsSection,
    RiskSection,
    StrategySection,
    VenueSection,
)


@dataclass(frozen=True)
class NodeConfig:
    """What a node is made of, every section validated."""

    node: NodeSection = field(default_factory=NodeSection)
    feed: FeedSection = field(default_factory=FeedSection)
    venues: Mapping[str, VenueSection] = field(default_factory=dict)
    paper: PaperSection = field(default_factory=PaperSection)
    strategies: tuple[StrategySection, ...] = ()
    risk: RiskSection = field(default_factory=RiskSection)
    sinks: PluginSettings = field(default_factory=dict)
    monitors: PluginSettings = field(default_factory=dict)
    plugins: PluginsSection = field(default_factory=PluginsSection)
