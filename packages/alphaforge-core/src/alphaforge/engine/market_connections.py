"""Connecting a venue's market data: its streams, and the books that they keep in sync."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from alphaforge_rs import Instrument, InstrumentTable

from alphaforge.drivers.websocket import keep_connected
from alphaforge.engine.live_venue import LiveVenue
from alphaforge.feeds.book_sync import BookSync
from alphaforge.feeds.live_market import MarketStream, OnEvents, subscriptions_of
from alphaforge.sansio.venue_codec import MarketCodec

Serve: TypeAlias = Callable[[str, Callable[[], Coroutine[Any, Any, None]]], object]
"""Starts what runs for as long as the node does, under a name."""


def connect_market(
    venue: LiveVenue,
    codec: MarketCodec,
    *,
    table: InstrumentTable,
    on_events: OnEvents,
    is_synced: Callable[[Instrument], bool],
    tell: Callable[[str], None],
    note_lag: Callable[[Instrument, bool], None],
    serve: Serve,
) -> list[MarketStream]:
    """Listen to all that a venue's section names, and keep its books in sync; gives its streams."""
    streams = []
    for plan in codec.plans(subscriptions_of(venue.instruments, venue.section.streams)):
        stream = MarketStream(
            plan,
            [each for each in venue.instruments if codec.carries(plan, each)],
            codec,
            table=table,
            on_events=on_events,
            tell=tell,
            note_lag=note_lag,
            clock=venue.clock,
            offset=venue.offset,
        )
        streams.append(stream)
        run = partial(
            keep_connected,
            plan,
            stream,
            clock=venue.clock,
            tls_context=venue.tls_context,
            attempts=(venue.attempts,),
        )
        serve(plan.name, run)
    if "book" in venue.section.streams:
        carriers = {
            each.id: [stream for stream in streams if each in stream.instruments]
            for each in venue.instruments
        }

        def is_wanting(instrument: Instrument) -> bool:
            is_connected = all(stream.is_connected for stream in carriers[instrument.id])
            return is_connected and not is_synced(instrument)

        books = BookSync(
            venue.instruments,
            codec,
            venue.http,
            table=table,
            clock=venue.clock,
            is_wanting=is_wanting,
            on_events=on_events,
        )
        serve(f"books {venue.name}", books.run)
    return streams
