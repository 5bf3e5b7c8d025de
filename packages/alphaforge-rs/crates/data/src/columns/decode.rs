//! Columns → market events.

use alphaforge_types::{
    Bar, DepthDiff, DepthSnapshot, FeedNotice, FeedState, Instrument, InstrumentId, Level,
    MarketEvent, Price, Quantity, Quote, Side, Trade, TradeId, UnixNanos, VenueBar,
};

use crate::columns::row::Row;
use crate::columns::{ColumnError, LEVEL_COLUMNS, ROW_COLUMNS, Scales, factor};

const LEVEL_BYTES: usize = 16;

/// The events of columns, given in the order of [`ROW_COLUMNS`] and [`LEVEL_COLUMNS`].
///
/// A column of rows may be empty where all its cells are zero, as those of kinds that do not occur.
///
/// # Errors
/// Where a column has another length, or a cell cannot be what it should; the error names both.
pub fn decode<'a>(
    rows: &[&[u8]],
    levels: &[&[u8]],
    instrument: impl Fn(InstrumentId) -> Option<&'a Instrument>,
    scales: Scales,
) -> Result<Vec<MarketEvent>, ColumnError> {
    let count = rows.first().map_or(0, |kinds| kinds.len());
    for (column, (name, width)) in rows.iter().zip(ROW_COLUMNS) {
        if !column.is_empty() {
            check_length(name, column.len(), count * width)?;
        }
    }
    let mut books = Books { levels, at: [0; 2] };
    let mut events = Vec::with_capacity(count);
    for index in 0..count {
        let Some(row) = Row::read(rows, index) else {
            return Err(ColumnError::Length {
                column: "kind",
                found: index,
                expected: count,
            });
        };
        let handle = row.instrument;
        let grid = instrument(InstrumentId::from_index(handle))
            .ok_or(ColumnError::Instrument { row: index, handle })?;
        let reading = Reading {
            index,
            grid,
            price_factor: factor(grid, grid.price_decimals(), scales.price)?,
            quantity_factor: factor(grid, grid.quantity_decimals(), scales.quantity)?,
            scales,
        };
        events.push(reading.event(&row, &mut books)?);
    }
    for (column, (name, at)) in levels.iter().zip(LEVEL_COLUMNS.iter().zip([0, 0, 1, 1])) {
        check_length(name, column.len(), books.at[at] * LEVEL_BYTES)?;
    }
    Ok(events)
}

fn check_length(column: &'static str, found: usize, expected: usize) -> Result<(), ColumnError> {
    if found == expected {
        return Ok(());
    }
    Err(ColumnError::Length {
        column,
        found,
        expected,
    })
}

/// The columns of levels, and how many of the bids and of the asks were taken.
struct Books<'a> {
    levels: &'a [&'a [u8]],
    at: [usize; 2],
}

impl Books<'_> {
    fn cell(&self, column: usize, index: usize) -> Result<i128, ColumnError> {
        let bytes = self.levels.get(column).copied().unwrap_or_default();
        bytes
            .get(index * LEVEL_BYTES..(index + 1) * LEVEL_BYTES)
            .and_then(|cell| cell.try_into().ok())
            .map(i128::from_le_bytes)
            .ok_or(ColumnError::Length {
                column: LEVEL_COLUMNS[column],
                found: bytes.len(),
                expected: (index + 1) * LEVEL_BYTES,
            })
    }
}

/// One row on its way to become an event.
struct Reading<'a> {
    index: usize,
    grid: &'a Instrument,
    price_factor: i128,
    quantity_factor: i128,
    scales: Scales,
}

