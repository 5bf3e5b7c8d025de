"""Whether market data still comes."""

from alphaforge.model.monitor import CheckResult, NodeView
from alphaforge.model.settings import Settings
from pydantic import Field


class FeedFreshSettings(Settings):
    """`[monitors.feed-fresh]`."""

    interval_s: float = Field(1.0, gt=0, allow_inf_nan=False, description="seconds between two looks")
    warn_after_s: float = Field(5.0, gt=0, description="silence of this many seconds is a warning")
    fail_after_s: float = Field(30.0, gt=0, description="silence of this many seconds is a failure")
    halt: bool = Field(default=False, description="stop all trading and cancel open orders on a failure")


class FeedFresh:
    """Warns, and then fails, when no market event has reached the engine for a while."""

    def __init__(self, settings: FeedFreshSettings) -> None:
        self._settings = settings
        self.interval_s = settings.interval_s

    def check(self, node: NodeView) -> CheckResult:
        """Look once."""
        silence_s = node.since_last_event_s
        settings = self._settings
        text = f"the last market event came {silence_s:.1f} s ago"
        if silence_s > settings.fail_after_s:
            remedy = "; check the feed and its connection"
            return CheckResult("fail", text + remedy, halt=settings.halt)
        if silence_s > settings.warn_after_s:
            return CheckResult("warn", text)
        return CheckResult("pass", text)
