"""Live trading wants two words: one in the configuration, and one of the operator at the start."""

import sys

from alphaforge.config.node_config import NodeConfig
from alphaforge.model.errors import SetupError

_WORD = "live"


def confirm_live(config: NodeConfig, *, is_confirmed: bool) -> None:
    """Make sure that the operator means it.

    Raises:
        SetupError: nobody has confirmed it.
    """
    if config.node.mode != "live" or config.feed.source != "live" or is_confirmed:
        return
    if sys.stdin.isatty():
        venues = ", ".join(config.venues)
        print(f"Node {config.node.name} will send orders to {venues} with real money.", file=sys.stderr)
        print(f"Type {_WORD!r} to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() == _WORD:
            return
    raise SetupError("node.mode = 'live' was not confirmed: start it with --confirm-live")
