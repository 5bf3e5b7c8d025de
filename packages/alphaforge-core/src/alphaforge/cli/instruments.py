"""`alphaforge instruments`."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from alphaforge.cli.output import print_json, print_table
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import VenueSpec
from alphaforge.model.errors import DataError
from alphaforge.model.instrument import Instrument
from alphaforge.model.plain_digits import plain_digits

_COLUMNS = ("symbol", "base", "quote", "tick_size", "lot_size", "min_quantity", "min_notional", "status")


def instruments(
    venue: Annotated[str, typer.Argument(help="the venue, such as binance")],
    file: Annotated[Path, typer.Argument(help="its own instrument list, as its REST API answers")],
    as_json: Annotated[bool, typer.Option("--json", help="print the instruments as JSON")] = False,
) -> None:
    """Show what a venue's instrument list comes to."""
    spec = Registry.installed().get(VenueSpec, venue)
    try:
        body = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: {error.strerror or error}") from error
    try:
        rows = [_row(instrument) for instrument in spec.parse_instruments(body)]
    except DataError as error:
        raise DataError(f"{file}: {error}") from error
    if not rows:
        raise DataError(f"{file}: it lists no instrument of {spec.title}: give the venue's whole list")
    if as_json:
        print_json(rows)
    else:
        print(spec.title)
        print_table(_COLUMNS, [list(row.values()) for row in rows])


def _row(instrument: Instrument) -> dict[str, str | None]:
    """The instrument's values by column; numbers are text, exact."""
    values = {column: getattr(instrument, column) for column in _COLUMNS}
    return {column: _text(value) for column, value in values.items()}


def _text(value: Decimal | str | None) -> str | None:
    return plain_digits(value) if isinstance(value, Decimal) else value
