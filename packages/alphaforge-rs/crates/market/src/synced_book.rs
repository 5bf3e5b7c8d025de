//! A book that knows whether it is right: sequence numbers are checked for its whole life.
//!
//! The procedure is Binance's "How to manage a local order book correctly" (web-socket-streams.md,
//! as corrected on 2025-11-12); one function per step below. Any venue that numbers its updates
//! fits it: `first_sequence` and `last_sequence` are what a diff covers.

use std::collections::VecDeque;
use std::fmt;

use alphaforge_types::{DepthDiff, DepthSnapshot};

use crate::book::Book;

/// How many diffs wait for a snapshot; the oldest go first, since a newer snapshot replaces them.
pub const LARGEST_BUFFER: usize = 4_096;

/// Why a book cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleReason {
    /// No snapshot has come yet.
    NoSnapshot,
    /// The snapshot ends before the first diff that was kept: a newer one is needed.
    SnapshotTooOld {
        /// The last update of the snapshot.
        snapshot: u64,
        /// The first update of the oldest diff kept.
        first_kept: u64,
    },
    /// Updates between two diffs are missing.
    Gap {
        /// The update that should have come.
        expected: u64,
        /// The first update that came.
        received: u64,
    },
    /// The best bid is not below the best ask.
    Crossed,
    /// The stream is gone.
    Disconnected,
}

impl fmt::Display for StaleReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StaleReason::NoSnapshot => formatter.write_str("no snapshot yet"),
            StaleReason::SnapshotTooOld {
                snapshot,
                first_kept,
            } => write!(
                formatter,
                "the snapshot ends at update {snapshot}, before the first kept update {first_kept}"
            ),
            StaleReason::Gap { expected, received } => {
                write!(
                    formatter,
                    "gap: expected update {expected}, received {received}"
                )
            }
            StaleReason::Crossed => formatter.write_str("crossed: best bid not below best ask"),
            StaleReason::Disconnected => formatter.write_str("the stream is disconnected"),
        }
    }
}

/// Whether a book can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookState {
    /// It cannot: wait for a snapshot.
    Stale(StaleReason),
    /// It can, up to this update.
    Synced {
        /// The last update applied.
        sequence: u64,
    },
}

/// What an event did to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookUpdate {
    /// It was older than the book.
    Ignored,
    /// It waits for a snapshot.
    Buffered,
    /// It changed a book that was right before and is right now.
    Applied,
    /// The book has become right.
    Synced,
    /// The book has become wrong, or stays wrong for a new reason.
    Stale(StaleReason),
}

/// A level-2 book and its state.
#[derive(Clone, Debug)]
pub struct SyncedBook {
    book: Book,
    state: BookState,
    waiting: VecDeque<DepthDiff>,
    seen_diff: bool,
}

impl Default for SyncedBook {
    fn default() -> SyncedBook {
        SyncedBook {
            book: Book::default(),
            state: BookState::Stale(StaleReason::NoSnapshot),
            waiting: VecDeque::new(),
            seen_diff: false,
        }
    }
}

impl SyncedBook {
    /// The book, if it can be trusted.
    pub fn synced(&self) -> Option<&Book> {
        match self.state {
            BookState::Synced { .. } => Some(&self.book),
            BookState::Stale(_) => None,
        }
    }

    /// Whether it can be trusted, and why not.
    pub fn state(&self) -> BookState {
        self.state
    }

    /// Takes a diff: applied where it follows the book, kept where the book waits for a snapshot.
    pub fn on_diff(&mut self, diff: &DepthDiff) -> BookUpdate {
        self.seen_diff = true;
        match self.state {
            BookState::Stale(_) => self.keep(diff),
            BookState::Synced { sequence } => self.follow(diff, sequence),
        }
    }

    /// Takes a snapshot: the book starts from it and catches up with the diffs that were kept.
    ///
    /// Partial snapshots (the top levels only) are ignored once the instrument has a diff stream.
    pub fn on_snapshot(&mut self, snapshot: &DepthSnapshot) -> BookUpdate {
        if snapshot.partial && self.seen_diff {
            return BookUpdate::Ignored;
        }
        let was_synced = match self.state {
            BookState::Synced { sequence } if snapshot.sequence <= sequence => {
                return BookUpdate::Ignored;
            }
            BookState::Synced { .. } => true,
            BookState::Stale(_) => false,
        };
        self.book.replace(&snapshot.bids, &snapshot.asks);
        self.state = BookState::Synced {
            sequence: snapshot.sequence,
        };
        match self.catch_up(snapshot.sequence) {
            BookUpdate::Stale(reason) => BookUpdate::Stale(reason),
            BookUpdate::Applied if was_synced => BookUpdate::Applied,
            BookUpdate::Ignored
            | BookUpdate::Buffered
            | BookUpdate::Applied
            | BookUpdate::Synced => BookUpdate::Synced,
        }
    }

