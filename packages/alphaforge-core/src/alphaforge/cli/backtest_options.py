"""The options of `alphaforge backtest`."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from alphaforge.cli.option_values import check_assignments, check_folder


def parse_fees(text: str) -> tuple[Decimal, Decimal]:
    """The rates of makers and takers.

    Raises:
        typer.BadParameter: it is not two numbers.
    """
    match text.split(","):
        case [maker, taker]:
            try:
                return Decimal(maker), Decimal(taker)
            except InvalidOperation:
                pass
    raise typer.BadParameter(f"{text!r}: write two rates, such as 0.0002,0.0004")


def _check_fees(text: str) -> str:
    parse_fees(text)
    return text


StrategyName: TypeAlias = Annotated[
    str,
    typer.Argument(metavar="PATH_OR_NAME[:CLASS]", help="strategy.py, module:Class, or a registered name"),
]
Data: TypeAlias = Annotated[list[Path] | None, typer.Option(help="a recording; several are merged by time")]
Simulated: TypeAlias = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="simulate a market for so long, instead of --data")
]
Seed: TypeAlias = Annotated[
    int | None, typer.Option(help="with --simulated: the same seed gives the same market; 1 by default")
]
Symbols: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="with --simulated: BTCUSDT (the default) or ETHUSDT; several hang together"),
]
History: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(help="a recording of what was before, for bars from before the run"),
]
Params: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="K=V", help="a parameter of the strategy", callback=check_assignments),
]
Cash: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CURRENCY=AMOUNT",
        help="start money; by default 10000 of every quote currency",
        callback=check_assignments,
    ),
]
Latency: TypeAlias = Annotated[float, typer.Option(help="how long a message takes, each way", min=0)]
Fees: TypeAlias = Annotated[
    str,
    typer.Option(metavar="MAKER,TAKER", help="fee rates, such as 0.0002,0.0004", callback=_check_fees),
]
FillModelName: TypeAlias = Annotated[str, typer.Option(metavar="NAME", help="how resting orders fill")]
FillParams: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="K=V", help="a setting of the fill model", callback=check_assignments),
]
InstrumentsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="the venue's instrument list (for Binance the answer of exchangeInfo)"),
]
Out: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="a folder for result.json, report.html, records.jsonl and records.sqlite",
        callback=check_folder,
    ),
]
