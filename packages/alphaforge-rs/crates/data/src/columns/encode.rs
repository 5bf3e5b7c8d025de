//! Market events → columns.

use alphaforge_types::{
    FeedState, Instrument, InstrumentId, Level, MarketEvent, Side, UnixNanos, VenueBar,
};

use crate::columns::row::Row;
use crate::columns::{ColumnError, Columns, LEVEL_COLUMNS, ROW_COLUMNS, Scales, factor};

/// The columns of events. `instrument` gives the instrument of a handle.
///
/// # Errors
/// Where a handle has no instrument, or an instrument more decimals than the columns.
pub fn encode<'a>(
    events: &[MarketEvent],
    instrument: impl Fn(InstrumentId) -> Option<&'a Instrument>,
    scales: Scales,
) -> Result<Columns, ColumnError> {
    let mut columns = Columns {
        rows: vec![Vec::new(); ROW_COLUMNS.len()],
        levels: vec![Vec::new(); LEVEL_COLUMNS.len()],
    };
    for (index, event) in events.iter().enumerate() {
        let id = event.instrument();
        let grid = instrument(id).ok_or(ColumnError::Instrument {
            row: index,
            handle: id.raw(),
        })?;
        let factors = Factors {
            price: factor(grid, grid.price_decimals(), scales.price)?,
            quantity: factor(grid, grid.quantity_decimals(), scales.quantity)?,
        };
        factors.row(event).write(&mut columns.rows);
        if let Some((bids, asks)) = levels_of(event) {
            let [bid_prices, bid_quantities, ask_prices, ask_quantities] = &mut columns.levels[..]
            else {
                continue;
            };
            factors.write_levels(bids, bid_prices, bid_quantities);
            factors.write_levels(asks, ask_prices, ask_quantities);
        }
    }
    Ok(columns)
}

fn levels_of(event: &MarketEvent) -> Option<(&[Level], &[Level])> {
    match event {
        MarketEvent::DepthSnapshot(snapshot) => Some((&snapshot.bids, &snapshot.asks)),
        MarketEvent::DepthDiff(diff) => Some((&diff.bids, &diff.asks)),
        MarketEvent::Trade(_)
        | MarketEvent::Quote(_)
        | MarketEvent::VenueBar(_)
        | MarketEvent::FeedNotice(_) => None,
    }
}

/// What brings an instrument's own integers to the scale of the columns.
struct Factors {
    price: i128,
    quantity: i128,
}

impl Factors {
    fn level(&self, level: Level) -> (i128, i128) {
        (
            i128::from(level.price.mantissa()) * self.price,
            i128::from(level.quantity.mantissa()) * self.quantity,
        )
    }

    fn write_levels(&self, levels: &[Level], prices: &mut Vec<u8>, quantities: &mut Vec<u8>) {
        for level in levels {
            let (price, quantity) = self.level(*level);
            prices.extend_from_slice(&price.to_le_bytes());
            quantities.extend_from_slice(&quantity.to_le_bytes());
        }
    }

    fn row(&self, event: &MarketEvent) -> Row {
        let row = Row {
            instrument: event.instrument().raw(),
            ts_recv: event.ts_recv().nanos(),
            ..Row::default()
        };
        match event {
            MarketEvent::Trade(trade) => {
                let (price, quantity) = self.level(Level {
                    price: trade.price,
                    quantity: trade.quantity,
                });
                Row {
                    kind: 0,
                    price,
                    quantity,
                    aggressor: match trade.aggressor {
                        None => 0,
                        Some(Side::Buy) => 1,
                        Some(Side::Sell) => 2,
                    },
                    trade_id: trade.trade_id.number() as u64,
                    trade_id_high: (trade.trade_id.number() >> 64) as u64,
                    ..with_ts_event(row, trade.ts_event)
                }
            }
            MarketEvent::Quote(quote) => {
                let (bid_price, bid_quantity) = self.level(quote.bid);
                let (ask_price, ask_quantity) = self.level(quote.ask);
                Row {
                    kind: 1,
                    bid_price,
                    bid_quantity,
                    ask_price,
                    ask_quantity,
                    has_sequence: u8::from(quote.sequence.is_some()),
                    sequence: quote.sequence.unwrap_or(0),
                    ..with_ts_event(row, quote.ts_event)
                }
            }
            MarketEvent::DepthSnapshot(snapshot) => Row {
                kind: 2,
                has_sequence: 1,
                sequence: snapshot.sequence,
                partial: u8::from(snapshot.partial),
                bid_count: snapshot.bids.len() as u32,
                ask_count: snapshot.asks.len() as u32,
                ..with_ts_event(row, snapshot.ts_event)
            },
            MarketEvent::DepthDiff(diff) => Row {
                kind: 3,
                has_sequence: 1,
                sequence: diff.last_sequence,
                first_sequence: diff.first_sequence,
                bid_count: diff.bids.len() as u32,
                ask_count: diff.asks.len() as u32,
                ..with_ts_event(row, diff.ts_event)
            },
            MarketEvent::VenueBar(bar) => self.bar_row(row, bar),
            MarketEvent::FeedNotice(notice) => Row {
                kind: 5,
                connected: u8::from(notice.state == FeedState::Connected),
                ..row
            },
        }
    }

    fn bar_row(&self, row: Row, venue_bar: &VenueBar) -> Row {
        let bar = &venue_bar.bar;
        Row {
            kind: 4,
            interval_ns: venue_bar.interval_ns,
            ts_open: bar.ts_open.nanos(),
            open: i128::from(bar.open.mantissa()) * self.price,
            high: i128::from(bar.high.mantissa()) * self.price,
            low: i128::from(bar.low.mantissa()) * self.price,
            close: i128::from(bar.close.mantissa()) * self.price,
            volume: i128::from(bar.volume.mantissa()) * self.quantity,
            trade_count: bar.trade_count,
            ..row
        }
    }
}

fn with_ts_event(row: Row, ts_event: Option<UnixNanos>) -> Row {
    Row {
        has_ts_event: u8::from(ts_event.is_some()),
        ts_event: ts_event.map_or(0, UnixNanos::nanos),
        ..row
    }
}