    /// The stream is gone: nothing here can be trusted.
    pub fn on_disconnect(&mut self) -> BookUpdate {
        self.waiting.clear();
        self.discard(StaleReason::Disconnected)
    }

    fn keep(&mut self, diff: &DepthDiff) -> BookUpdate {
        if self.waiting.len() == LARGEST_BUFFER {
            self.waiting.pop_front();
        }
        self.waiting.push_back(diff.clone());
        BookUpdate::Buffered
    }

    /// Steps 3 to 5 for the diffs that came before the snapshot.
    fn catch_up(&mut self, snapshot: u64) -> BookUpdate {
        let mut waiting = std::mem::take(&mut self.waiting);
        while waiting
            .front()
            .is_some_and(|diff| diff.last_sequence <= snapshot)
        {
            waiting.pop_front();
        }
        if let Some(first) = waiting.front()
            && first.first_sequence > snapshot.saturating_add(1)
        {
            let first_kept = first.first_sequence;
            self.waiting = waiting;
            return self.discard(StaleReason::SnapshotTooOld {
                snapshot,
                first_kept,
            });
        }
        while let Some(diff) = waiting.pop_front() {
            let BookState::Synced { sequence } = self.state else {
                self.waiting.push_back(diff);
                continue;
            };
            self.follow(&diff, sequence);
        }
        match self.state {
            BookState::Synced { .. } => self.check_crossing(),
            BookState::Stale(reason) => BookUpdate::Stale(reason),
        }
    }

    /// A diff that must continue the book at `sequence`.
    fn follow(&mut self, diff: &DepthDiff, sequence: u64) -> BookUpdate {
        if diff.last_sequence <= sequence {
            return BookUpdate::Ignored;
        }
        let expected = sequence.saturating_add(1);
        if diff.first_sequence > expected {
            let reason = StaleReason::Gap {
                expected,
                received: diff.first_sequence,
            };
            let update = self.discard(reason);
            self.keep(diff);
            return update;
        }
        self.book.apply(&diff.bids, &diff.asks);
        self.state = BookState::Synced {
            sequence: diff.last_sequence,
        };
        self.check_crossing()
    }

    fn check_crossing(&mut self) -> BookUpdate {
        if self.book.is_crossed() {
            return self.discard(StaleReason::Crossed);
        }
        BookUpdate::Applied
    }

