"""The paper venue: the runtime's matching engine fills orders against the market data."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from alphaforge_rs import Instrument, Runtime

from alphaforge.model.fill_model import FeeTiers, FillModel, Latency

DEFAULT_CASH = Decimal(10_000)
"""Start money of every quote currency, where none is configured."""


def add_paper_venues(
    runtime: Runtime,
    instruments: Iterable[Instrument],
    model: FillModel,
    *,
    latency: Latency,
    fees: FeeTiers,
    native_triggers: bool,
) -> list[str]:
    """Add a paper venue for every venue of the instruments; returns the venues' names.

    `latency` and `fees` are for what the fill model leaves open.
    """
    names = list(dict.fromkeys(instrument.venue for instrument in instruments))
    for name in names:
        runtime.add_paper_venue(
            name,
            latency=model.latency or latency,
            fees=model.fees or fees,
            queue=model.queue,
            impact=model.impact,
            native_triggers=native_triggers,
        )
    return names


def fund_paper_venues(
    runtime: Runtime,
    venues: Iterable[str],
    instruments: Iterable[Instrument],
    cash: Mapping[str, Decimal],
) -> None:
    """Give every venue its start money. Currencies of instruments that get none start at zero."""
    instruments = list(instruments)
    for venue in venues:
        own = [instrument for instrument in instruments if instrument.venue == venue]
        money = {instrument.base: Decimal(0) for instrument in own}
        money |= {instrument.quote: Decimal(0) for instrument in own}
        money |= cash or {instrument.quote: DEFAULT_CASH for instrument in own}
        for currency, total in money.items():
            runtime.set_balance(venue, currency, total)