impl Reading<'_> {
    fn event(&self, row: &Row, books: &mut Books<'_>) -> Result<MarketEvent, ColumnError> {
        let instrument = InstrumentId::from_index(row.instrument);
        let ts_recv = UnixNanos::from_nanos(row.ts_recv);
        let has_ts_event = self.flag("has_ts_event", row.has_ts_event)?;
        let ts_event = has_ts_event.then(|| UnixNanos::from_nanos(row.ts_event));
        Ok(match row.kind {
            0 => MarketEvent::Trade(Trade {
                ts_event,
                ..self.trade(row)?
            }),
            1 => MarketEvent::Quote(Quote {
                instrument,
                ts_recv,
                ts_event,
                sequence: self
                    .flag("has_sequence", row.has_sequence)?
                    .then_some(row.sequence),
                bid: self.level("bid", row.bid_price, row.bid_quantity)?,
                ask: self.level("ask", row.ask_price, row.ask_quantity)?,
            }),
            2 => MarketEvent::DepthSnapshot(DepthSnapshot {
                instrument,
                ts_recv,
                ts_event,
                sequence: row.sequence,
                partial: self.flag("partial", row.partial)?,
                bids: self.levels(books, 0, row.bid_count)?,
                asks: self.levels(books, 1, row.ask_count)?,
            }),
            3 => MarketEvent::DepthDiff(DepthDiff {
                instrument,
                ts_recv,
                ts_event,
                first_sequence: row.first_sequence,
                last_sequence: row.sequence,
                bids: self.levels(books, 0, row.bid_count)?,
                asks: self.levels(books, 1, row.ask_count)?,
            }),
            4 => MarketEvent::VenueBar(self.venue_bar(row)?),
            5 => MarketEvent::FeedNotice(FeedNotice {
                instrument,
                ts_recv,
                state: if self.flag("connected", row.connected)? {
                    FeedState::Connected
                } else {
                    FeedState::Disconnected
                },
            }),
            code => return Err(self.bad_code("kind", code)),
        })
    }

    fn trade(&self, row: &Row) -> Result<Trade, ColumnError> {
        let level = self.level("trade", row.price, row.quantity)?;
        if !level.price.is_positive() || !level.quantity.is_positive() {
            return Err(ColumnError::EmptyTrade { row: self.index });
        }
        Ok(Trade {
            instrument: InstrumentId::from_index(row.instrument),
            ts_recv: UnixNanos::from_nanos(row.ts_recv),
            ts_event: None,
            trade_id: TradeId::new(u128::from(row.trade_id_high) << 64 | u128::from(row.trade_id)),
            price: level.price,
            quantity: level.quantity,
            aggressor: match row.aggressor {
                0 => None,
                1 => Some(Side::Buy),
                2 => Some(Side::Sell),
                code => return Err(self.bad_code("aggressor", code)),
            },
        })
    }

    fn venue_bar(&self, row: &Row) -> Result<VenueBar, ColumnError> {
        let ts_open = UnixNanos::from_nanos(row.ts_open);
        Ok(VenueBar {
            ts_recv: UnixNanos::from_nanos(row.ts_recv),
            interval_ns: row.interval_ns,
            bar: Bar {
                instrument: InstrumentId::from_index(row.instrument),
                ts_open,
                ts_close: ts_open.plus(row.interval_ns),
                open: self.price("open", row.open)?,
                high: self.price("high", row.high)?,
                low: self.price("low", row.low)?,
                close: self.price("close", row.close)?,
                volume: self.quantity("volume", row.volume)?,
                trade_count: row.trade_count,
            },
        })
    }

    fn levels(
        &self,
        books: &mut Books<'_>,
        side: usize,
        count: u32,
    ) -> Result<Vec<Level>, ColumnError> {
        let column = 2 * side;
        let first = books.at[side];
        let last = first + count as usize;
        books.at[side] = last;
        (first..last)
            .map(|index| {
                self.level(
                    LEVEL_COLUMNS[column],
                    books.cell(column, index)?,
                    books.cell(column + 1, index)?,
                )
            })
            .collect()
    }

    fn level(
        &self,
        column: &'static str,
        price: i128,
        quantity: i128,
    ) -> Result<Level, ColumnError> {
        Ok(Level {
            price: self.price(column, price)?,
            quantity: self.quantity(column, quantity)?,
        })
    }

    fn price(&self, column: &'static str, mantissa: i128) -> Result<Price, ColumnError> {
        exact(mantissa, self.price_factor)
            .map(Price::from_mantissa)
            .ok_or_else(|| ColumnError::Number {
                row: self.index,
                instrument: self.grid.to_string(),
                column,
                mantissa,
                scale: self.scales.price,
                decimals: self.grid.price_decimals(),
            })
    }

    fn quantity(&self, column: &'static str, mantissa: i128) -> Result<Quantity, ColumnError> {
        exact(mantissa, self.quantity_factor)
            .map(Quantity::from_mantissa)
            .ok_or_else(|| ColumnError::Number {
                row: self.index,
                instrument: self.grid.to_string(),
                column,
                mantissa,
                scale: self.scales.quantity,
                decimals: self.grid.quantity_decimals(),
            })
    }

    fn flag(&self, column: &'static str, code: u8) -> Result<bool, ColumnError> {
        match code {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.bad_code(column, code)),
        }
    }

    fn bad_code(&self, column: &'static str, code: u8) -> ColumnError {
        ColumnError::Code {
            row: self.index,
            column,
            code,
        }
    }
}

/// The mantissa at an instrument's own decimals, if it is exact there and fits.
fn exact(mantissa: i128, factor: i128) -> Option<i64> {
    // Most files have one scale, and a division of 128 bits takes a while.
    if factor == 1 {
        return i64::try_from(mantissa).ok();
    }
    (mantissa % factor == 0)
        .then(|| i64::try_from(mantissa / factor).ok())
        .flatten()
}
