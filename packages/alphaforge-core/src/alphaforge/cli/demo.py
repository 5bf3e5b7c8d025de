"""`alphaforge demo`."""

from typing import Annotated

import anyio
import typer

from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.hooks.registry import Registry

_EPILOGUE = """
The demo-market-maker strategy has traded a market of simulated traders, through the same engine,
risk gate and matching engine that run your own strategies. Next:

  alphaforge backtest examples/ema_cross.py --data RECORDING
  alphaforge plugins list
"""


def demo(
    seconds: Annotated[float, typer.Option(help="how long the market runs, in its own time", min=1)] = 60.0,
    seed: Annotated[int, typer.Option(help="the same seed gives the same market", min=0)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Trade a simulated market on paper, without keys and offline."""
    raw = RawConfig()
    raw.add(
        {
            "node": {"name": "demo"},
            "feed": {"source": "simulated", "seconds": seconds, "seed": seed},
            "paper": {"maker_fee": "0", "taker_fee": "0.0004"},
            "strategies": [{"use": "demo-market-maker"}],
            "risk": {"instrument": {"SIM:BTCUSDT": {"max_position": "0.15"}}},
        },
        "demo",
    )
    parts = compose(load_config(raw), raw, Registry.installed())
    with progress_bar("demo", shown=not as_json) as progress:
        result = anyio.run(Node(parts, progress=progress).run)
    report(result, as_json=as_json)
    if not as_json:
        print(_EPILOGUE.rstrip())
