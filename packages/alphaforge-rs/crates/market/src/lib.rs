//! The market plane: frames become events elsewhere, events become books, quotes and bars here.
//!
//! What is here is large, lossy and rebuildable; nothing of it is journaled. A book whose sequence
//! breaks is stale until a snapshot rebuilds it.

mod bar_builder;
mod bar_spec;
mod book;
mod ladder;
mod market_view;
mod recent_trades;
mod synced_book;
mod thinned_line;
mod triggers;

pub use bar_builder::{BarBuilder, TradeOutcome};
pub use bar_spec::{BarKind, BarSpec, BarSpecError};
pub use book::Book;
pub use ladder::Ladder;
pub use market_view::MarketView;
pub use synced_book::{BookState, BookUpdate, StaleReason, SyncedBook};
pub use thinned_line::ThinnedLine;
pub use triggers::Triggers;
