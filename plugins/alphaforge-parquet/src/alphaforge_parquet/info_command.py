"""`alphaforge data info`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.output import print_details, print_json, print_table
from alphaforge.feeds.recorded import open_recordings
from alphaforge.hooks.registry import Registry

from alphaforge_parquet.info import InstrumentInfo, RecordingInfo, info_of, quantiles


def data_info(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="recordings or Parquet files")],
    instruments: Annotated[
        Path | None,
        typer.Option(help="the venue's instrument list (for Binance the answer of exchangeInfo)"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print as JSON; times are ns since 1970")] = False,
) -> None:
    """Show what recordings and Parquet files hold.

    Instruments, span, counts of events, gaps, events out of order, and the offset of the recorder's clock.
    """
    with ended_by_signals():
        registry = Registry.installed()
        infos = [(path, info_of(open_recordings([path], instruments, registry))) for path in files]
    if as_json:
        sizes = [{"file": str(path), "bytes": path.stat().st_size} for path, _ in infos]
        print_json([size | info.to_json() for size, (_, info) in zip(sizes, infos, strict=True)])
        return
    for number, (path, info) in enumerate(infos):
        if number:
            print()
        _print_info(path, info)


def _print_info(path: Path, info: RecordingInfo) -> None:
    data = info.to_json()
    print_details(
        {
            "file": path,
            "size": f"{path.stat().st_size:,} bytes",
            "venues": data["venues"],
            "from": _time(info.first_ts_recv),
            "to": f"{_time(info.last_ts_recv)} ({data['span_s']:,.1f} s)",
            "events": f"{info.events:,}",
            "out of order": f"{info.out_of_order:,}",
            "longest pause": f"{data['longest_pause_s']:,.3f} s",
        }
    )
    for one in info.instruments:
        print()
        print_table(("", ""), [(one.instrument.id, ""), *_rows(one)])
    for note in info.notes:
        print(f"\nnote: {note}")


def _rows(one: InstrumentInfo) -> list[tuple[str, object]]:
    breaks = f"{one.sequence_breaks:,} breaks, {one.missing_updates:,} updates missing"
    offsets = quantiles(one.offsets_ms)
    told = "" if offsets is None else ", ".join(f"{name} {value:,}" for name, value in offsets.items())
    return [
        ("  grid", f"tick {one.instrument.tick_size:f}, lot {one.instrument.lot_size:f}"),
        *((f"  {kind}", f"{count:,}") for kind, count in one.events.items()),
        ("  book", f"{breaks}, {one.repeated_updates:,} diffs repeated"),
        ("  received after the venue's time, ms", told or "the venue tells no time"),
    ]


def _time(ts: int | None) -> str:
    if ts is None:
        return "no event"
    seconds, ns = divmod(ts, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{ns:09d} UTC"