    fn discard(&mut self, reason: StaleReason) -> BookUpdate {
        self.book.clear();
        self.state = BookState::Stale(reason);
        BookUpdate::Stale(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{InstrumentId, Level, Price, Quantity, Side, UnixNanos};

    const ANY: InstrumentId = InstrumentId::from_index(0);

    fn levels(levels: &[(i64, i64)]) -> Vec<Level> {
        levels
            .iter()
            .map(|(price, quantity)| Level {
                price: Price::from_mantissa(*price),
                quantity: Quantity::from_mantissa(*quantity),
            })
            .collect()
    }

    fn diff(first: u64, last: u64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> DepthDiff {
        DepthDiff {
            instrument: ANY,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            first_sequence: first,
            last_sequence: last,
            bids: levels(bids),
            asks: levels(asks),
        }
    }

    fn snapshot(sequence: u64) -> DepthSnapshot {
        DepthSnapshot {
            instrument: ANY,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            sequence,
            partial: false,
            bids: levels(&[(99, 5), (98, 1)]),
            asks: levels(&[(101, 5)]),
        }
    }

    fn best_bid(book: &SyncedBook) -> Option<i64> {
        Some(book.synced()?.best(Side::Buy)?.price.mantissa())
    }

    #[test]
    fn syncs_in_the_numbered_steps() {
        let mut book = SyncedBook::default();
        assert_eq!(
            book.on_diff(&diff(1, 5, &[(90, 1)], &[])),
            BookUpdate::Buffered
        );
        assert_eq!(
            book.on_diff(&diff(6, 12, &[(100, 2)], &[])),
            BookUpdate::Buffered
        );
        assert_eq!(book.on_snapshot(&snapshot(10)), BookUpdate::Synced);
        assert_eq!(book.state(), BookState::Synced { sequence: 12 });
        assert_eq!(best_bid(&book), Some(100));
        assert_eq!(
            book.on_diff(&diff(13, 13, &[(100, 0)], &[])),
            BookUpdate::Applied
        );
        assert_eq!(best_bid(&book), Some(99));
        assert_eq!(
            book.on_diff(&diff(12, 13, &[(100, 9)], &[])),
            BookUpdate::Ignored
        );
        assert_eq!(
            book.on_diff(&diff(13, 14, &[(97, 0)], &[])),
            BookUpdate::Applied
        );
    }

    #[test]
    fn a_gap_makes_it_stale_until_a_newer_snapshot() {
        let mut book = SyncedBook::default();
        book.on_snapshot(&snapshot(10));
        let gap = StaleReason::Gap {
            expected: 11,
            received: 15,
        };
        assert_eq!(
            book.on_diff(&diff(15, 16, &[], &[])),
            BookUpdate::Stale(gap)
        );
        assert!(book.synced().is_none());
        let too_old = StaleReason::SnapshotTooOld {
            snapshot: 12,
            first_kept: 15,
        };
        assert_eq!(book.on_snapshot(&snapshot(12)), BookUpdate::Stale(too_old));
        assert_eq!(book.on_snapshot(&snapshot(15)), BookUpdate::Synced);
        assert_eq!(book.state(), BookState::Synced { sequence: 16 });
    }

    #[test]
    fn a_gap_among_the_kept_diffs_is_found() {
        let mut book = SyncedBook::default();
        book.on_diff(&diff(1, 11, &[], &[]));
        book.on_diff(&diff(14, 15, &[], &[]));
        let gap = StaleReason::Gap {
            expected: 12,
            received: 14,
        };
        assert_eq!(book.on_snapshot(&snapshot(10)), BookUpdate::Stale(gap));
        assert_eq!(book.on_snapshot(&snapshot(13)), BookUpdate::Synced);
    }

    #[test]
    fn a_snapshot_during_sync_only_moves_forward() {
        let mut book = SyncedBook::default();
        book.on_snapshot(&snapshot(10));
        book.on_diff(&diff(11, 20, &[(100, 1)], &[]));
        assert_eq!(book.on_snapshot(&snapshot(15)), BookUpdate::Ignored);
        assert_eq!(best_bid(&book), Some(100));
        assert_eq!(book.on_snapshot(&snapshot(25)), BookUpdate::Applied);
        assert_eq!(best_bid(&book), Some(99));
    }

    #[test]
    fn a_crossed_book_is_discarded() {
        let mut book = SyncedBook::default();
        book.on_snapshot(&snapshot(10));
        assert_eq!(
            book.on_diff(&diff(11, 11, &[(101, 1)], &[])),
            BookUpdate::Stale(StaleReason::Crossed)
        );
        assert!(book.synced().is_none());
    }

    #[test]
    fn partial_snapshots_follow_each_other_but_yield_to_diffs() {
        let mut book = SyncedBook::default();
        let partial = |sequence| DepthSnapshot {
            partial: true,
            ..snapshot(sequence)
        };
        assert_eq!(book.on_snapshot(&partial(1)), BookUpdate::Synced);
        assert_eq!(book.on_snapshot(&partial(9)), BookUpdate::Applied);
        book.on_diff(&diff(10, 10, &[], &[]));
        assert_eq!(book.on_snapshot(&partial(20)), BookUpdate::Ignored);
    }

    #[test]
    fn a_disconnect_forgets_everything() {
        let mut book = SyncedBook::default();
        book.on_snapshot(&snapshot(10));
        assert_eq!(
            book.on_disconnect(),
            BookUpdate::Stale(StaleReason::Disconnected)
        );
        assert_eq!(book.on_diff(&diff(11, 12, &[], &[])), BookUpdate::Buffered);
        assert_eq!(book.on_snapshot(&snapshot(11)), BookUpdate::Synced);
    }

    #[test]
    fn the_buffer_is_bounded_and_drops_the_oldest() {
        let mut book = SyncedBook::default();
        for sequence in 1..=(LARGEST_BUFFER as u64 + 10) {
            book.on_diff(&diff(sequence, sequence, &[], &[]));
        }
        let too_old = StaleReason::SnapshotTooOld {
            snapshot: 5,
            first_kept: 11,
        };
        assert_eq!(book.on_snapshot(&snapshot(5)), BookUpdate::Stale(too_old));
        assert_eq!(book.on_snapshot(&snapshot(10)), BookUpdate::Synced);
    }
}
