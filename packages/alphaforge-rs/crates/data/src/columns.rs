//! Market events as columns: what columnar files hold, one row an event, in the order of the events.
//!
//! Prices and quantities are 128-bit integers at one scale for the whole file, so that instruments
//! with other decimals stand in one column. The levels of books are four columns of their own, one
//! behind the other; a row says how many are its own.

mod decode;
mod encode;
mod row;

use alphaforge_types::Instrument;
use thiserror::Error;

pub use decode::decode;
pub use encode::encode;
pub use row::ROW_COLUMNS;

/// The kinds of events; a kind's code is its place.
pub const KINDS: [&str; 6] = [
    "trade",
    "quote",
    "snapshot",
    "diff",
    "venue_bar",
    "feed_notice",
];

/// The columns of the levels, 16 bytes a cell.
pub const LEVEL_COLUMNS: [&str; 4] = ["bids_price", "bids_quantity", "asks_price", "asks_quantity"];

/// How many digits stand behind the point in the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales {
    /// Of prices.
    pub price: u32,
    /// Of quantities.
    pub quantity: u32,
}

/// Events as columns, in the order of [`ROW_COLUMNS`] and [`LEVEL_COLUMNS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// A cell for each row.
    pub rows: Vec<Vec<u8>>,
    /// A cell for each level of a book.
    pub levels: Vec<Vec<u8>>,
}

/// Why columns are not those of market events, or events cannot become columns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ColumnError {
    /// A column has too many or too few bytes for the rows.
    #[error("column {column} has {found} bytes, and {expected} belong to its rows")]
    Length {
        /// Which column.
        column: &'static str,
        /// How many bytes it has.
        found: usize,
        /// How many belong there.
        expected: usize,
    },
    /// A code that means nothing.
    #[error("row {row}: {column} = {code} means nothing")]
    Code {
        /// Which row, from zero.
        row: usize,
        /// Which column.
        column: &'static str,
        /// The code.
        code: u8,
    },
    /// A handle that no instrument has.
    #[error("row {row}: no instrument has the handle {handle}")]
    Instrument {
        /// Which row, from zero.
        row: usize,
        /// The handle.
        handle: u32,
    },
    /// A number that is not on the grid of its instrument, or does not fit the integer behind it.
    #[error(
        "row {row}: {instrument}: {column} {mantissa}e-{scale} does not fit its {decimals} decimals"
    )]
    Number {
        /// Which row, from zero.
        row: usize,
        /// Whose number.
        instrument: String,
        /// Which column.
        column: &'static str,
        /// The number before scaling.
        mantissa: i128,
        /// The scale of the column.
        scale: u32,
        /// The decimals of the instrument.
        decimals: u32,
    },
    /// A trade without price or quantity.
    #[error("row {row}: a trade has price and quantity above zero")]
    EmptyTrade {
        /// Which row, from zero.
        row: usize,
    },
    /// The scale of a column is too small for an instrument, or larger than any number has.
    #[error("{instrument}: {decimals} decimals do not fit a column of scale {scale}")]
    Scale {
        /// Which instrument.
        instrument: String,
        /// Its decimals.
        decimals: u32,
        /// The scale of the column.
        scale: u32,
    },
}

/// The power of ten between a column and an instrument's own decimals.
fn factor(instrument: &Instrument, decimals: u32, scale: u32) -> Result<i128, ColumnError> {
    scale
        .checked_sub(decimals)
        .and_then(|power| 10_i128.checked_pow(power))
        // The product with any i64 must fit.
        .filter(|factor| i128::from(i64::MIN).checked_mul(*factor).is_some())
        .ok_or_else(|| ColumnError::Scale {
            instrument: instrument.to_string(),
            decimals,
            scale,
        })
}
