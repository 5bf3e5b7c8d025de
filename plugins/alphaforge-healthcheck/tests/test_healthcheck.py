"""The feed check: at which silence it warns, fails, and halts."""

from collections.abc import Callable

import pytest
from alphaforge.hooks.loader import LoadedPlugin
from alphaforge.model.monitor import NodeView
from alphaforge_healthcheck.feed_fresh import FeedFresh, FeedFreshSettings
from pydantic import ValidationError


def view(silence_s: float) -> NodeView:
    return NodeView(state="ready", events=1, since_last_event_s=silence_s, feed_time_ns=1)


def test_the_plugin_loads(installed_plugin: Callable[[str], LoadedPlugin]) -> None:
    assert set(installed_plugin("healthcheck").specs["monitors"]) == {"feed-fresh"}


@pytest.mark.parametrize(
    ("silence_s", "status"),
    [(0.0, "pass"), (5.0, "pass"), (5.1, "warn"), (30.0, "warn"), (30.1, "fail")],
)
def test_silence_is_judged(silence_s: float, status: str) -> None:
    result = FeedFresh(FeedFreshSettings()).check(view(silence_s))
    assert result.status == status
    assert f"{silence_s:.1f} s ago" in result.text
    assert not result.halt


def test_a_failure_halts_where_that_is_wanted() -> None:
    monitor = FeedFresh(FeedFreshSettings(fail_after_s=1, halt=True))
    assert monitor.check(view(2)).halt
    assert not monitor.check(view(0.5)).halt


@pytest.mark.parametrize("interval_s", [0, float("inf"), float("nan")])
def test_settings_are_checked(interval_s: float) -> None:
    with pytest.raises(ValidationError):
        FeedFreshSettings(interval_s=interval_s)
