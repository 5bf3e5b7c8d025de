"""The hooks of the plugin."""

from collections.abc import Sequence

from alphaforge import hookimpl
from alphaforge.hooks.specs import MonitorSpec

from alphaforge_healthcheck.feed_fresh import FeedFresh, FeedFreshSettings


@hookimpl
def alphaforge_monitors() -> Sequence[MonitorSpec]:
    """Whether market data still comes."""
    return [
        MonitorSpec(
            "feed-fresh",
            "whether market data still comes",
            FeedFreshSettings,
            FeedFresh,
        )
    ]
