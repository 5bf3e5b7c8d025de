//! Power cuts and disks that fail: no acknowledged record is lost, and what is there is what was appended.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use alphaforge_journal::{Fault, Journal, JournalError, SegmentStore, SimulatedDisk};
use common::sqlite::SqliteStore;
use common::{append, assert_records, below, open, random, segments};
use rand_core::Rng;
use rusqlite::Connection;

/// Seeds in an ordinary run; `ALPHAFORGE_JOURNAL_SEEDS` asks for more.
fn seeds() -> u64 {
    std::env::var("ALPHAFORGE_JOURNAL_SEEDS").map_or(500, |seeds| seeds.parse().unwrap())
}

/// Appends in groups of some size until something fails or enough is done; gives what was acknowledged.
fn work(journal: &mut Journal<SegmentStore<SimulatedDisk>>, steps: u64, seed: u64) -> u64 {
    let mut random = random(seed);
    let mut acknowledged = journal.position().sequence - 1;
    for _ in 0..steps {
        if append(journal).is_err() {
            break;
        }
        if below(&mut random, 3) == 0 {
            match journal.commit() {
                Ok(durable) => acknowledged = durable,
                Err(_) => break,
            }
        }
    }
    acknowledged
}

#[test]
fn power_cuts_lose_nothing_that_was_acknowledged() {
    for seed in 0..seeds() {
        let disk = SimulatedDisk::default();
        let mut random = random(seed);
        let mut acknowledged = 0;
        for epoch in 1..4 {
            let (mut journal, records, _) = open(segments(&disk), epoch).unwrap();
            let there = records.len() as u64;
            assert!(
                there >= acknowledged,
                "seed {seed}: {there} of {acknowledged}"
            );
            assert_records(&records, there);
            let steps = below(&mut random, 40);
            // The cut falls within a write as well: a call that fails stands for it.
            if below(&mut random, 2) == 0 {
                disk.fail_at(1 + below(&mut random, 30), Fault::Broken);
            }
            acknowledged = work(&mut journal, steps, random.next_u64());
            disk.lose_power(&mut || random.next_u64());
        }
        let (_, records, _) = open(segments(&disk), 9).unwrap();
        assert!(records.len() as u64 >= acknowledged, "seed {seed}");
        assert_records(&records, records.len() as u64);
    }
}

#[test]
fn a_disk_that_fails_ends_the_journal_at_every_call() {
    let mut failures = 0;
    for fault in [Fault::NoSpace, Fault::Broken] {
        for call in 1..120 {
            let disk = SimulatedDisk::default();
            disk.fail_at(call, fault);
            let Ok((mut journal, _, _)) = open(segments(&disk), 1) else {
                failures += 1;
                continue;
            };
            let acknowledged = work(&mut journal, 60, call);
            let has_failed = append(&mut journal).is_err();
            if has_failed {
                failures += 1;
                assert!(matches!(journal.commit(), Err(JournalError::Failed(_))));
            }
            disk.lose_power(&mut || 0);
            let (_, records, _) = open(segments(&disk), 2).unwrap();
            assert!(records.len() as u64 >= acknowledged);
            assert_records(&records, records.len() as u64);
        }
    }
    assert!(failures > 80, "{failures}");
}

#[test]
fn segments_hold_what_a_database_holds() {
    // The database is slow: a part of the seeds.
    for seed in 0..seeds().div_ceil(12) {
        let (disk, mut random) = (SimulatedDisk::default(), random(seed));
        let file = tempfile::NamedTempFile::new().unwrap();
        let database = || SqliteStore::new(Connection::open(file.path()).unwrap());
        for epoch in 1..4 {
            let (mut ours, kept, recovered) = open(segments(&disk), epoch).unwrap();
            let (mut theirs, expected, oracle) = open(database(), epoch).unwrap();
            assert_eq!(kept, expected, "seed {seed}");
            assert_eq!(recovered.next, oracle.next, "seed {seed}");
            for _ in 0..below(&mut random, 30) {
                append(&mut ours).unwrap();
                append(&mut theirs).unwrap();
                if below(&mut random, 3) == 0 {
                    assert_eq!(ours.commit().unwrap(), theirs.commit().unwrap());
                }
            }
            // What was appended and not committed is in neither.
            drop((ours, theirs));
            disk.lose_power(&mut || random.next_u64());
        }
    }
}

#[test]
fn an_epoch_that_is_over_writes_no_more() {
    let disk = SimulatedDisk::default();
    let (mut old, _, _) = open(segments(&disk), 4).unwrap();
    append(&mut old).unwrap();
    old.commit().unwrap();
    let (mut new, _, _) = open(segments(&disk), 5).unwrap();
    append(&mut old).unwrap();
    let refused = old.commit().err().unwrap();
    assert!(
        matches!(refused, JournalError::Fenced { ours: 4, theirs: 5 }),
        "{refused}"
    );
    append(&mut new).unwrap();
    assert_eq!(new.commit().unwrap(), 2);
    let refused = open(segments(&disk), 4).err().unwrap();
    assert!(
        matches!(refused, JournalError::Fenced { ours: 4, theirs: 5 }),
        "{refused}"
    );
}
