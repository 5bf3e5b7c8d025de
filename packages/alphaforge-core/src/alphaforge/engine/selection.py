"""Which instruments of the feed a node trades, and which of them each strategy."""

from collections.abc import Sequence

from alphaforge_rs import Instrument

from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import StrategySection
from alphaforge.model.errors import ConfigError


def selected(instruments: Sequence[Instrument], config: NodeConfig, raw: RawConfig) -> Sequence[Instrument]:
    """The instruments of the feed that the configured venues name; all where none is configured."""
    if not config.venues:
        return instruments
    sections: dict[str, str] = {}
    chosen: list[Instrument] = []
    for name, section in config.venues.items():
        venue = (section.venue or name).upper()
        other = sections.setdefault(venue, name)
        if other != name:
            raise ConfigError(
                f"{raw.table_origin(('venues', name))}: venues.{name}: {venue} is the venue of "
                f"venues.{other} already: name its instruments there"
            )
        chosen += _of_venue(venue, name, section.instruments, instruments, raw)
    return chosen


def _of_venue(
    venue: str, section: str, symbols: Sequence[str], instruments: Sequence[Instrument], raw: RawConfig
) -> Sequence[Instrument]:
    """The instruments with these symbols of a venue; all that the feed has of it where none is named."""
    offered = {one.symbol: one for one in instruments if one.venue == venue}
    if not offered:
        known = ", ".join(sorted({one.venue for one in instruments}))
        raise ConfigError(
            f"{raw.table_origin(('venues', section))}: venues.{section}: the feed has no venue {venue} "
            f"(it has: {known})"
        )
    for symbol in symbols:
        if symbol not in offered:
            known = ", ".join(sorted(offered))
            raise ConfigError(
                f"{raw.origin(('venues', section, 'instruments'))}: venues.{section}.instruments = "
                f"{symbol!r}: the feed has no such instrument of {venue} (it has: {known})"
            )
    return [offered[symbol] for symbol in dict.fromkeys(symbols or offered)]


def instruments_of(
    index: int, section: StrategySection, instruments: Sequence[Instrument], raw: RawConfig
) -> Sequence[Instrument]:
    """The instruments of the node that a strategy names; all where it names none."""
    if not section.instruments:
        return instruments
    known = {instrument.id: instrument for instrument in instruments}
    for wanted in section.instruments:
        if wanted not in known:
            raise ConfigError(
                f"{raw.origin(('strategies', str(index), 'instruments'))}: strategies.{index}.instruments "
                f"= {wanted!r}: the node has no such instrument (it has: {', '.join(known)})"
            )
    return [known[wanted] for wanted in dict.fromkeys(section.instruments)]
