//! What has been counted so far.

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Market events of all kinds.
    pub events: u64,
    /// Trades between others.
    pub trades: u64,
    /// Quotes.
    pub quotes: u64,
    /// Snapshots and changes of books.
    pub book_updates: u64,
    /// Synchronised books that lost an update.
    pub gaps: u64,
    /// Synchronised books that crossed.
    pub crossed: u64,
    /// Trades that came after their bar had closed.
    pub late_trades: u64,
    /// Trades that had come before, and were not counted again.
    pub repeated_trades: u64,
    /// Quotes that were older than the one before, and were not used.
    pub old_quotes: u64,
    /// Fills of ours.
    pub fills: u64,
}
