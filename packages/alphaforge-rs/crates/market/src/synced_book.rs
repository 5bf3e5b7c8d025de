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
const LARGEST_BUFFER: usize = 4_096;

/// Why a book cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleReason {
    /// No snapshot has come yet.
    NoSnapshot,
    /// The snapshot ends before the first diff that was kept, or before what has been seen already.
    SnapshotTooOld {
        /// The last update of the snapshot.
        snapshot: u64,
        /// The first update that a snapshot may end at.
        needed: u64,
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
            StaleReason::SnapshotTooOld { snapshot, needed } => write!(
                formatter,
                "the snapshot ends at update {snapshot}; one that ends at {needed} or later is needed"
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
    /// The book holds the top levels only; a diff of a level below them would be taken for a top one.
    is_partial: bool,
    /// The newest update that was part of the book, since the stream was connected.
    newest: u64,
}

impl Default for SyncedBook {
    fn default() -> SyncedBook {
        SyncedBook {
            book: Book::default(),
            state: BookState::Stale(StaleReason::NoSnapshot),
            waiting: VecDeque::new(),
            seen_diff: false,
            is_partial: false,
            newest: 0,
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
            BookState::Synced { .. } if self.is_partial => {
                self.newest = 0;
                let update = self.discard(StaleReason::NoSnapshot);
                self.keep(diff);
                update
            }
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
            BookState::Stale(_) if snapshot.sequence < self.newest => {
                return self.discard(StaleReason::SnapshotTooOld {
                    snapshot: snapshot.sequence,
                    needed: self.newest,
                });
            }
            BookState::Synced { .. } => true,
            BookState::Stale(_) => false,
        };
        self.is_partial = snapshot.partial;
        self.newest = snapshot.sequence;
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
        self.newest = 0;
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
            let needed = first.first_sequence - 1;
            self.waiting = waiting;
            return self.discard(StaleReason::SnapshotTooOld { snapshot, needed });
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
        self.newest = diff.last_sequence;
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
mod tests;
