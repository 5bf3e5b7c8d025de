"""The example of a risk rule, installed from its folder as a user would, and what it denies."""

import json
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples" / "plugins" / "alphaforge-event-guard"
NODE = """
[feed]
seconds = 20
[[strategies]]
use = "demo-market-maker"
[risk.rules.event-guard]
events_file = "events.toml"
minutes_before = {minutes}
"""
EVENTS = '[[events]]\nname = "the end"\nat = 2100-01-01T00:00:00Z\n'


def test_the_example_denies_before_an_event(run: Callable[..., str], installed: Path, tmp_path: Path) -> None:
    run(installed / "pip", "install", "--quiet", "--no-deps", FOLDER)
    (tmp_path / "events.toml").write_text(EVENTS, encoding="utf-8")
    for minutes, is_denied in ((1, False), (100_000_000, True)):
        config = tmp_path / f"node{minutes}.toml"
        config.write_text(NODE.format(minutes=minutes), encoding="utf-8")
        result = json.loads(run(installed / "alphaforge", "run", config, "--json"))
        assert (result["fills"] == 0) == is_denied
        assert ("plugin_rule" in result["denied"]) == is_denied
    run(installed / "pip", "uninstall", "--quiet", "--yes", "alphaforge-event-guard")
