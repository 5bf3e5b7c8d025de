"""`alphaforge data fetch`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.option_values import Overrides, check_folder
from alphaforge.cli.output import print_json, print_table, say
from alphaforge.config.load import load_config, load_raw
from alphaforge.hooks.registry import Registry

_DATE = ["%Y-%m-%d"]


def data_fetch(
    instrument: Annotated[str, typer.Argument(metavar="VENUE:SYMBOL", help="such as BINANCE:BTCUSDT")],
    first: Annotated[datetime, typer.Option("--from", formats=_DATE, help="the first day, UTC")],
    last: Annotated[datetime, typer.Option("--to", formats=_DATE, help="the last day, UTC")],
    what: Annotated[
        str, typer.Option(help="trades, aggTrades or klines:1m, in the words of the venue")
    ] = "trades",
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="the folder of the store", callback=check_folder)
    ] = Path("data"),
    config: Annotated[
        Path | None, typer.Option(metavar="NODE.TOML", help="a configuration with settings of the venue")
    ] = None,
    assignments: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the files as JSON")] = False,
) -> None:
    """Fetch a venue's past into a store of files, one for each day, that a backtest reads.

    What is there is not fetched again: after a failure, run it again.
    """
    venue, separator, symbol = instrument.partition(":")
    if not separator or not venue or not symbol:
        raise typer.BadParameter(f"{instrument!r}: write VENUE:SYMBOL, such as BINANCE:BTCUSDT")
    if last < first:
        raise typer.BadParameter("--to: it is before --from")
    raw = load_raw(config, assignments or [])
    name = venue.lower()
    raw.add({"venues": {name: {"instruments": [symbol]}}}, "VENUE:SYMBOL")
    loaded = load_config(raw)
    # Sockets take a while to import.
    from alphaforge.cli.fetch_run import Wanted, fetch  # noqa: PLC0415

    wanted = Wanted(name, symbol, what, first.date(), last.date(), into)
    registry = Registry.installed(loaded.plugins.disabled)
    rows = anyio.run(fetch, wanted, loaded, raw, registry, None if as_json else say)
    if as_json:
        print_json(rows)
    else:
        print_table(("day", "lines fetched", "state", "file"), [list(row.values()) for row in rows])
