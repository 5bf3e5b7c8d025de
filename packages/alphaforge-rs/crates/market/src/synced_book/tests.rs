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
        needed: 14,
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
        needed: 10,
    };
    assert_eq!(book.on_snapshot(&snapshot(5)), BookUpdate::Stale(too_old));
    assert_eq!(book.on_snapshot(&snapshot(10)), BookUpdate::Synced);
}

#[test]
fn the_top_levels_are_no_book_for_diffs() {
    let mut book = SyncedBook::default();
    let mut top = snapshot(100);
    top.partial = true;
    assert_eq!(book.on_snapshot(&top), BookUpdate::Synced);
    // What stood between 101 and 110 is not known.
    let behind = diff(101, 102, &[], &[(101, 0), (110, 1)]);
    let stale = BookUpdate::Stale(StaleReason::NoSnapshot);
    assert_eq!(book.on_diff(&behind), stale);
    assert!(book.synced().is_none());
    assert_eq!(book.on_snapshot(&top), BookUpdate::Ignored);
    assert_eq!(book.on_snapshot(&snapshot(101)), BookUpdate::Synced);
    assert_eq!(book.state(), BookState::Synced { sequence: 102 });
}

#[test]
fn a_snapshot_older_than_what_was_seen_is_not_trusted() {
    let mut book = SyncedBook::default();
    book.on_snapshot(&snapshot(100));
    book.on_diff(&diff(101, 200, &[], &[]));
    let crossed = BookUpdate::Stale(StaleReason::Crossed);
    assert_eq!(book.on_diff(&diff(201, 201, &[(105, 1)], &[])), crossed);
    for sequence in [150, 200] {
        let too_old = StaleReason::SnapshotTooOld {
            snapshot: sequence,
            needed: 201,
        };
        assert_eq!(
            book.on_snapshot(&snapshot(sequence)),
            BookUpdate::Stale(too_old)
        );
    }
    assert_eq!(book.on_snapshot(&snapshot(201)), BookUpdate::Synced);
    book.on_disconnect();
    assert_eq!(book.on_snapshot(&snapshot(5)), BookUpdate::Synced);
}
