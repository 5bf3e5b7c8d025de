"""`alphaforge data convert`."""

from pathlib import Path
from typing import Annotated

import typer
from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.output import print_details, print_json, say
from alphaforge.feeds.recorded import open_recordings
from alphaforge.hooks.registry import Registry

from alphaforge_parquet.event_file import write_event_file


def data_convert(
    recording: Annotated[Path, typer.Argument(help="what to read: anything that a backtest reads")],
    out: Annotated[Path, typer.Argument(metavar="OUT.PARQUET", help="the file to write; it must not exist")],
    instruments: Annotated[
        Path | None,
        typer.Option(help="the venue's instrument list (for Binance the answer of exchangeInfo)"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print what was written as JSON")] = False,
) -> None:
    """Write a recording as a Parquet file of market events.

    A backtest reads it in place of the recording, many times faster, and comes to the same result.
    """
    with ended_by_signals():
        feed = open_recordings([recording], instruments, Registry.installed())
        events = write_event_file(feed, out)
    for note in feed.notes:
        say(f"warning: {note}")
    written = {
        "events": events,
        "instruments": [instrument.id for instrument in feed.table.instruments],
        "bytes_read": recording.stat().st_size,
        "bytes_written": out.stat().st_size,
    }
    if as_json:
        print_json(written)
    else:
        print_details(written)
