"""Connecting to the venues of a node: adapters, limits, clocks, instruments. Nothing is traded here."""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from alphaforge_rs import Instrument, InstrumentTable

from alphaforge.config.layers import RawConfig
from alphaforge.config.node_config import NodeConfig
from alphaforge.config.sections import VenueSection
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.http import HttpDriver
from alphaforge.drivers.tls import make_tls_context
from alphaforge.engine.venue_sections import ConfiguredVenue, configured_venues
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import VenueSpec
from alphaforge.model.errors import ConfigError, SetupError
from alphaforge.sansio.clock_offset import ClockOffset, OffsetSample
from alphaforge.sansio.errors import TransportError
from alphaforge.sansio.frame_decoder import FrameError
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.rate_limit import SHARES, WeightBudget
from alphaforge.sansio.venue_codec import VenueAdapter
from alphaforge.venues.venue_link import VenueLink

_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class LiveVenue:
    """A venue that has answered: its clock and its instruments are known."""

    name: str
    """In upper case, as instruments have it."""
    section: VenueSection
    spec: VenueSpec
    adapter: VenueAdapter
    http: HttpDriver
    budget: WeightBudget
    attempts: WeightBudget
    """How often connections may be opened."""
    clock: Clock
    offset: ClockOffset
    instruments: Sequence[Instrument]
    tls_context: ssl.SSLContext | None
    """Whom to trust; None for the system's authorities."""

    def link(self, table: InstrumentTable) -> VenueLink | None:
        """The line for orders; None where there are no keys."""
        if self.adapter.trading is None:
            return None
        codec = self.adapter.trading(table)
        return VenueLink(
            self.name, codec, self.adapter.traits, self.http, self.budget, self.clock, self.offset, table
        )

    async def read_instruments(self, symbols: Sequence[str]) -> Sequence[Instrument]:
        """Instruments of the venue that the node does not trade.

        Raises:
            SetupError: the venue does not tell, or does not know one.
            TransportError: there is no answer.
        """
        return await _read_instruments(symbols, self.spec, self.adapter, self.http)

    async def measure_clock(self) -> None:
        """Ask for the venue's time, several times; the quickest answer counts.

        Raises:
            TransportError: there is no answer.
            FrameError: the answer cannot be read.
        """
        samples = []
        for _ in range(_SAMPLES):
            sent_ns = self.clock.now_ns()
            response = await self.http.request(self.adapter.public.time())
            venue_ns = self.adapter.public.read_time(response)
            samples.append(OffsetSample(sent_ns, self.clock.now_ns(), venue_ns))
        if not self.offset.agrees_with(min(samples, key=lambda sample: sample.uncertainty_ns)):
            # One of the clocks was set: what was measured before says nothing any more.
            self.offset.clear()
        for sample in samples:
            self.offset.add(sample)


@asynccontextmanager
async def open_venues(
    config: NodeConfig,
    raw: RawConfig,
    registry: Registry,
    clock: Clock,
    *,
    shares: Mapping[Priority, float] = SHARES,
) -> AsyncIterator[list[LiveVenue]]:
    """Connect to all venues that the configuration names; `shares` as for `WeightBudget`.

    Raises:
        ConfigError: a venue cannot be connected to as it is configured.
        SetupError: a venue does not answer, or does not know an instrument.
    """
    if not config.venues:
        origin = raw.origin(("feed", "source"))
        raise ConfigError(f"{origin}: feed.source = 'live': name a venue, such as [venues.binance]")
    async with AsyncExitStack() as stack:
        yield [
            await _open(name, config.venues[name], configured, clock, stack, shares=shares)
            for name, configured in configured_venues(config, raw, registry).items()
        ]


async def _open(
    name: str,
    section: VenueSection,
    configured: ConfiguredVenue,
    clock: Clock,
    stack: AsyncExitStack,
    *,
    shares: Mapping[Priority, float],
) -> LiveVenue:
    spec, secrets = configured.spec, configured.secrets.secrets
    if spec.connect is None:
        raise SetupError(f"venues.{name}: {spec.title} cannot be connected to")
    if not section.instruments:
        raise SetupError(f"venues.{name}.instruments is empty: name what is to be traded")
    adapter = spec.connect(configured.settings, secrets)
    tls_context = None if section.ca_file is None else make_tls_context(section.ca_file)
    budget = WeightBudget(adapter.http_limits, shares)
    http = HttpDriver(
        adapter.rest_url,
        budget=budget,
        clock=clock,
        tls_context=tls_context,
        usage_of=adapter.public.usage,
    )
    await stack.enter_async_context(http)
    try:
        instruments = await _read_instruments(section.instruments, spec, adapter, http)
        venue = LiveVenue(
            name=spec.name.upper(),
            section=section,
            spec=spec,
            adapter=adapter,
            http=http,
            budget=budget,
            attempts=WeightBudget(adapter.connect_limits),
            clock=clock,
            offset=ClockOffset(),
            instruments=instruments,
            tls_context=tls_context,
        )
        await venue.measure_clock()
    except (TransportError, FrameError) as error:
        raise SetupError(f"venues.{name}: {spec.title} at {adapter.rest_url}: {error}") from error
    return venue


async def _read_instruments(
    symbols: Sequence[str], spec: VenueSpec, adapter: VenueAdapter, http: HttpDriver
) -> list[Instrument]:
    response = await http.request(adapter.public.instruments(symbols))
    if response.status != 200:  # noqa: PLR2004 - HTTP's OK
        text = response.body[:200].decode(errors="replace")
        raise SetupError(
            f"venues.{spec.name}: its instruments cannot be read: HTTP {response.status}: {text}; is each of "
            f"{', '.join(symbols)} one of its symbols?"
        )
    offered = {instrument.symbol: instrument for instrument in spec.parse_instruments(response.body)}
    missing = [symbol for symbol in symbols if symbol not in offered]
    if missing:
        raise SetupError(f"venues.{spec.name}.instruments: {spec.title} has no {', '.join(missing)}")
    return [offered[symbol] for symbol in dict.fromkeys(symbols)]
