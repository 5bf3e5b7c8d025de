//! The market plane: frames become events elsewhere, events become books, quotes and bars here.
//!
//! What is here is large, lossy and rebuildable; nothing of it is journaled. A book whose sequence
//! breaks is stale until a snapshot rebuilds it.

mod bar_builder;
mod bar_kind;
mod bar_maker;
mod bar_spec;
mod book;
mod calendar;
mod conflation;
mod intervals;
mod ladder;
mod market_view;
mod recent_trades;
mod synced_book;
#[cfg(test)]
mod testing;
mod thinned_line;
mod trade_ids;
mod triggers;

pub use bar_builder::{BarBuilder, TradeOutcome};
pub use bar_kind::{BarKind, Threshold};
pub use bar_maker::BarMaker;
pub use bar_spec::{BarSpec, BarSpecError};
pub use book::Book;
pub use calendar::{CalendarUnit, Zone};
pub use conflation::conflated;
pub use ladder::Ladder;
pub use market_view::MarketView;
pub use synced_book::{BookState, BookUpdate, StaleReason, SyncedBook};
pub use thinned_line::ThinnedLine;
pub use trade_ids::TradeIds;
pub use triggers::Triggers;
