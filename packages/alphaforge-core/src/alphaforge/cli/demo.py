"""`alphaforge demo`."""

from typing import Annotated

import anyio
import typer

from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import options_at_fault
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config
from alphaforge.engine.compose import compose
from alphaforge.engine.node import Node
from alphaforge.hooks.registry import Registry

_EPILOGUE = """
The demo-market-maker strategy has traded a market of simulated traders, through the same engine,
risk gate and matching engine that run your own strategies. It rests its orders, and the maker fee of
the demo is zero, so that its fees are zero too. Next:

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
            "feed": {"source": "simulated"},
            "paper": {"maker_fee": "0", "taker_fee": "0.0004"},
            "strategies": [{"use": "demo-market-maker"}],
            "risk": {"instrument": {"SIM:BTCUSDT": {"max_position": "0.15"}}},
        },
        "demo",
    )
    raw.add({"feed": {"seconds": seconds}}, "--seconds")
    raw.add({"feed": {"seed": seed}}, "--seed")
    with ended_by_signals(), options_at_fault(), progress_bar("demo", shown=not as_json) as progress:
        parts = compose(load_config(raw), raw, Registry.installed())
        result = anyio.run(Node(parts, progress=progress).run)
    report(result, as_json=as_json)
    if not as_json:
        print(_EPILOGUE.rstrip())
