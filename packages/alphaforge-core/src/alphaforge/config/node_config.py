"""The whole configuration of a node."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin, get_type_hints

from alphaforge.config.limits import AccountLimits, QuantityLimits, StrategyLimits, VenueLimits
from alphaforge.config.sections import (
    FeedSection,
    FeeTierSection,
    NodeSection,
    PaperSection,
    PluginSettings,
    PluginsSection,
    RiskSection,
    StrategySection,
    VenueSection,
)
from alphaforge.model.settings import Settings


@dataclass(frozen=True)
class NodeConfig:
    """What a node is made of, every section validated. The list of the sections, and their order."""

    node: NodeSection = field(default_factory=NodeSection)
    feed: FeedSection = field(default_factory=FeedSection)
    venues: dict[str, VenueSection] = field(default_factory=dict)
    paper: PaperSection = field(default_factory=PaperSection)
    strategies: tuple[StrategySection, ...] = ()
    risk: RiskSection = field(default_factory=RiskSection)
    sinks: PluginSettings = field(default_factory=dict)
    monitors: PluginSettings = field(default_factory=dict)
    plugins: PluginsSection = field(default_factory=PluginsSection)


SECTIONS: Mapping[str, Any] = get_type_hints(NodeConfig)
"""The sections and their types."""


def _tables() -> Iterator[tuple[str, type[Settings]]]:
    for name, kind in SECTIONS.items():
        written = {dict: f"[{name}.NAME]", tuple: f"[[{name}]]"}.get(get_origin(kind), f"[{name}]")
        for found in (kind, *get_args(kind)):
            if isinstance(found, type) and issubclass(found, Settings):
                yield written, found


TABLES: dict[str, type[Settings]] = {
    **dict(_tables()),
    "[[paper.fee_tiers]]": FeeTierSection,
    "[risk.account]": AccountLimits,
    "[risk.venue.NAME]": VenueLimits,
    '[risk.instrument."VENUE:SYMBOL"]': QuantityLimits,
    "[risk.strategy.NAME]": StrategyLimits,
}
"""The tables whose keys core knows, as they are written in a file, and the models of their keys."""
