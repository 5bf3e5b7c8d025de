"""What a node was told, for the page of its report."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alphaforge.config.masking import masked
from alphaforge.config.node_config import NodeConfig
from alphaforge.engine.running_strategy import RunningStrategy

_OF_FILES = ("files", "history", "instruments_file", "pace", "speed")
_OF_SIMULATION = ("seed", "seconds", "symbols")
_ELSEWHERE = {
    "recorded": _OF_SIMULATION,
    "simulated": ("files", "instruments_file", "pace"),
    "live": (*_OF_FILES, *_OF_SIMULATION),
}
"""The settings of `[feed]` that say nothing where the source is this one."""


def shown_settings(config: NodeConfig, strategies: Sequence[RunningStrategy]) -> list[tuple[str, str]]:
    """The settings by their paths: what decides the result, defaults included, secrets masked.

    Settings of plugins are left out, since only their own models know which of them are secret.
    """
    feed = config.feed.model_dump(exclude=set(_ELSEWHERE[config.feed.source]))
    sections: dict[str, Any] = {
        "node": config.node.model_dump(exclude={"data_dir"}),
        "feed": feed,
        "paper": {} if config.node.mode == "live" else config.paper.model_dump(),
        "strategies": {
            running.name: section.model_dump(exclude={"name", "params"})
            | {"params": masked(running.strategy.params.model_dump())}
            for section, running in zip(config.strategies, strategies, strict=True)
        },
        "risk": config.risk.model_dump(exclude={"rules"}) | {"rules": list(config.risk.rules)},
    }
    # Parameters alone hold secrets: the names of strategies and instruments may sound like them.
    return list(_leaves(sections, ()))


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is set below a path, as text."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, (*path, str(key)))
    elif isinstance(value, list | tuple):
        if value:
            yield ".".join(path), ", ".join(str(item) for item in value)
    elif value is not None:
        yield ".".join(path), str(value)
